"""A ceremony in its tables: read by two statements after it is locked, written by one.

Not by the ORM: a code is checked while the signer waits, and what is written there are a few columns of three rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, bindparam, insert, select, update

from signature.adapters.tables import CEREMONY, ISSUED_CODE, JOURNAL, METADATA, SIGNER
from signature.domain.ceremony import Ceremony
from signature.domain.code import IssuedCode
from signature.domain.signer import Signer

_MANY_SHAPES = 256
_CEREMONY = tuple(column.key for column in CEREMONY.c if column.key != "tenant")
_SIGNER = tuple(column.key for column in SIGNER.c if column.key not in ("tenant", "ceremony_id"))
_CODE = tuple(column.key for column in ISSUED_CODE.c if column.key not in ("tenant", "signer_id"))
_ENTRY = tuple(column.key for column in JOURNAL.c if column.key != "tenant")

OF_TENANT = select(*(CEREMONY.c[name] for name in _CEREMONY)).where(CEREMONY.c.tenant == bindparam("tenant"))
_ONE = OF_TENANT.where(CEREMONY.c.id == bindparam("id"))
_ONE_LOCKED = _ONE.with_for_update()
# Signers and their codes have a statement of their own, after the ceremony's row is locked: a join with it would see
# them as they were before the wait for the lock.
_SIGNERS = (
    select(SIGNER.c.ceremony_id, *(SIGNER.c[name] for name in _SIGNER), *(ISSUED_CODE.c[name] for name in _CODE))
    .outerjoin_from(SIGNER, ISSUED_CODE, ISSUED_CODE.c.signer_id == SIGNER.c.id)
    .where(SIGNER.c.ceremony_id.in_(bindparam("ids", expanding=True)))
    .order_by(SIGNER.c.ceremony_id, SIGNER.c.rank, ISSUED_CODE.c.sequence)
)


def find(connection: Connection, tenant: str, ceremony_id: str, *, lock: bool = False) -> Ceremony | None:
    """Return one ceremony, locked until the transaction ends if asked.

    SQLite ignores FOR UPDATE: there every unit of work holds the write lock from its start.
    """
    found = read(connection, _ONE_LOCKED if lock else _ONE, {"tenant": tenant, "id": ceremony_id})
    return found[0] if found else None


def read(connection: Connection, ceremonies: Select[Any], parameters: Mapping[str, Any]) -> list[Ceremony]:
    """Return the ceremonies that a statement made of OF_TENANT finds, each with its signers and their codes."""
    rows = connection.execute(ceremonies, parameters).all()
    if not rows:
        return []
    signers = _signers(connection, [row.id for row in rows])
    return [Ceremony(**dict(zip(_CEREMONY, row, strict=True)), signers=signers[row.id]) for row in rows]


def _signers(connection: Connection, ceremony_ids: Sequence[str]) -> dict[str, list[Signer]]:
    found: dict[str, list[Signer]] = {each: [] for each in ceremony_ids}
    end = 1 + len(_SIGNER)
    for row in connection.execute(_SIGNERS, {"ids": ceremony_ids}):
        signers, signer = found[row[0]], dict(zip(_SIGNER, row[1:end], strict=True))
        if not signers or signers[-1].id != signer["id"]:
            signers.append(Signer(**signer))
        code = dict(zip(_CODE, row[end:], strict=True))
        if code["sequence"] is not None:
            signers[-1].codes.append(IssuedCode(**code))
    return found


@dataclass(frozen=True)
class _Row:
    """One row of an aggregate: which, and what is in it."""

    table: Table
    key: Mapping[str, Any]
    facts: Mapping[str, Any]


class Kept:
    """What is in the database of one ceremony, to write no more than what changed. A new one starts with nothing."""

    def __init__(self, ceremony: Ceremony, *, stored: bool) -> None:
        self.ceremony = ceremony
        self._rows = {_identity(row): row.facts for row in _rows(ceremony)} if stored else {}

    def write(self, connection: Connection, tenant: str) -> None:
        """Write what changed and what the journal tells, in one round trip."""
        shapes: list[_Shape] = []
        values: list[dict[str, Any]] = []
        rows = list(_rows(self.ceremony))
        for row in rows:
            known = self._rows.get(_identity(row))
            changed = {name: fact for name, fact in row.facts.items() if known is None or fact != known[name]}
            if known is None:
                changed["tenant"] = tenant
            if changed:
                shapes.append(_Shape(row.table.name, known is None, tuple(row.key), tuple(changed)))
                values.append({**row.key, **changed})
        for entry in self.ceremony.entries:
            shapes.append(_Shape(JOURNAL.name, True, (), (*_ENTRY, "tenant")))
            values.append({name: getattr(entry, name) for name in _ENTRY} | {"tenant": tenant})
        if shapes:
            _write(connection, tuple(shapes), values)
        self._rows = {_identity(row): row.facts for row in rows}
        self.ceremony.entries.clear()


def _rows(ceremony: Ceremony) -> Iterator[_Row]:
    yield _Row(CEREMONY, {"id": ceremony.id}, _facts(ceremony, _CEREMONY, "id"))
    for signer in ceremony.signers:
        of_ceremony = {"ceremony_id": ceremony.id}
        yield _Row(SIGNER, {"id": signer.id}, _facts(signer, _SIGNER, "id") | of_ceremony)
        for code in signer.codes:
            key = {"signer_id": signer.id, "sequence": code.sequence}
            yield _Row(ISSUED_CODE, key, _facts(code, _CODE, "sequence"))


def _facts(thing: object, names: Sequence[str], key: str) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names if name != key}


def _identity(row: _Row) -> tuple[str, ...]:
    return (row.table.name, *map(str, row.key.values()))


@dataclass(frozen=True)
class _Shape:
    """What is written of one row, without its values: few shapes come up, and each statement is built once."""

    table: str
    new: bool
    key: tuple[str, ...]
    names: tuple[str, ...]

    def statement(self, place: int) -> Any:
        """Return the statement; its parameters bear the place of the row among those written together."""
        table = METADATA.tables[self.table]
        given = {name: bindparam(f"{name}_{place}", type_=table.c[name].type) for name in (*self.key, *self.names)}
        if self.new:
            return insert(table).values(**given)
        same = [table.c[name] == given.pop(name) for name in self.key]
        return update(table).where(and_(*same)).values(**given)


def _write(connection: Connection, shapes: tuple[_Shape, ...], values: Sequence[Mapping[str, Any]]) -> None:
    placed = [{f"{name}_{place}": fact for name, fact in row.items()} for place, row in enumerate(values)]
    if connection.dialect.name == "postgresql":
        connection.execute(_together(shapes), {name: fact for row in placed for name, fact in row.items()})
        return
    for place, row in enumerate(placed):
        connection.execute(_apart(shapes[place], place), row)


@lru_cache(_MANY_SHAPES)
def _apart(shape: _Shape, place: int) -> Any:
    return shape.statement(place)


@lru_cache(_MANY_SHAPES)
def _together(shapes: tuple[_Shape, ...]) -> Any:
    """Return one statement that writes all rows: PostgreSQL looks at foreign keys when it is through."""
    *first, last = (shape.statement(place) for place, shape in enumerate(shapes))
    for place, statement in enumerate(first):
        last = last.add_cte(statement.cte(f"row_{place}"))
    return last
