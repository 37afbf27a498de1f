"""Web, worker and sealer as a role that owns no table: it adds to the journal, and changes or removes nothing of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from plumbing.grants import may_change
from plumbing.service import bring_up_to_date
from signature.__main__ import SERVICE
from signature.adapters.tables import APPEND_ONLY
from signature.usecases.purge_ceremony import purge_ceremony
from tests.services.signature.world import World
from tests.support.fixtures import postgres  # noqa: F401
from tests.support.servers import PostgresServer
from tests.support.stack_ground import forget_database, new_database

ZERO = "0" * 64


@pytest.fixture
def world(postgres: PostgresServer, tmp_path: Path) -> Iterator[World]:  # noqa: F811
    name = f"signature_{secrets.token_hex(4)}"
    owner, runtime = new_database(postgres, name, secrets.token_urlsafe(18))
    made = World.make(tmp_path, database_url=runtime, MIGRATION_DATABASE_URL=owner)
    yield made
    made.services.owner_engine.dispose()
    made.close()
    forget_database(postgres, name)


def change(world: World, statement: str, **values: object) -> None:
    with world.services.engine.begin() as connection:
        connection.execute(text(statement), values)


def lines(world: World) -> int:
    with world.services.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM journal")).scalar_one())


def refused_ceremony(world: World) -> str:
    guest = world.guest(world.ready_to_sign())
    assert guest.post("refusal", {"reason": "Non"}).status_code == 200
    return guest.ceremony_id()


def test_a_whole_ceremony_is_signed_and_sealed_by_a_role_that_owns_nothing(world: World) -> None:
    guest = world.guest(world.ready_to_sign())
    guest.sign_all()
    world.run_jobs()
    assert guest.ceremony()["state"] == "sealed"
    with world.services.engine.connect() as connection:
        owned = text("SELECT count(*) FROM pg_class JOIN pg_roles r ON relowner = r.oid WHERE rolname = current_user")
        assert connection.execute(owned).scalar_one() == 0


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET tenant = 'other'", "DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} DISABLE TRIGGER ALL"],
)
def test_the_database_denies_every_change(world: World, table: str, statement: str) -> None:
    refused_ceremony(world)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        change(world, statement.format(table))


def test_even_the_owner_changes_no_line(world: World) -> None:
    refused_ceremony(world)
    with pytest.raises(DBAPIError, match="append-only"), world.services.owner_engine.begin() as connection:
        connection.execute(text("UPDATE journal SET tenant = 'other'"))


def test_the_role_makes_no_table_that_the_owners_function_could_take_for_its_own(world: World) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        change(world, "CREATE TABLE public.other (id text)")
    url, ceremony_id = world.services.engine.url, refused_ceremony(world)
    with world.services.owner_engine.begin() as connection:
        connection.execute(text(f'GRANT TEMPORARY ON DATABASE "{url.database}" TO "{url.username}"'))
    copies = {
        "tombstone": "SELECT id AS ceremony_id, journal_head, journal_length FROM ceremony",
        "journal": "SELECT * FROM public.journal",
    }
    with world.services.engine.connect() as connection:
        for table, rows in copies.items():
            connection.execute(text(f"CREATE TEMPORARY TABLE {table} AS {rows}"))
        with pytest.raises(DBAPIError, match="no tombstone"):
            connection.execute(text("SELECT purge_journal(:id)"), {"id": ceremony_id})


def test_a_purge_goes_through_the_owners_function(world: World) -> None:
    ceremony_id = refused_ceremony(world)
    assert lines(world) > 0
    world.wait(days=396)
    assert purge_ceremony(uow=world.services.units.for_tenant("rives"), ceremony_id=ceremony_id)
    assert lines(world) == 0
    with world.services.engine.connect() as connection:
        assert connection.execute(text("SELECT ceremony_id FROM tombstone")).scalars().all() == [ceremony_id]


@pytest.mark.parametrize(("head", "more"), [(ZERO, 0), (None, 1)], ids=["another head", "another length"])
def test_a_tombstone_that_tells_another_chain_opens_nothing(world: World, head: str | None, more: int) -> None:
    ceremony_id = refused_ceremony(world)
    change(
        world,
        "INSERT INTO tombstone SELECT id, tenant, state, manifest_sha256, coalesce(:head, journal_head),"
        " journal_length + :more, opened_at FROM ceremony WHERE id = :id",
        id=ceremony_id,
        head=head,
        more=more,
    )
    with pytest.raises(DBAPIError, match="no tombstone tells this chain"):
        change(world, "SELECT purge_journal(:id)", id=ceremony_id)


def test_migrating_again_takes_back_what_was_given_by_hand(world: World) -> None:
    assert may_change(world.services.engine, APPEND_ONLY) == []
    role = world.services.engine.url.username
    with world.services.owner_engine.begin() as connection:
        connection.execute(text(f'GRANT ALL ON journal TO "{role}"'))
    assert may_change(world.services.engine, APPEND_ONLY) == ["journal"]
    bring_up_to_date(SERVICE, world.services)
    assert may_change(world.services.engine, APPEND_ONLY) == []
