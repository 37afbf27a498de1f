"""From the queue to the provider: attachments, failures, what is too old, and a worker that dies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from notifications.adapters import queries
from notifications.usecases.ports import Outgoing, Refused, Unreachable
from tests.services.notifications.conftest import Api
from tests.services.notifications.factories import LINK, TOKEN, Client
from tests.services.notifications.integration.test_providers import Mailroom, free_port
from tests.services.notifications.world import NOW, World


class Moody:
    """A provider that does what the test says, one mood a call; the last one stays."""

    name = "moody"

    def __init__(self, *moods: Exception | None) -> None:
        self.moods = list(moods)
        self.sent: list[Outgoing] = []

    def send(self, outgoing: Outgoing) -> str:
        mood = self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]
        if mood is not None:
            raise mood
        self.sent.append(outgoing)
        return "moody-1"


def use(world: World, provider: Moody) -> Moody:
    world.services.providers = dict.fromkeys(world.services.providers, provider)
    return provider


def test_the_log_tells_every_attempt(api: Api, world: World, anne: Client) -> None:
    use(world, Moody(Unreachable("TimeoutError"), Unreachable("451"), None))
    world.hear(anne.details(), anne.claim("submitted"))

    for _ in range(3):
        world.run_jobs()
        world.clock.advance(timedelta(minutes=5))

    message = api.only("claim.submitted")
    assert (message["state"], message["state_label"], message["provider_message_id"]) == ("sent", "Envoyé", "moody-1")
    assert [(line["number"], line["outcome"], line["code"]) for line in message["attempts"]] == [
        (1, "unreachable", "TimeoutError"),
        (2, "unreachable", "451"),
        (3, "sent", None),
    ]
    assert world.waiting_jobs() == []


def test_a_message_refused_for_good_is_not_tried_again(api: Api, world: World, anne: Client) -> None:
    use(world, Moody(Refused("550")))
    world.hear(anne.details(), anne.claim("submitted"))
    world.run_jobs()

    (item,) = api.log(state="failed")
    assert (item["failure"], item["state_label"]) == ("550", "Non envoyé")
    assert world.waiting_jobs() == []


def test_a_code_past_its_life_is_not_sent(api: Api, world: World, anne: Client) -> None:
    provider = use(world, Moody(Unreachable("TimeoutError"), None))
    world.hear(anne.code_requested("code 123456", NOW + timedelta(minutes=5)))
    world.run_jobs()
    world.clock.advance(timedelta(minutes=5))
    world.run_jobs()

    message = api.only("signature.code")
    assert provider.sent == []
    assert (message["state"], message["failure"]) == ("failed", "expired")
    assert message["text"] == "code •••"


def test_a_code_is_sent_up_to_its_last_moment(world: World, anne: Client) -> None:
    provider = use(world, Moody(None))
    world.hear(anne.code_requested("code 123456", NOW + timedelta(minutes=5)))
    world.clock.advance(timedelta(minutes=5) - timedelta(microseconds=1))
    world.run_jobs()

    assert len(provider.sent) == 1


def test_a_link_that_waits_past_its_life_is_blanked_by_the_clock(api: Api, world: World, anne: Client) -> None:
    use(world, Moody(Unreachable("TimeoutError")))
    world.hear(anne.invited(NOW + timedelta(minutes=30)))
    world.jobs.plant_clock_driven()
    world.run_jobs()
    world.clock.advance(timedelta(minutes=30))
    world.run_jobs()

    message = api.only("account.opening")
    assert (message["state"], message["failure"]) == ("failed", "expired")
    with world.services.units.reading("rives") as session:
        stored = queries.message(session, message["id"])
    assert TOKEN not in stored.text
    assert stored.secrets == []


def link_after_the_quotes_last_day(world: World, anne: Client) -> str | None:
    world.jobs.plant_clock_driven()
    world.run_jobs()
    world.clock.advance(timedelta(days=32))
    world.run_jobs()
    with world.services.units.for_tenant("rives")() as work:
        quote = work.quotes.find(anne.quote_id)
    assert quote is not None
    return quote.link_secret


def test_links_of_old_quotes_are_forgotten(world: World, anne: Client) -> None:
    world.hear(anne.quote_issued())

    assert link_after_the_quotes_last_day(world, anne) is None


def test_a_client_who_accepted_keeps_his_link_past_the_quotes_last_day(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted())

    assert link_after_the_quotes_last_day(world, anne) == LINK
    world.hear(anne.envelope_sealed())
    world.run_jobs()
    assert any(LINK in found["text"] for found in world.delivered() if "adhésion au contrat" in found["subject"])


def test_the_link_of_a_client_who_refused_to_sign_is_forgotten(world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.ceremony("refused"))

    assert link_after_the_quotes_last_day(world, anne) is None


def test_a_link_heard_after_its_contract_is_forgotten(world: World, anne: Client) -> None:
    world.hear(anne.contract_created(), anne.quote_issued(), anne.submitted())

    assert link_after_the_quotes_last_day(world, anne) is None


def test_secrets_stay_hidden_while_a_message_waits(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.invited(NOW + timedelta(days=1)))

    for kind, secret in (("quote.issued", LINK), ("account.opening", TOKEN)):
        message = api.only(kind)
        assert message["state"] == "queued"
        assert secret not in str(message)


def test_documents_that_are_away_are_asked_again(api: Api, world: World, anne: Client) -> None:
    world.neighbours.answers[anne.quote_pdf] = 503
    world.hear(anne.quote_issued())
    world.run_jobs()
    assert world.delivered() == []
    world.neighbours.answers.clear()
    world.clock.advance(timedelta(seconds=10))
    world.run_jobs()

    message = api.only("quote.issued")
    assert message["state"] == "sent"
    assert [(line["provider"], line["outcome"], line["code"]) for line in message["attempts"]] == [
        ("documents", "unreachable", "503"),
        ("folder", "sent", None),
    ]


def test_a_document_that_cannot_be_had_stops_the_mail_for_a_person(api: Api, world: World, anne: Client) -> None:
    world.neighbours.answers[anne.quote_pdf] = 404
    world.hear(anne.quote_issued())
    world.run_jobs()

    waiting = world.waiting_jobs()
    assert [state for state, _ in waiting] == ["parked", "parked"]
    assert all("404" in error for _, error in waiting)
    assert api.only("quote.issued")["state"] == "queued"


def test_a_worker_killed_after_sending_sends_again_under_the_same_message_id(
    api: Api, world: World, anne: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = use(world, Moody(None))
    world.hear(anne.details(), anne.claim("submitted"))

    def dies(**_: Any) -> None:
        raise OSError("the process is gone")

    monkeypatch.setattr("notifications.jobs.record_sent", dies)
    world.run_jobs()
    monkeypatch.undo()
    world.clock.advance(timedelta(minutes=1))
    world.run_jobs()

    first, second = (outgoing.message_id for outgoing in provider.sent)
    assert first == second == f"{api.only('claim.submitted')['id']}@rives.example"
    assert api.only("claim.submitted")["state"] == "sent"


@pytest.fixture
def mail_world(tmp_path: Path, template: Path) -> Iterator[tuple[World, Mailroom]]:
    """The service with a real mail server instead of the mailbox."""
    room = Mailroom()
    server = Controller(room, hostname="127.0.0.1", port=free_port())
    server.start()
    settings = {"MAIL_PROVIDER": "smtp", "SMS_PROVIDER": "smtp", "SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none"}
    world = World(tmp_path, template, SMTP_PORT=str(server.port), **settings)
    yield world, room
    world.close()
    server.stop()


def test_mail_and_sms_go_through_a_real_server(mail_world: tuple[World, Mailroom], anne: Client) -> None:
    world, room = mail_world
    world.hear(anne.quote_issued(), anne.code_requested("code 123456", NOW + timedelta(minutes=5)))

    world.run_jobs()

    assert sorted(address for taken in room.taken for address in taken.rcpt_tos) == [
        "33612345678@sms.example",
        "anne.roche@client.example",
        "courtier@lemaire.example",
    ]
    log = Api(world).log()
    assert {item["provider"] for item in log} == {"smtp", "sms-smtp"}
    assert {item["state"] for item in log} == {"sent"}


def test_the_log_is_paged_filtered_and_shortened(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.details(), anne.prefers(email=True, sms=True), anne.claim("submitted"), anne.benefit_paid())

    first = api.get("/messages", limit="2").json
    second = api.get("/messages", limit="2", cursor=first["next_cursor"]).json
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (2, 1, None)
    assert {item["recipient"] for item in api.log(channel="email")} == {"a•••@client.example"}
    assert {item["recipient"] for item in api.log(channel="sms")} == {"+336•••78"}
    assert api.log(state="sent") == []
    assert api.get("/messages", state="lost").status_code == 422


@pytest.mark.parametrize("role", ["guest", "member", "broker", "employer", "partner", "service"])
def test_the_log_is_for_managers(api: Api, world: World, anne: Client, role: str) -> None:
    world.hear(anne.details(), anne.claim("submitted"))

    assert api.get("/messages", role=role).status_code == 403
    assert api.get(f"/messages/{api.log()[0]['id']}", role=role).status_code == 403


def test_another_mutuelles_messages_are_not_found(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.details(), anne.claim("submitted"))

    answer = api.get(f"/messages/{api.log()[0]['id']}", tenant="plateau")
    assert (answer.status_code, answer.json["code"]) == (404, "message.not_found")
