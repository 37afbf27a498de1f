"""A member files a claim: what he is covered by, the draft, the documents, the list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plumbing.ids import new_id
from tests.services.claims.conftest import Api
from tests.services.claims.factories import Family
from tests.services.claims.world import World


def test_a_member_sees_what_he_is_covered_by(api: Api, world: World) -> None:
    family = world.family()

    answer = api.as_member(family, "GET", "/contracts")

    (contract,) = answer.json["items"]
    assert contract["number"] == "RIS-0000000026"
    assert contract["benefit_account"] == "FR7630003…"
    assert [person["first_name"] for person in contract["beneficiaries"]] == ["Anne", "Lou"]


def test_another_members_contract_is_not_found(api: Api, world: World) -> None:
    family, other = world.family(), world.family()

    answer = api.as_member(
        other,
        "POST",
        "/claims",
        {
            "contract_id": family.contract_id,
            "beneficiary_id": family.mother_id,
            "care_date": "2026-11-10",
            "description": "x",
        },
    )

    assert (answer.status_code, answer.json["code"]) == (404, "contract.not_found")


def test_a_person_of_another_contract_is_refused(api: Api, world: World) -> None:
    family, other = world.family(), world.family()

    answer = api.as_member(
        family,
        "POST",
        "/claims",
        {
            "contract_id": family.contract_id,
            "beneficiary_id": other.child_id,
            "care_date": "2026-11-10",
            "description": "x",
        },
    )

    assert (answer.status_code, answer.json["code"]) == (422, "claim.beneficiary_unknown")


@pytest.mark.parametrize(("care_date", "status"), [("2026-09-30", 422), ("2026-10-01", 201)])
def test_care_before_the_cover_begins_is_refused_with_the_reason(
    api: Api, world: World, care_date: str, status: int
) -> None:
    family = world.family()

    answer = api.as_member(
        family,
        "POST",
        "/claims",
        {
            "contract_id": family.contract_id,
            "beneficiary_id": family.mother_id,
            "care_date": care_date,
            "description": "x",
        },
    )

    assert answer.status_code == status
    if status == 422:
        assert answer.json["code"] == "claim.outside_cover"
        assert "en dehors de la période de validité du contrat (à partir du 01/10/2026)" in answer.json["detail"]
        assert answer.json["errors"][0]["field"] == "care_date"


def test_care_of_tomorrow_is_refused(api: Api, world: World) -> None:
    family = world.family()

    answer = api.as_member(
        family,
        "POST",
        "/claims",
        {
            "contract_id": family.contract_id,
            "beneficiary_id": family.mother_id,
            "care_date": "2026-11-22",
            "description": "x",
        },
    )

    assert (answer.status_code, answer.json["code"]) == (422, "claim.care_in_future")


def test_a_document_that_has_not_arrived_holds_the_claim_back(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.draft(family)
    document_id = new_id()
    body = {"document_ids": [document_id]}

    early = api.as_member(family, "POST", f"/claims/{claim_id}/submission", body)
    world.hear_stored(document_id, claim_id, family.member_id)
    sent = api.as_member(family, "POST", f"/claims/{claim_id}/submission", body)

    assert (early.status_code, early.json["code"]) == (409, "claim.document_unknown")
    assert early.headers["Retry-After"] == "2"
    assert (sent.status_code, sent.json["state"]) == (200, "submitted")


def test_only_the_members_own_documents_of_this_claim_count(api: Api, world: World) -> None:
    family = world.family()
    claim_id, other_claim = api.draft(family), api.draft(family)
    of_somebody, of_another_claim = new_id(), new_id()
    world.hear_stored(of_somebody, claim_id, new_id())
    world.hear_stored(of_another_claim, other_claim, family.member_id)

    for document_id in (of_somebody, of_another_claim):
        answer = api.as_member(family, "POST", f"/claims/{claim_id}/submission", {"document_ids": [document_id]})
        assert answer.json["code"] == "claim.document_unknown"


@pytest.mark.parametrize(("count", "status"), [(0, 422), (1, 200), (10, 200), (11, 422)])
def test_one_to_ten_documents(api: Api, world: World, count: int, status: int) -> None:
    family = world.family()
    claim_id = api.draft(family)
    ids = [new_id() for _ in range(count)]
    for document_id in ids:
        world.hear_stored(document_id, claim_id, family.member_id)

    answer = api.as_member(family, "POST", f"/claims/{claim_id}/submission", {"document_ids": ids})

    assert answer.status_code == status


def test_the_same_document_twice_is_refused(api: Api, world: World) -> None:
    family = world.family()
    claim_id, document_id = api.draft(family), new_id()
    world.hear_stored(document_id, claim_id, family.member_id)

    answer = api.as_member(
        family, "POST", f"/claims/{claim_id}/submission", {"document_ids": [document_id, document_id]}
    )

    assert (answer.status_code, answer.json["code"]) == (422, "claim.documents")


@pytest.mark.feature("F-202")
def test_an_optional_message_goes_with_the_documents(api: Api, world: World) -> None:
    family = world.family()
    claim_id, document_id = api.draft(family), new_id()
    world.hear_stored(document_id, claim_id, family.member_id)

    answer = api.as_member(
        family,
        "POST",
        f"/claims/{claim_id}/submission",
        {"document_ids": [document_id], "message": "Second envoi,\nle premier était flou."},
    )

    seen = api.as_manager("GET", f"/claims/{claim_id}").json
    assert answer.status_code == 200
    assert seen["message"] == "Second envoi,\nle premier était flou."
    assert seen["document_ids"] == [document_id]


def test_a_sent_claim_cannot_be_changed(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.submitted(family)
    document_id = new_id()
    world.hear_stored(document_id, claim_id, family.member_id)

    answer = api.as_member(family, "POST", f"/claims/{claim_id}/submission", {"document_ids": [document_id]})

    assert (answer.status_code, answer.json["code"]) == (409, "claim.state")
    assert "ne peut plus être modifiée" in answer.json["detail"]
    assert len(world.said("claims.claim.submitted.v1")) == 1


def test_the_same_key_submits_once(api: Api, world: World) -> None:
    family = world.family()
    claim_id, document_id, key = api.draft(family), new_id(), new_id()
    world.hear_stored(document_id, claim_id, family.member_id)
    body = {"document_ids": [document_id]}

    answers = [api.as_member(family, "POST", f"/claims/{claim_id}/submission", body, key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert world.said() == [
        (
            "claims.claim.submitted.v1",
            {"claim_id": claim_id, "contract_id": family.contract_id, "member_id": family.member_id},
        )
    ]


def test_a_submission_that_is_refused_tells_nobody(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.draft(family)

    api.as_member(family, "POST", f"/claims/{claim_id}/submission", {"document_ids": [new_id()]})

    assert world.said() == []


def test_claims_are_numbered_one_after_the_other(api: Api, world: World) -> None:
    family = world.family()

    references = [api.as_member(family, "GET", f"/claims/{api.submitted(family)}").json["reference"] for _ in range(2)]

    assert references == ["00000001", "00000002"]


def test_somebody_elses_claim_is_not_found(api: Api, world: World) -> None:
    family, other = world.family(), world.family()
    claim_id = api.submitted(family)

    assert api.as_member(other, "GET", f"/claims/{claim_id}").status_code == 404
    assert (
        api.as_member(other, "POST", f"/claims/{claim_id}/submission", {"document_ids": [new_id()]}).status_code == 404
    )
    assert api.as_manager("GET", f"/claims/{claim_id}", tenant="plateau").status_code == 404
    assert api.as_manager("GET", "/claims", tenant="plateau").json["items"] == []


def test_managers_do_not_see_drafts(api: Api, world: World) -> None:
    family = world.family()
    draft_id, sent_id = api.draft(family), api.submitted(family)

    listed = api.as_manager("GET", "/claims", status="submitted").json["items"]

    assert [item["id"] for item in listed] == [sent_id]
    assert api.as_manager("GET", f"/claims/{draft_id}").status_code == 404
    assert api.as_manager("GET", "/claims", status="draft").json["items"] == []


@pytest.mark.feature("F-251")
def test_reimbursements_are_searched_by_person_and_period(api: Api, world: World) -> None:
    family = world.family()
    of_child = api.draft(family, beneficiary_id=family.child_id, care_date="2026-10-15")
    early, late = api.draft(family, care_date="2026-10-15"), api.draft(family, care_date="2026-11-02")

    def found(**query: str) -> list[str]:
        return [item["id"] for item in api.as_member(family, "GET", "/claims", **query).json["items"]]

    assert found(beneficiary_id=family.child_id) == [of_child]
    assert found(care_from="2026-10-16") == [late]
    assert found(care_until="2026-10-15") == [early, of_child]
    assert found(care_from="2026-10-15", care_until="2026-10-15", beneficiary_id=family.mother_id) == [early]


def test_the_list_goes_page_by_page_newest_first(api: Api, world: World) -> None:
    family = world.family()
    made = [api.draft(family) for _ in range(5)]

    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = api.as_member(family, "GET", "/claims", **query).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert seen == made[::-1]
    assert cursor is None


@pytest.mark.feature("F-268")
def test_the_history_shows_the_current_and_the_previous_year(api: Api, world: World) -> None:
    family = world.family(valid_from="2020-01-01")
    old = api.draft(family)
    # 31 December 2027 and 1 January 2028 in Paris, on both sides of the turn of the year.
    world.clock.advance(timedelta(days=405, hours=13, minutes=59))

    assert [item["id"] for item in api.as_member(family, "GET", "/claims").json["items"]] == [old]
    world.clock.advance(timedelta(minutes=1))
    assert api.as_member(family, "GET", "/claims").json["items"] == []
    assert api.as_member(family, "GET", f"/claims/{old}").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/claims", {}, "contract_id"),
        ("/claims", {"contract_id": "x"}, "contract_id"),
        ("/claims", {"care_date": "10/11/2026"}, "care_date"),
        ("/claims", {"description": "x" * 501}, "description"),
        ("/claims", {"description": 3}, "description"),
        ("/claims", {"amount": "1.00"}, "amount"),
    ],
)
def test_bad_input_is_named_in_french(api: Api, world: World, path: str, body: dict[str, object], field: str) -> None:
    answer = api.as_member(Family(), "POST", path, body)

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert field in {error["field"] for error in answer.json["errors"]}


def test_other_roles_are_turned_away(api: Api, world: World) -> None:
    for role in ("guest", "broker", "employer", "partner", "service"):
        assert api.call("GET", "/claims", role=role, sub="somebody").status_code == 403
    assert api.as_manager("POST", "/claims", {}).status_code == 403
    assert api.as_member(Family(), "POST", f"/claims/{new_id()}/decision", {}).status_code == 403
