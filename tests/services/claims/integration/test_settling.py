"""What partners say they settled: kept once, shown to managers, parked when it cannot be true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from plumbing.ids import new_id
from plumbing.transport import Delivery
from tests.services.claims.conftest import Api
from tests.services.claims.factories import Family
from tests.services.claims.world import World


def settlement(family: Family, **changes: Any) -> dict[str, Any]:
    return {
        "reference": "BR-1",
        "contract_id": family.contract_id,
        "amount": "25.20",
        "settled_on": "2026-11-20",
    } | changes


def told(data: dict[str, Any], *, partner: str = "brume", user_id: str | None = None, **changes: Any) -> Delivery:
    document = {
        "specversion": "1.0",
        "id": new_id(),
        "source": f"/partner/{partner}",
        "type": f"partner.{partner}.settlement.made.v1",
        "subject": data["contract_id"],
        "time": "2026-11-21T09:00:00Z",
        "tenant": "rives",
        "data": data,
        **changes,
    }
    key, user_id = str(document["type"]), user_id or f"partner.{partner}"
    return Delivery(orjson.dumps(document), None, None, key, False, 0, user_id, "parapluie.partners")


def shown(api: Api, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.as_manager("GET", "/settlements", **query).json["items"]
    return items


def parked(world: World) -> list[str]:
    assert {state for state, _ in world.kept_for_later()} <= {"parked"}
    return [error for _, error in world.kept_for_later()]


def test_a_manager_sees_what_a_partner_settled(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.paid(family)

    world.consumer.hear([told(settlement(family)), told(settlement(family, reference="BR-2", claim_id=claim_id))])

    of_claim, of_contract = shown(api)
    assert (of_contract["reference"], of_contract["claim_id"]) == ("BR-1", None)
    assert of_claim == {
        "id": of_claim["id"],
        "partner": "brume",
        "reference": "BR-2",
        "contract_id": family.contract_id,
        "claim_id": claim_id,
        "amount": "25.20",
        "settled_on": "2026-11-20",
        "received_at": "2026-11-21T09:00:00Z",
    }
    assert shown(api, claim_id=claim_id) == [of_claim]
    assert shown(api, contract_id=new_id()) == []
    assert len(shown(api, partner="brume", limit="1")) == 1
    assert shown(api, tenant="plateau") == []
    assert parked(world) == []


def test_pages_follow_each_other(api: Api, world: World) -> None:
    family = world.family()
    world.consumer.hear([told(settlement(family, reference=f"BR-{number}")) for number in range(5)])

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.as_manager("GET", "/settlements", limit="2", **cursor).json
        seen += [entry["reference"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == ["BR-4", "BR-3", "BR-2", "BR-1", "BR-0"]


def test_only_managers_see_them(api: Api, world: World) -> None:
    for role in ("guest", "member", "broker", "employer", "partner", "service"):
        assert api.call("GET", "/settlements", role=role, sub=new_id()).status_code == 403


def test_told_twice_kept_once(api: Api, world: World) -> None:
    family = world.family()
    once = told(settlement(family))

    world.consumer.hear([once, once])
    world.consumer.hear([once, told(settlement(family))])  # the same reference under another id

    assert len(shown(api)) == 1
    assert parked(world) == []


def test_two_partners_may_use_the_same_reference(api: Api, world: World) -> None:
    family = world.family()
    world.consumer.hear([told(settlement(family)), told(settlement(family), partner="rain")])

    assert {entry["partner"] for entry in shown(api)} == {"brume", "rain"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"claim_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1cff"}, "NotFound|claim"),
        ({"settled_on": "2026-11-22"}, "dated 2026-11-22"),
        ({"amount": "0.00"}, "amount"),
        ({"amount": 25.2}, "amount"),
        ({"reference": ""}, "reference"),
        ({"contract_id": "not an id"}, "contract_id"),
    ],
    ids=str,
)
def test_what_cannot_be_true_is_parked(api: Api, world: World, change: dict[str, Any], why: str) -> None:
    world.consumer.hear([told(settlement(world.family(), **change))])

    (error,) = parked(world)
    assert any(word in error for word in why.split("|"))
    assert shown(api) == []


def test_a_reference_given_to_another_amount_is_parked(api: Api, world: World) -> None:
    family = world.family()
    world.consumer.hear([told(settlement(family)), told(settlement(family, amount="99.00"))])

    assert [entry["amount"] for entry in shown(api)] == ["25.20"]
    assert "BR-1" in parked(world)[0]


def test_a_claim_nobody_accepted_is_parked(api: Api, world: World) -> None:
    family = world.family()
    refused = api.submitted(family)
    api.refuse(refused)
    for claim_id in (api.draft(family), api.submitted(family), refused):
        world.consumer.hear([told(settlement(family, claim_id=claim_id))])

    assert len(parked(world)) == 3


def test_a_claim_of_another_contract_is_parked(api: Api, world: World) -> None:
    claim_id, other = api.paid(world.family()), world.family()
    world.consumer.hear([told(settlement(other, claim_id=claim_id))])

    assert "is not of contract" in parked(world)[0]
    assert shown(api) == []


def test_a_partner_who_is_quicker_than_the_contract_waits_for_it(api: Api, world: World) -> None:
    family = Family()
    world.consumer.hear([told(settlement(family))])
    assert [state for state, _ in world.kept_for_later()] == ["waiting"]

    world.hear_created(family)
    world.clock.advance(timedelta(seconds=10))
    world.consumer.retry_due()

    assert len(shown(api)) == 1
    assert world.kept_for_later() == []


def test_nobody_speaks_for_another(api: Api, world: World) -> None:
    family = world.family()
    world.consumer.hear(
        [told(settlement(family), user_id="partner.rain"), told(settlement(family), source="/partner/rain")]
    )

    assert shown(api) == []
    assert len(parked(world)) == 2
