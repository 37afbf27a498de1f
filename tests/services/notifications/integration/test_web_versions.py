"""Each mail in a browser: what was sent, for whoever has the link in it, while it is of use, and for nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.services.notifications.conftest import Api
from tests.services.notifications.factories import LINK, TOKEN, Client
from tests.services.notifications.world import NOW, World

SENTENCE = "En cas de problème lié à l’affichage de ce message"


def token_in(mail: dict[str, Any]) -> str:
    """The token of the link in a mail that was delivered: the same in both of its forms."""
    found = {re.search(r"https://espace.rives.example/message/([\w-]{43})", mail[part]) for part in ("text", "html")}
    tokens = {match[1] for match in found if match}
    assert len(tokens) == 1
    return tokens.pop()


def opened(api: Api, token: str) -> Any:
    return api.client.post("/v1/web-versions", json={"token": token})


def whole_story(world: World, anne: Client) -> None:
    later = NOW + timedelta(days=1)
    world.hear(anne.quote_issued(), anne.submitted(), anne.envelope_sealed(), anne.file_transmitted())
    world.hear(anne.ready_to_return(), anne.piece_refused())
    world.hear(anne.ceremony("failed"), anne.contract_created(), anne.contract_changed(), anne.invited(later))
    world.hear(anne.claim("submitted"), anne.claim("decided", outcome="accepted", amount="25.20"), anne.benefit_paid())
    world.run_jobs()


@pytest.mark.feature("F-064")
def test_every_mail_has_a_web_version_that_is_exactly_what_was_sent(api: Api, world: World, anne: Client) -> None:
    whole_story(world, anne)
    mails = [mail for mail in world.delivered() if mail["html"]]
    assert len(mails) == 15
    tokens = [token_in(mail) for mail in mails]
    assert len(set(tokens)) == len(mails)
    for mail, token in zip(mails, tokens, strict=True):
        assert SENTENCE in mail["text"]
        assert SENTENCE in mail["html"]
        answer = opened(api, token)
        assert answer.status_code == 200
        assert answer.json["html"] == mail["html"], mail["subject"]


@pytest.mark.feature("F-064")
def test_nobody_else_can_read_it(api: Api, world: World, anne: Client) -> None:
    """Neither the manager, who reads the log, nor whoever has the database and its field key."""
    world.hear(anne.quote_issued(), anne.invited(NOW + timedelta(days=1)))
    world.run_jobs()
    tokens = [token_in(mail) for mail in world.delivered() if mail["html"]]
    log = str([api.get(f"/messages/{row['id']}").json for row in api.log()])
    stored = world.raw("web_copy") + world.raw("message")
    for secret in (*tokens, LINK, TOKEN):
        assert secret not in log
        assert secret not in stored
    assert "Roche" not in world.raw("web_copy")


@pytest.mark.feature("F-064")
def test_the_link_ends_with_what_the_mail_is_about_and_after_ninety_days_at_most(
    api: Api, world: World, anne: Client
) -> None:
    world.hear(anne.invited(NOW + timedelta(hours=1)), anne.quote_issued(), anne.submitted(), anne.file_transmitted())
    world.run_jobs()
    tokens = {mail["subject"]: token_in(mail) for mail in world.delivered(to=anne.email)}
    invitation = next(token for subject, token in tokens.items() if "compte" in subject or "espace" in subject)
    transmitted = next(token for subject, token in tokens.items() if "transmis" in subject)
    world.clock.advance(timedelta(minutes=59))
    assert opened(api, invitation).status_code == 200
    world.clock.advance(timedelta(minutes=1))
    assert opened(api, invitation).status_code == 404
    world.clock.advance(timedelta(days=90) - timedelta(hours=1, seconds=1))
    assert opened(api, transmitted).status_code == 200
    world.clock.advance(timedelta(seconds=1))
    gone = opened(api, transmitted)
    assert (gone.status_code, gone.json["code"]) == (404, "message.not_found")


@pytest.mark.feature("F-064")
@pytest.mark.parametrize("token", ["x" * 43, LINK, TOKEN, "", "short", None])
def test_no_other_secret_opens_one(api: Api, world: World, anne: Client, token: str | None) -> None:
    world.hear(anne.quote_issued(), anne.invited(NOW + timedelta(days=1)))
    world.run_jobs()
    assert api.client.post("/v1/web-versions", json={"token": token}).status_code in {404, 422}


def test_what_was_never_sent_has_no_web_version(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.invited(NOW + timedelta(minutes=5)))
    assert world.raw("web_copy") != "[]"
    world.clock.advance(timedelta(minutes=6))
    world.run_jobs()
    assert world.delivered() == []
    assert world.raw("web_copy") == "[]"


def test_what_can_no_longer_be_opened_is_not_kept(world: World, anne: Client) -> None:
    from notifications.worker import JOBS
    from plumbing.consumer import Context
    from plumbing.jobs import Job

    world.hear(anne.quote_issued())
    world.run_jobs()
    world.clock.advance(timedelta(days=91))
    job = Job("clock", "forget_web_versions", "", {}, 1, world.clock.now())
    JOBS.kinds["forget_web_versions"].handler(job, Context(uow=None, services=world.services))  # type: ignore[arg-type]
    assert world.raw("web_copy") == "[]"
