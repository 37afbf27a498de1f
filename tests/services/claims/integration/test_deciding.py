"""A manager decides and has the benefit paid."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.claims.conftest import Api
from tests.services.claims.factories import line
from tests.services.claims.world import World


def accepted(api: Api, world: World, *lines: dict[str, Any], **contract: Any) -> dict[str, Any]:
    family = world.family(**contract)
    claim_id = api.submitted(family, care_date=contract.get("valid_from", "2026-11-10"))
    answer = api.accept(claim_id, *lines)
    assert answer.status_code == 200, answer.json
    seen = api.as_member(family, "GET", f"/claims/{claim_id}").json
    assert seen is not None
    return dict(seen)


@pytest.mark.feature("F-254", "F-256")
def test_the_guides_consultation_is_computed_to_the_cent(api: Api, world: World) -> None:
    claim = accepted(
        api,
        world,
        line(care_date="2015-09-08", expense="23.00"),
        valid_from="2015-04-01",
        formula_level="100",
        regime="general",
    )

    act = claim["lines"][0]
    assert (act["label"], act["care_date"], act["quantity"], act["expense"]) == (
        "Consultation",
        "2015-09-08",
        "1.00",
        "23.00",
    )
    assert act["scheme"] == {"base": "23.00", "rate": "70.00", "amount": "16.10"}
    assert act["mutual"] == {"base": "0.00", "rate": "30.00", "amount": "6.90"}
    assert act["out_of_pocket"] == "0.00"


@pytest.mark.feature("F-257")
def test_the_flat_contribution_is_a_line_of_its_own_and_never_repaid(api: Api, world: World) -> None:
    claim = accepted(
        api, world, line(care_date="2015-09-08", expense="23.00"), valid_from="2015-04-01", formula_level="100"
    )

    charge = claim["lines"][1]
    assert (charge["label"], charge["expense"]) == ("Contribution Forfaitaire Assuré", "0.00")
    assert charge["scheme"] == {"base": "1.00", "rate": "100.00", "amount": "0.00"}
    assert charge["mutual"] == {"base": "0.00", "rate": "0.00", "amount": "0.00"}
    assert charge["out_of_pocket"] == "1.00"


@pytest.mark.feature("F-266", "F-267")
def test_what_is_left_to_pay_is_shown_for_each_act_after_other_insurers(api: Api, world: World) -> None:
    claim = accepted(
        api,
        world,
        line("specialist", expense="80.00", optam=False, other_insurers="10.00"),
        line("generalist", expense="30.00"),
        formula_level="300",
    )

    specialist, _, visit, _ = claim["lines"]
    assert (specialist["scheme"]["amount"], specialist["mutual"]["amount"]) == ("16.10", "29.90")
    assert (specialist["other_insurers"], specialist["out_of_pocket"]) == ("10.00", "24.00")
    assert (visit["other_insurers"], visit["out_of_pocket"]) == ("0.00", "0.00")
    assert claim["totals"] == {
        "expense": "110.00",
        "scheme": "33.10",
        "mutual": "38.90",
        "other_insurers": "10.00",
        "out_of_pocket": "28.00",
    }
    assert claim["amount"] == "38.90"


@pytest.mark.feature("F-255")
def test_the_statement_says_for_whom_and_in_which_care_path(api: Api, world: World) -> None:
    claim = accepted(api, world, line(), line("specialist", scheme_rate="30", expense="31.50"))

    assert claim["beneficiary"]["name"] == "Anne Roche"
    assert claim["lines"][0]["care_path"] == "PARCOURS COORDONNE - MEDECIN TRAITANT"
    assert claim["lines"][2]["care_path"] == "HORS PARCOURS DE SOINS"


@pytest.mark.feature("F-349")
def test_acts_outside_the_cover_or_the_scheme_are_refused_with_the_reason(api: Api, world: World) -> None:
    claim = accepted(
        api,
        world,
        line(care_date="2026-09-30"),
        line("osteopathy", expense="60.00"),
        line(),
        formula_level="100",
    )

    outside, not_taken, paid = (entry for entry in claim["lines"] if entry["act"] in {"generalist", "osteopathy"})
    assert outside["refusal"] == {
        "code": "outside_cover",
        "detail": "Soins reçus en dehors de la période de validité du contrat.",
    }
    assert not_taken["refusal"]["code"] == "not_taken_by_scheme"
    assert "non prise en charge par le régime obligatoire" in not_taken["refusal"]["detail"]
    assert [entry["mutual"]["amount"] for entry in (outside, not_taken, paid)] == ["0.00", "0.00", "9.00"]
    assert paid["refusal"] is None


@pytest.mark.feature("F-350")
def test_ceilings_follow_the_formula_and_a_basket_leaves_nothing_to_pay(api: Api, world: World) -> None:
    lines = (
        line("glasses_simple", expense="500.00", base="0.15"),
        line("frame_class_a", expense="30.00"),
    )
    low = accepted(api, world, *lines, formula_level="100")
    high = accepted(api, world, *lines, formula_level="450")

    assert [claim["lines"][0]["mutual"]["amount"] for claim in (low, high)] == ["59.91", "419.91"]
    assert [claim["lines"][1]["out_of_pocket"] for claim in (low, high)] == ["0.00", "0.00"]


def test_ceilings_remember_earlier_claims(api: Api, world: World) -> None:
    family = world.family()
    earlier, later = api.submitted(family), api.submitted(family)
    sessions = [line("osteopathy", expense="40.00") for _ in range(3)]
    api.accept(earlier, *sessions)

    claim = api.accept(later, *sessions).json

    assert [entry["mutual"]["amount"] for entry in claim["lines"]] == ["15.00", "0.00", "0.00"]
    assert claim["lines"][1]["refusal"]["code"] == "ceiling_reached"


def test_the_flat_contribution_stops_at_its_yearly_ceiling(api: Api, world: World) -> None:
    family = world.family()
    first, second = api.submitted(family), api.submitted(family)
    api.accept(first, *(line() for _ in range(24)))

    claim = api.accept(second, *(line() for _ in range(3))).json

    assert [entry["out_of_pocket"] for entry in claim["lines"] if entry["act"] == "flat_contribution"] == ["2.00"]


def test_a_child_pays_no_flat_contribution(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.submitted(family, beneficiary_id=family.child_id)

    claim = api.accept(claim_id).json

    assert [entry["act"] for entry in claim["lines"]] == ["generalist"]
    assert claim["beneficiary"]["name"] == "Lou Roche"


def test_a_refusal_tells_the_member_why(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.submitted(family)

    assert api.refuse(claim_id).status_code == 200

    seen = api.as_member(family, "GET", f"/claims/{claim_id}").json
    assert (seen["state"], seen["state_label"], seen["refusal_reason"]) == ("refused", "Refusée", "Facture illisible")
    assert world.said("claims.claim.decided.v1") == [
        (
            "claims.claim.decided.v1",
            {
                "claim_id": claim_id,
                "contract_id": family.contract_id,
                "member_id": family.member_id,
                "outcome": "refused",
                "amount": "0.00",
            },
        )
    ]


def test_a_refusal_without_a_reason_is_not_taken(api: Api, world: World) -> None:
    claim_id = api.submitted(world.family())

    answer = api.refuse(claim_id, reason=None)

    assert (answer.status_code, answer.json["code"]) == (422, "claim.reason_missing")
    assert api.as_manager("GET", f"/claims/{claim_id}").json["state"] == "submitted"


def test_a_claim_is_decided_once(api: Api, world: World) -> None:
    claim_id = api.submitted(world.family())

    answers = [api.accept(claim_id), api.accept(claim_id), api.refuse(claim_id)]

    assert [answer.status_code for answer in answers] == [200, 409, 409]
    assert answers[1].json["detail"] == "Cette demande a déjà fait l’objet d’une décision."
    assert len(world.said("claims.claim.decided.v1")) == 1


def test_of_two_managers_at_once_one_decides(api: Api, world: World) -> None:
    claim_id = api.submitted(world.family())
    barrier, statuses = threading.Barrier(2), []

    def decide(manager: str) -> None:
        barrier.wait()
        client = Api(world)
        statuses.append(client.accept(claim_id, sub=manager).status_code)

    threads = [threading.Thread(target=decide, args=(name,)) for name in ("marc", "lise")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, 409]
    assert len(world.said("claims.claim.decided.v1")) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"act": "acupuncture"}, 422, "claim.act_unknown"),
        ({"act": "specialist", "expense": "31.51"}, 422, "claim.optam_unknown"),
        ({"act": "frame_class_a", "expense": "30.01"}, 422, "claim.basket_price"),
        ({"act": "nursing"}, 409, "claim.parameter_missing"),
        ({"other_insurers": "9.01"}, 422, "claim.other_insurers"),
        ({"care_date": "2026-11-22"}, 422, "claim.care_in_future"),
        ({"scheme_rate": "0.70"}, 422, "validation"),
        ({"scheme_rate": "101"}, 422, "validation"),
        ({"expense": "0.00"}, 422, "validation"),
        ({"expense": "-1.00"}, 422, "validation"),
        ({"expense": 30}, 422, "validation"),
        ({"expense": "30.001"}, 422, "validation"),
    ],
)
def test_what_cannot_be_computed_is_said_and_nothing_is_decided(
    api: Api, world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    claim_id = api.submitted(world.family())

    answer = api.accept(claim_id, line(**changes))

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["detail"]
    assert api.as_manager("GET", f"/claims/{claim_id}").json["state"] == "submitted"
    assert world.said("claims.claim.decided.v1") == []


def test_an_acceptance_needs_an_act(api: Api, world: World) -> None:
    claim_id = api.submitted(world.family())

    answer = api.as_manager("POST", f"/claims/{claim_id}/decision", {"outcome": "accepted", "lines": []})

    assert (answer.status_code, answer.json["code"]) == (422, "claim.lines_missing")


def test_a_draft_is_not_decided(api: Api, world: World) -> None:
    claim_id = api.draft(world.family())

    answer = api.accept(claim_id)

    assert (answer.status_code, answer.json["detail"]) == (
        409,
        "Cette demande n’a pas encore été envoyée par l’adhérent.",
    )


def test_managers_find_the_acts_they_can_enter(api: Api, world: World) -> None:
    acts = {act["act"]: act for act in api.as_manager("GET", "/acts").json["items"]}

    assert acts["generalist"] == {"act": "generalist", "label": "Consultation", "asks_optam": True, "base": "30.00"}
    assert acts["nursing"]["base"] is None


def test_a_decision_repeated_with_its_key_is_answered_alike(api: Api, world: World) -> None:
    claim_id, key = api.submitted(world.family()), new_id()

    answers = [api.accept(claim_id, key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
