"""What claims hears: twice, in either order, from neighbours that are late or wrong."""

from __future__ import annotations

from sqlalchemy import select, text

from claims.adapters.tables import BENEFICIARY, CLAIM, CONTRACT
from plumbing.ids import new_id
from tests.services.claims.conftest import Api
from tests.services.claims.factories import IBAN, Family, stored
from tests.services.claims.world import World


def contracts(api: Api, family: Family) -> list[dict[str, object]]:
    items: list[dict[str, object]] = api.as_member(family, "GET", "/contracts").json["items"]
    return items


def test_both_orders_give_the_same_contract(api: Api, world: World) -> None:
    cover_first, holder_first = Family(), Family()

    world.hear_created(cover_first)
    world.hear_changed(cover_first)
    world.hear_changed(holder_first)
    world.hear_created(holder_first)

    (one,), (other,) = contracts(api, cover_first), contracts(api, holder_first)
    for name in ("number", "product_name", "formula", "valid_from", "benefit_account"):
        assert one[name] == other[name]
    assert world.kept_for_later() == []


def test_a_contract_is_shown_when_both_have_spoken(api: Api, world: World) -> None:
    family = Family()

    world.hear_changed(family)
    assert contracts(api, family) == []
    world.hear_created(family)

    assert len(contracts(api, family)) == 1


def test_a_repeated_event_changes_nothing(api: Api, world: World) -> None:
    family = Family()
    world.hear_created(family, times=2)
    world.hear_changed(family)

    (contract,) = contracts(api, family)
    assert len(contract["beneficiaries"]) == 2  # type: ignore[arg-type]
    assert world.kept_for_later() == []


def test_the_same_news_under_another_id_changes_nothing_either(api: Api, world: World) -> None:
    family = world.family()
    for sequence in (2, 3):
        world.hear_created(family, sequence=sequence)

    (contract,) = contracts(api, family)
    assert len(contract["beneficiaries"]) == 2  # type: ignore[arg-type]


def test_members_dates_replace_quotings(api: Api, world: World) -> None:
    family = Family()
    world.hear_changed(family, valid_from="2026-11-01", number="RIS-C-7")
    world.hear_created(family, valid_from="2026-10-01")

    (contract,) = contracts(api, family)
    assert (contract["valid_from"], contract["number"]) == ("2026-11-01", "RIS-C-7")


def test_an_older_state_of_the_contract_is_left_aside(api: Api, world: World) -> None:
    family = Family()
    world.hear_created(family)
    world.hear_changed(family, sequence=5, valid_from="2026-11-01")
    world.hear_changed(family, sequence=4, valid_from="2026-12-01")

    (contract,) = contracts(api, family)
    assert contract["valid_from"] == "2026-11-01"


def test_a_contract_whose_sealed_part_is_gone_is_parked(api: Api, world: World) -> None:
    family = Family()
    world.hear("quoting.contract.created.v1", family.created(), subject=family.contract_id)

    ((state, error),) = world.kept_for_later()
    assert state == "parked"
    assert "sealed" in error


def test_parts_that_name_different_people_are_parked(api: Api, world: World) -> None:
    family = Family()
    world.hear_created(family, sealed=Family().details())

    assert [state for state, _ in world.kept_for_later()] == ["parked"]


def test_documents_of_other_subjects_are_none_of_ours(api: Api, world: World) -> None:
    family = world.family()
    claim_id = api.draft(family)
    world.hear_stored(new_id(), claim_id, family.member_id, subject=f"subscription:{new_id()}")

    with world.services.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM received_document")).scalar_one() == 0
    assert world.kept_for_later() == []


def test_a_document_heard_twice_is_kept_once(api: Api, world: World) -> None:
    family = world.family()
    claim_id, document_id = api.draft(family), new_id()
    data = stored(document_id, claim_id, family.member_id)
    world.hear("documents.document.stored.v1", data, subject=document_id, times=2)
    world.hear("documents.document.stored.v1", data, subject=document_id, sequence=2)

    answer = api.as_member(family, "POST", f"/claims/{claim_id}/submission", {"document_ids": [document_id]})
    assert answer.status_code == 200
    assert world.kept_for_later() == []


def test_a_document_may_come_before_anybody_looks_for_it(api: Api, world: World) -> None:
    family, claim_id = world.family(), new_id()
    world.hear_stored(new_id(), claim_id, family.member_id)

    assert world.kept_for_later() == []


def test_another_mutuelles_contract_stays_its_own(api: Api, world: World) -> None:
    family = Family()
    world.hear_created(family, tenant="plateau")
    world.hear_changed(family, tenant="plateau")

    assert contracts(api, family) == []
    assert len(api.as_member(family, "GET", "/contracts", tenant="plateau").json["items"]) == 1


def test_what_is_personal_is_closed_in_the_database(api: Api, world: World) -> None:
    family = world.family()
    api.submitted(family, description="Genou douloureux")

    with world.services.engine.connect() as connection:
        raw = connection.connection.cursor()
        stored = [
            row
            for table in (CONTRACT, BENEFICIARY, CLAIM)
            for row in raw.execute(str(select(text("*")).select_from(table))).fetchall()
        ]
    for secret in (IBAN, "Anne", "Roche", "1985-05-14", "Genou"):
        assert secret not in str(stored)
