"""The whole journey in one process, through kills, and what every service holds afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.demo.client import Api, Mailbox, Unexpected, until
from deploy.demo.journey import STEPS
from deploy.demo.story import Story
from deploy.embedded.platform import Platform
from deploy.embedded.settings import DEMONSTRATION_PASSWORD
from tests.journeys.embedded import EmbeddedPlatform, log_lines

# Right after an act whose effects are still on their way through outbox, bus, inbox and jobs.
KILLED_AFTER = {
    "issues the quote",
    "subscribes",
    "accepts the documents",
    "signs with the code",
    "uploads a supporting document",
    "The manager creates the membership",
    "files a claim",
    "The manager accepts and pays",
}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[EmbeddedPlatform]:
    platform = EmbeddedPlatform(tmp_path / "state")
    yield platform
    platform.kill()


@pytest.fixture
def new_story(platform: EmbeddedPlatform) -> Iterator[Callable[[], Story]]:
    stories: list[Story] = []

    def begin() -> Story:
        stories.append(Story(Api(platform.url), Mailbox(f"{platform.url}/mailbox"), DEMONSTRATION_PASSWORD))
        return stories[-1]

    yield begin
    for story in stories:
        story.close()


def assert_nothing_lost(platform: EmbeddedPlatform) -> None:
    with suppress(Unexpected):
        until("everything to be heard", lambda: not platform.left_over() and not platform.unheard(), seconds=45)
    assert platform.left_over() == {}
    assert platform.unheard() == []


def test_every_queue_is_bound_before_anybody_speaks(tmp_path: Path) -> None:
    """Else the first event of a fresh start reaches only those hearers whose thread was quick."""
    platform = Platform(tmp_path, "http://127.0.0.1:8000")
    platform.prepare()
    for name, service in platform.services.items():
        assert platform.built[name].bus.check(service.subscriptions.topology()) == []


def test_the_journey_passes_twice_and_survives_a_kill_in_between(
    platform: EmbeddedPlatform, new_story: Callable[[], Story]
) -> None:
    platform.start()
    first = new_story()
    for _title, step in STEPS:
        step(first)
    platform.kill()
    # About three seconds on an idle machine; the tests' machine is not idle.
    assert platform.start() < 30
    second = new_story()
    for _title, step in STEPS:
        step(second)

    assert_nothing_lost(platform)
    contracts = platform.rows(
        "quoting", "SELECT DISTINCT contract_id FROM membership_file WHERE contract_id IS NOT NULL"
    )
    assert len(contracts) == 2
    assert platform.stop() == 0


def test_killed_after_every_act_it_goes_on_and_nothing_happens_twice(
    platform: EmbeddedPlatform, new_story: Callable[[], Story]
) -> None:
    platform.start()
    story = new_story()
    for title, step in STEPS:
        step(story)
        if title in KILLED_AFTER:
            platform.kill()
            platform.start()

    assert_nothing_lost(platform)
    # Handed over, not shown: the mailbox shows a message sent twice once, and so does the folder of payments.
    messages, orders = (Counter(platform.handed_over(folder)) for folder in ("mailbox", "payments"))
    assert set(messages) == {path.stem for path in (platform.state / "mailbox").glob("*.json")}
    assert {message: times for message, times in messages.items() if times > 1} == {}
    assert list(orders.values()) == [1]
    family = story.family
    subjects = [message["subject"] for message in story.mailbox.to(family.email)]
    assert len(subjects) == len(set(subjects)), f"a mail was written twice: {subjects}"
    assert len(story.mailbox.to(family.sms_address)) == 2


def test_no_secret_and_no_personal_fact_is_in_the_log(
    platform: EmbeddedPlatform, new_story: Callable[[], Story]
) -> None:
    platform.start()
    story = new_story()
    for _title, step in STEPS:
        step(story)
    platform.stop()

    log = "\n".join(map(str, log_lines(platform.state)))
    assert log
    family = story.family
    for fact in (family.email, family.mobile, family.nir, family.spouse_nir, family.iban, "Roussel", "Tilleuls"):
        assert fact not in log
    for secret in (story.facts["link_secret"], DEMONSTRATION_PASSWORD):
        assert secret not in log
