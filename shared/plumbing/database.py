"""Engines, column types and the plumbing's own tables, the same on PostgreSQL and on SQLite."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import InvalidatePoolError

from plumbing.cipher import FieldCipher
from plumbing.money import cents, euros

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_SQLITE_BUSY_MILLISECONDS = 30_000
_POSTGRES_STATEMENT_MILLISECONDS = 30_000
_TRUSTED_SECONDS = 1.0


class Cents(TypeDecorator[Decimal]):
    """`Decimal` euros in code, whole cents in the database (SQLite's NUMERIC is a float and would lie)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else cents(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else euros(value)


class Instant(TypeDecorator[datetime]):
    """Aware UTC `datetime` in code; microseconds since 1970 in the database, so that both databases sort alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        return _microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        seconds, rest = divmod(value, 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _microseconds(instant: datetime) -> int:
    delta = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


class Encrypted(TypeDecorator[str]):
    """Text that the database only ever sees closed; the key comes with the engine (`make_engine(cipher=…)`)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _cipher_of(dialect).close(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _cipher_of(dialect).open(value)


def _cipher_of(dialect: Dialect) -> FieldCipher:
    cipher = getattr(dialect, "field_cipher", None)
    if not isinstance(cipher, FieldCipher):
        raise LookupError("this engine was made without a field cipher")  # noqa: TRY004 - the engine lacks it
    return cipher


def make_engine(url: str, *, cipher: FieldCipher | None = None, pool_size: int = 10) -> Engine:
    """Return the one engine of a process for its service's database."""
    parsed = make_url(url)
    engine = _sqlite_engine(parsed) if parsed.get_backend_name() == "sqlite" else _postgres_engine(parsed, pool_size)
    # The dialect is the only thing a column type is handed, and each engine has its own.
    engine.dialect.field_cipher = cipher  # type: ignore[attr-defined]
    return engine


def _postgres_engine(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        # An error's text must not quote a row: it ends in logs.
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c timezone=UTC -c statement_timeout={_POSTGRES_STATEMENT_MILLISECONDS}"
            " -c idle_in_transaction_session_timeout=60000",
        },
    )
    _ask_after_rest(engine)
    return engine


def _ask_after_rest(engine: Engine) -> None:
    """Have a pooled connection that rested asked whether it still lives, and replaced if not.

    The pool's own `pool_pre_ping` asks each time, which costs every unit of work a round trip. One that was in use a
    moment ago is as alive as one that was just asked.
    """

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _holder: Any) -> None:
        rests_since = record.info.get("rests_since")
        if rests_since is None or time.monotonic() - rests_since < _TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as failure:
            raise InvalidatePoolError from failure


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _SQLITE_BUSY_MILLISECONDS / 1000}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # pysqlite's own transaction control would begin too late; the listener below begins instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={_SQLITE_BUSY_MILLISECONDS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads first and writes later fails with SQLITE_BUSY whatever the time-out;
        # taking the write lock at once makes writers queue. Pure reads say so and do not queue.
        reading = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def service_metadata() -> MetaData:
    """Return the metadata of one service, constraints named by one convention, the plumbing's tables included."""
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    add_plumbing_tables(metadata)
    return metadata


def insert_of(dialect_name: str) -> Any:
    """Return the `insert` construct with ON CONFLICT of a dialect: a statement made of it once serves for ever."""
    return postgresql.insert if dialect_name == "postgresql" else sqlite.insert


def insert_for(connection: Connection) -> Any:
    """Return the `insert` construct with ON CONFLICT of the dialect in use."""
    return insert_of(connection.dialect.name)


def _big_key() -> Any:
    return BigInteger().with_variant(Integer(), "sqlite")


def _event_columns() -> list[Column[Any]]:
    return [
        Column("event_id", String(36), nullable=False),
        Column("tenant", String(40), nullable=False),
        Column("type", String(120), nullable=False),
        Column("subject", String(80), nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("required", Boolean, nullable=False),
        Column("envelope", Text, nullable=False),
        Column("sealed", Text, nullable=True),
        Column("sealed_until", Instant, nullable=True),
        Column("created_at", Instant, nullable=False),
    ]


def add_plumbing_tables(metadata: MetaData) -> None:
    """Add outbox, archive, inbox, retry, job, idempotency and rate-limit tables to a service's metadata."""
    _add_what_is_said(metadata)
    _add_what_is_heard(metadata)
    _add_what_is_done(metadata)


def _add_what_is_said(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("id", _big_key(), primary_key=True, autoincrement=True),
        *_event_columns(),
        Column("attempts", Integer, nullable=False, default=0),
        Column("next_attempt_at", Instant, nullable=True),
        Column("last_error", String(200), nullable=True),
        Index("ix_outbox_subject_id", "subject", "id"),
        # Without it SQLite gives a deleted row's number out again, and the archive keeps the numbers.
        sqlite_autoincrement=True,
    )
    Table(
        "outbox_archive",
        metadata,
        Column("id", _big_key(), primary_key=True, autoincrement=False),
        *_event_columns(),
        Column("published_at", Instant, nullable=False),
        Index("ix_outbox_archive_created_at", "created_at"),
        Index("ix_outbox_archive_subject", "subject"),
        # Only what still can be blanked: the job that does it comes every minute.
        Index(
            "ix_outbox_archive_sealed_until",
            "sealed_until",
            postgresql_where=text("sealed IS NOT NULL"),
            sqlite_where=text("sealed IS NOT NULL"),
        ),
    )
    Table(
        "event_sequence",
        metadata,
        Column("subject", String(80), primary_key=True),
        Column("last", BigInteger, nullable=False),
    )


def _add_what_is_heard(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        Column("consumer", String(80), primary_key=True),
        Column("source", String(80), primary_key=True),
        Column("event_id", String(80), primary_key=True),
        Column("type", String(120), nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("received_at", Instant, nullable=False),
    )
    Table(
        "stream_position",
        metadata,
        Column("consumer", String(80), primary_key=True),
        Column("source", String(80), primary_key=True),
        Column("type", String(120), primary_key=True),
        Column("subject", String(80), primary_key=True),
        Column("sequence", BigInteger, nullable=False),
    )
    Table(
        "retry",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("consumer", String(80), nullable=False),
        Column("source", String(80), nullable=False),
        Column("event_id", String(80), nullable=False),
        Column("tenant", String(40), nullable=False),
        Column("type", String(120), nullable=False),
        Column("subject", String(80), nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("body", Text, nullable=False),
        Column("sealed", Text, nullable=True),
        Column("sealed_until", Instant, nullable=True),
        Column("user_id", String(80), nullable=True),
        Column("attempt", Integer, nullable=False),
        Column("state", String(10), nullable=False),
        Column("next_at", Instant, nullable=False),
        Column("lease_until", Instant, nullable=True),
        Column("error", Text, nullable=True),
        Column("first_seen", Instant, nullable=False),
        Index("ix_retry_state_next_at", "state", "next_at"),
        Index("uq_retry_event", "consumer", "source", "event_id", unique=True),
        Index("ix_retry_subject", "source", "subject"),
    )


def _add_what_is_done(metadata: MetaData) -> None:
    Table(
        "job",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("tenant", String(40), nullable=False),
        Column("kind", String(80), nullable=False),
        Column("payload", Text, nullable=False),
        Column("key", String(160), nullable=True, unique=True),
        Column("due_at", Instant, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("state", String(10), nullable=False),
        Column("lease_token", String(36), nullable=True),
        Column("lease_until", Instant, nullable=True),
        Column("error", Text, nullable=True),
        Column("origin", Text, nullable=False),
        Column("created_at", Instant, nullable=False),
        Index("ix_job_state_due_at", "state", "due_at"),
    )
    Table(
        "idempotency_key",
        metadata,
        Column("tenant", String(40), primary_key=True),
        Column("actor", String(80), primary_key=True),
        Column("route", String(160), primary_key=True),
        Column("key", String(160), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("status", Integer, nullable=True),
        Column("body", Text, nullable=True),
        Column("created_at", Instant, nullable=False),
    )
    Table(
        "rate_limit",
        metadata,
        Column("key", String(200), primary_key=True),
        Column("window_start", Instant, primary_key=True),
        Column("count", Integer, nullable=False),
        Index("ix_rate_limit_window_start", "window_start"),
    )


# The tables have no schema and no service in them, so one definition serves every engine.
_PLUMBING = MetaData(naming_convention=NAMING_CONVENTION)
add_plumbing_tables(_PLUMBING)
OUTBOX = _PLUMBING.tables["outbox"]
ARCHIVE = _PLUMBING.tables["outbox_archive"]
EVENT_SEQUENCE = _PLUMBING.tables["event_sequence"]
INBOX = _PLUMBING.tables["inbox"]
STREAM_POSITION = _PLUMBING.tables["stream_position"]
RETRY = _PLUMBING.tables["retry"]
JOB = _PLUMBING.tables["job"]
IDEMPOTENCY_KEY = _PLUMBING.tables["idempotency_key"]
RATE_LIMIT = _PLUMBING.tables["rate_limit"]
