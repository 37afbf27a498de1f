"""The benefit of an accepted claim: ordered once, paid once, shown on the statement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.services.claims.conftest import Api
from tests.services.claims.factories import Family, line
from tests.services.claims.world import World


@pytest.mark.feature("F-252")
def test_the_list_has_reference_dates_amount_and_recipient(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.paid(family)

    (item,) = api.as_member(family, "GET", "/claims").json["items"]

    assert item["id"] == claim_id
    assert item["reference"] == "00000001/00000000001"
    assert (item["received_on"], item["paid_on"]) == ("2026-11-21", "2026-11-21")
    assert (item["amount"], item["recipient"]) == ("9.00", "Mutualiste")


@pytest.mark.feature("F-253", "F-258", "F-272")
def test_the_paid_statement_has_its_two_part_reference_and_a_shortened_account(api: Api, world: World) -> None:
    family = world.family()
    first, second = api.paid(family), api.paid(family)

    statements = [api.as_member(family, "GET", f"/claims/{claim_id}").json for claim_id in (first, second)]

    assert [statement["reference"] for statement in statements] == ["00000001/00000000001", "00000002/00000000002"]
    assert statements[0]["decided_on"] == "2026-11-21"
    payment = statements[0]["payment"]
    assert (payment["label"], payment["paid_on"], payment["amount"]) == ("Règlement à l’assuré", "2026-11-21", "9.00")
    assert payment["iban"] == "FR7630003…"
    assert "FR7630003000011234567890189" not in str(statements[0])


def test_payment_goes_out_once_and_is_announced(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.submitted(family)
    api.accept(claim_id)

    ordered = api.order(claim_id)
    again = api.order(claim_id)
    world.run_jobs()

    assert (ordered.status_code, ordered.json["state"]) == (200, "payment_ordered")
    assert (again.status_code, again.json["detail"]) == (
        409,
        "Le règlement de cette demande a déjà été ordonné.",
    )
    assert world.handed_over() == ["rives-00000000001"]
    (order,) = world.payment_orders()
    assert (order["reference"], order["amount"], order["iban"]) == (
        "00000000001",
        "9.00",
        "FR7630003000011234567890189",
    )
    ((_, paid),) = world.said("claims.benefit.paid.v1")
    assert (paid["claim_id"], paid["amount"], paid["paid_on"]) == (claim_id, "9.00", "2026-11-21")
    assert api.as_member(family, "GET", f"/claims/{claim_id}").json["state"] == "paid"
    assert world.waiting_jobs() == []


def test_a_worker_killed_after_the_payment_pays_nothing_twice(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = world.family()
    claim_id = api.submitted(family)
    api.accept(claim_id)
    api.order(claim_id)
    monkeypatch.setattr("claims.jobs.record_payment", _dies)

    world.run_jobs()
    monkeypatch.undo()

    world.clock.advance(timedelta(days=1))
    world.run_jobs()

    assert world.handed_over() == ["rives-00000000001"] * 2
    assert len(world.payment_orders()) == 1
    claim = api.as_member(family, "GET", f"/claims/{claim_id}").json
    assert (claim["state"], claim["paid_on"]) == ("paid", "2026-11-21")
    assert len(world.said("claims.benefit.paid.v1")) == 1


def _dies(**_: Any) -> None:
    raise OSError("the process is gone")


def test_an_order_the_provider_refuses_waits_for_a_person(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.submitted(family)
    api.accept(claim_id)
    world.payments_folder.mkdir()
    (world.payments_folder / "rives-00000000001.json").write_text('{"amount": "1.00", "ordered_on": "2026-01-01"}')

    api.order(claim_id)
    world.run_jobs()

    assert world.waiting_jobs() == [("parked", "Permanent: the payments provider refused: reference-used")]
    assert api.as_member(family, "GET", f"/claims/{claim_id}").json["state"] == "payment_ordered"


def test_nothing_is_ordered_before_the_decision_or_for_nothing(api: Api, world: World) -> None:
    family = world.family(formula_level="100")
    waiting, refused, worthless = (api.submitted(family) for _ in range(3))
    api.refuse(refused)
    api.accept(worthless, line("osteopathy", expense="60.00"))

    answers = [api.order(claim_id) for claim_id in (waiting, refused, worthless)]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert [answer.json["detail"] for answer in answers] == [
        "Cette demande attend encore une décision.",
        "Cette demande a été refusée\u00a0: il n’y a rien à régler.",
        "Le montant de cette demande est de 0,00\u00a0€.",
    ]
    assert world.run_jobs() == 0


def test_without_an_account_nothing_is_ordered(api: Api, world: World) -> None:
    family = Family()
    world.hear_created(family, sealed=family.details(benefit_iban=None))
    world.hear_changed(family)
    claim_id = api.submitted(family)
    api.accept(claim_id)

    assert api.order(claim_id).json["code"] == "claim.account_missing"
