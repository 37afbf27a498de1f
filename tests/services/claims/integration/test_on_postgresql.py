"""The same on PostgreSQL where the databases differ: row locks, sums of amounts, numbers, the migration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from claims.adapters.tables import METADATA
from claims.domain.statement import compute_lines
from plumbing.ids import new_id
from tests.services.claims.conftest import Api
from tests.services.claims.factories import line
from tests.services.claims.world import World

T = TypeVar("T")


@pytest.fixture
def world(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    made = World(tmp_path, database_url=postgres_url)
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))


def test_the_revisions_make_the_tables_that_the_code_maps(world: World) -> None:
    with world.services.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, METADATA)

    assert differences == []


def test_the_way_from_draft_to_paid(api: Api, world: World) -> None:
    family = world.family()

    claim_id = api.paid(family)

    claim = api.as_member(family, "GET", f"/claims/{claim_id}").json
    assert claim is not None
    assert (claim["state"], claim["amount"]) == ("paid", "9.00")
    assert len(world.payment_orders()) == 1


def test_ceilings_are_summed_alike(api: Api, world: World) -> None:
    family = world.family(formula_level="200")
    first, second = api.submitted(family), api.submitted(family)
    api.accept(first, line("implant", expense="150.00"), *(line() for _ in range(24)))

    claim = api.accept(second, line("implant", expense="150.00"), line(), line()).json

    assert claim is not None
    assert [entry["mutual"]["amount"] for entry in claim["lines"] if entry["act"] == "implant"] == ["50.00"]
    assert [entry["out_of_pocket"] for entry in claim["lines"] if entry["act"] == "flat_contribution"] == ["2.00"]


def test_of_many_managers_at_once_one_decides(api: Api, world: World) -> None:
    claim_id = api.submitted(world.family())

    statuses = at_once(6, lambda n: Api(world).accept(claim_id, sub=f"manager-{n}").status_code)

    assert sorted(statuses) == [200, 409, 409, 409, 409, 409]
    assert len(world.said("claims.claim.decided.v1")) == 1


def test_claims_of_one_person_decided_at_once_share_the_allowance(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = world.family(formula_level="200")
    claims = [api.submitted(family) for _ in range(2)]
    both_computed = Barrier(2)

    def computed_together(**facts: Any) -> Any:
        lines = compute_lines(**facts)
        # Nobody commits before both have computed, unless the second is made to wait for the first.
        with suppress(BrokenBarrierError):
            both_computed.wait(2)
        return lines

    monkeypatch.setattr("claims.usecases.decide_claim.compute_lines", computed_together)

    def accept(n: int) -> str:
        answer = Api(world).accept(claims[n], line("implant", expense="150.00"), sub=f"manager-{n}").json
        assert answer is not None
        return str(answer["amount"])

    assert sorted(at_once(2, accept)) == ["150.00", "50.00"]


def test_of_many_orders_at_once_one_is_paid(api: Api, world: World) -> None:
    claim_id = api.submitted(world.family())
    api.accept(claim_id)

    statuses = at_once(6, lambda n: Api(world).order(claim_id, sub=f"manager-{n}").status_code)
    world.run_jobs()

    assert sorted(statuses) == [200, 409, 409, 409, 409, 409]
    assert world.handed_over() == ["rives-00000000001"]


def test_claims_sent_at_once_get_numbers_of_their_own(api: Api, world: World) -> None:
    families = [world.family() for _ in range(6)]
    drafts = [api.draft(family) for family in families]
    ids = [new_id() for _ in families]
    for family, draft, document_id in zip(families, drafts, ids, strict=True):
        world.hear_stored(document_id, draft, family.member_id)

    def submit(n: int) -> str:
        path, body = f"/claims/{drafts[n]}/submission", {"document_ids": [ids[n]]}
        answer = Api(world).as_member(families[n], "POST", path, body)
        assert answer.json is not None
        return str(answer.json["reference"])

    assert sorted(at_once(6, submit)) == [f"{number:08d}" for number in range(1, 7)]
