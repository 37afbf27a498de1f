"""Bringing a service's database to the form its code expects: numbered revisions in its `migrations/`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, MetaData

from plumbing.database import NAMING_CONVENTION, add_plumbing_tables

if TYPE_CHECKING:
    from alembic.config import Config

# alembic is imported where it is used: it brings a template engine that no web and no worker needs.
_ENVIRONMENT = Path(__file__).parent / "alembic_environment"


def create_plumbing_tables(op: Any) -> None:
    """Create the plumbing's tables, for the first revision of a service.

    Until the first release this is today's list. From then on it is written out here and stays as it was released;
    later changes come as functions of their own, each called by a new revision of every service.
    """
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    add_plumbing_tables(metadata)
    metadata.create_all(op.get_bind(), checkfirst=False)


def migrate(engine: Engine, service: str) -> None:
    """Run every revision that the database has not seen."""
    from alembic import command

    command.upgrade(_config(engine, service), "head")


def is_current(engine: Engine, service: str) -> bool:
    """Tell whether the database is at the newest revision of this code, or past it (a newer version ran already)."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config(engine, service))
    with engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_heads()
    known = {revision.revision for revision in script.walk_revisions()}
    return set(at) == set(script.get_heads()) or bool(at and not set(at) <= known)


def _config(engine: Engine, service: str) -> Config:
    from alembic.config import Config

    package = importlib.import_module(service)
    versions = Path(package.__file__ or "").parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["engine"] = engine
    config.attributes["service"] = service
    return config
