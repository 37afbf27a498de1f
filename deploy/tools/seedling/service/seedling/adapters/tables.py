"""The tables, and how the domain's classes lie in them."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Column, Index, String, Table
from sqlalchemy.orm import registry

from plumbing.database import Instant, service_metadata
from seedling.domain.notes import LONGEST_TEXT, Note

METADATA = service_metadata()

NOTE = Table(
    "note",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("author_id", String(36), nullable=False),
    Column("text", String(LONGEST_TEXT), nullable=False),
    Column("written_at", Instant, nullable=False),
    Index("ix_note_tenant_id", "tenant", "id"),
)


@cache
def map_classes() -> None:
    """Map the domain's classes, once a process."""
    registry(metadata=METADATA).map_imperatively(Note, NOTE)
