"""Who read what, and when: kept for ever, changed never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Reading:
    """One download, whole or from the byte `first` to the byte `last`, both included."""

    id: str
    tenant: str
    document_id: str
    actor: str
    role: str
    read_at: datetime
    first: int
    last: int
