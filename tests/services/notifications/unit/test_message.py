"""The message's life, and what is blanked out of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifications.domain.message import (
    BLANK,
    AlreadyClosed,
    AttemptOutcome,
    Channel,
    Message,
    MessageState,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def message(**changes: object) -> Message:
    facts: dict[str, object] = {
        "id": "m1",
        "kind": "account.opening",
        "channel": Channel.EMAIL,
        "recipient": "anne.roche@client.example",
        "subject": "Votre espace",
        "text": "Suivez https://p.example/activation/t0p-s3cret",
        "html": '<a href="https://p.example/activation/t0p-s3cret">lien</a>',
        "event_id": "e1",
        "created_at": NOW,
        "secrets": ["t0p-s3cret"],
    }
    return Message(**{**facts, **changes})  # type: ignore[arg-type]


def test_a_sent_message_forgets_its_secrets() -> None:
    sent = message()

    sent.record_sent(now=NOW, provider="smtp", provider_message_id="m1@rives.example")

    assert sent.state is MessageState.SENT
    assert sent.secrets == []
    assert sent.text == f"Suivez https://p.example/activation/{BLANK}"
    assert sent.html == f'<a href="https://p.example/activation/{BLANK}">lien</a>'


def test_a_given_up_message_forgets_them_too() -> None:
    given_up = message()

    given_up.record_failure(now=NOW, code="expired")

    assert (given_up.state, given_up.failure) == (MessageState.FAILED, "expired")
    assert "t0p-s3cret" not in given_up.text
    assert given_up.attempts == []


def test_while_it_waits_only_the_recipient_may_read_the_secret() -> None:
    waiting = message()

    assert "t0p-s3cret" in waiting.content.text
    assert "t0p-s3cret" not in waiting.readable_content.text


def test_a_message_is_closed_once() -> None:
    sent = message()
    sent.record_sent(now=NOW, provider="smtp", provider_message_id="x")

    with pytest.raises(AlreadyClosed):
        sent.record_sent(now=NOW, provider="smtp", provider_message_id="x")
    with pytest.raises(AlreadyClosed):
        sent.record_failure(now=NOW, code="550")


def test_every_attempt_is_a_line_of_the_log() -> None:
    tried = message()

    tried.note_attempt(now=NOW, provider="smtp", outcome=AttemptOutcome.UNREACHABLE, code="TimeoutError")
    tried.record_sent(now=NOW + timedelta(seconds=30), provider="smtp", provider_message_id="x")

    assert [(line.number, line.outcome, line.code) for line in tried.attempts] == [
        (1, "unreachable", "TimeoutError"),
        (2, "sent", None),
    ]


def test_a_refusal_names_the_provider() -> None:
    refused = message()

    refused.record_failure(now=NOW, code="550", provider="smtp")

    assert [(line.outcome, line.code) for line in refused.attempts] == [("refused", "550")]


@pytest.mark.parametrize(("late", "too_old"), [(timedelta(microseconds=-1), False), (timedelta(), True)])
def test_it_is_too_old_from_its_end_on(late: timedelta, too_old: bool) -> None:
    end = NOW + timedelta(minutes=10)

    assert message(expires_at=end).is_too_old(end + late) is too_old


def test_without_an_end_it_never_gets_too_old() -> None:
    assert not message().is_too_old(NOW + timedelta(days=3650))
