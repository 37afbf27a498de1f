"""What notifications hears: twice, in either order, too late, or without its sealed part."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.services.notifications.conftest import Api
from tests.services.notifications.factories import LINK, MOBILE, Client, Said
from tests.services.notifications.world import NOW, World

LATER = NOW + timedelta(minutes=5)


def every_event(anne: Client) -> list[Said]:
    return [
        anne.quote_issued(),
        anne.submitted(),
        anne.details(),
        anne.prefers(email=True, sms=True),
        anne.code_requested("code 123456", LATER),
        anne.ceremony("failed"),
        anne.ceremony("refused"),
        anne.ceremony("expired"),
        anne.envelope_sealed(),
        anne.file_transmitted(),
        anne.contract_created(),
        anne.contract_changed(),
        anne.invited(LATER),
        anne.claim("submitted"),
        anne.claim("decided", outcome="refused", amount="0.00"),
        anne.benefit_paid(),
    ]


def test_a_repeated_event_sends_nothing_twice(api: Api, world: World, anne: Client) -> None:
    world.hear(*every_event(anne), times=2)
    world.run_jobs()

    items = api.log(limit="100")
    assert len(items) == 16
    assert {item["state"] for item in items} == {"sent"}
    assert sorted(world.handed_over()) == sorted(item["id"] for item in items)
    assert world.kept_for_later() == []


def test_a_claim_heard_before_its_member_waits_for_him(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.claim("submitted"))
    assert api.log() == []
    ((state, _),) = world.kept_for_later()
    assert state == "waiting"

    world.hear(anne.details())
    world.clock.advance(timedelta(seconds=10))
    world.consumer.retry_due()

    assert [item["kind"] for item in api.log()] == ["claim.submitted"]
    assert world.kept_for_later() == []


def test_a_subscription_heard_before_its_quote_waits_for_it(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.submitted())
    world.hear(anne.quote_issued())
    world.clock.advance(timedelta(seconds=10))
    world.consumer.retry_due()
    world.hear(anne.ceremony("failed"))

    assert "Votre conseiller Cabinet Lemaire" in api.only("ceremony.failed")["text"]
    assert world.kept_for_later() == []


@pytest.mark.parametrize("contract_first", [True, False])
def test_a_member_whose_invitation_was_lost_is_reached_through_his_contract(
    api: Api, world: World, anne: Client, contract_first: bool
) -> None:
    events = [anne.contract_created(), anne.contract_changed()]
    world.hear(*(events if contract_first else events[::-1]))
    world.hear(anne.benefit_paid())

    assert api.only("benefit.paid")["recipient"] == anne.email


def test_newer_details_are_used(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.details(email="new@client.example"), sequence=2, time=NOW + timedelta(minutes=1))
    world.hear(anne.invited(NOW + timedelta(days=1)), time=NOW)
    world.hear(anne.prefers(email=True, sms=True), anne.benefit_paid())

    mails = {item["channel"]: item["id"] for item in api.log(kind="benefit.paid")}
    assert api.get(f"/messages/{mails['email']}").json["recipient"] == "new@client.example"
    assert api.get(f"/messages/{mails['sms']}").json["recipient"] == MOBILE


def test_codes_and_links_whose_sealed_part_lapsed_are_let_go(api: Api, world: World, anne: Client) -> None:
    for event in (anne.code_requested("code 123456", NOW), anne.invited(NOW)):
        event.sealed = None
        world.hear(event, sealed_until=NOW)

    assert api.log() == []
    assert world.kept_for_later() == []


@pytest.mark.parametrize("name", ["quote_issued", "envelope_sealed", "contract_created"])
def test_a_message_that_nobody_can_be_found_for_is_parked(api: Api, world: World, anne: Client, name: str) -> None:
    event: Said = getattr(anne, name)()
    event.sealed = None
    world.hear(event)

    assert [state for state, _ in world.kept_for_later()] == ["parked"]


def test_the_subscription_link_is_forgotten_once_the_contract_exists(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.contract_created(), anne.envelope_sealed())
    world.run_jobs()

    assert all(LINK not in found["text"] for found in world.delivered() if "adhésion au contrat" in found["subject"])


def test_who_is_written_to_and_what_is_closed_in_the_database(api: Api, world: World, anne: Client) -> None:
    world.hear(*every_event(anne))

    stored = "".join(world.raw(name) for name in ("message", "contact", "quote_file", "contract_file"))
    for secret in (anne.email, "Roche", MOBILE, LINK, "123456", "Cabinet Lemaire", "+33198760000", "25,20"):
        assert secret not in stored


def test_a_client_who_is_his_own_adviser_gets_one_copy(api: Api, world: World) -> None:
    broker = Client(email="Courtier@lemaire.example")
    world.hear(broker.quote_issued())

    assert [item["kind"] for item in api.log()] == ["quote.issued"]
    assert api.only("quote.issued")["copies"] == []
