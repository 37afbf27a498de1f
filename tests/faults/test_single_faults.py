"""One fault at a time on a whole platform, and afterwards everything is there, once.

`make faults` kills at random; what is here is drawn out on purpose. The servers are this module's own.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest

from deploy.demo import journey as steps
from deploy.demo.client import Api, until
from deploy.demo.story import Story
from deploy.embedded.settings import DEMONSTRATION_PASSWORD, SERVICES
from tests.faults.__main__ import INSIDE, set_up_witnesses
from tests.faults.careful import FolderMailbox
from tests.faults.servers import Servers, own_servers
from tests.faults.verdict import drain, judge, repeats_absorbed
from tests.support.stack import Stack
from tests.support.stack_books import hearers
from tests.support.stack_ground import laid

FROZEN_SECONDS = 8.0
ISSUED = "quoting.quote.issued.v1"
_PATIENCE = 120.0

pytestmark = pytest.mark.timeout(600)


@dataclass
class Platform:
    """The platform, its servers, and the folder where a single fault is announced to its processes."""

    stack: Stack
    servers: Servers
    faults: Path

    def quote(self) -> Story:
        """Let a broker price a family and issue its quote."""
        story = Story(Api(self.stack.url), FolderMailbox(self.stack.mailbox_folder), DEMONSTRATION_PASSWORD)
        steps.broker_signs_in(story)
        steps.broker_prices_a_family(story)
        steps.broker_issues_the_quote(story)
        return story

    def arrive(self, story: Story) -> None:
        """See that the mail with the quote comes, and comes once."""
        with closing(story):
            until(
                "the quote is in the mailbox",
                lambda: self._mails(story) or None,
                seconds=_PATIENCE,
            )
            steps.client_gets_the_quote(story)
            self.calm()
            assert self._mails(story) == 1

    def _mails(self, story: Story) -> int:
        return sum(message["subject"].startswith("Votre devis") for message in story.mailbox.to(story.family.email))

    def calm(self) -> None:
        """Wait until nothing is under way, and see that nothing was lost, applied twice or left over."""
        drain(self.stack, _PATIENCE)
        verdict = judge(self.stack)
        assert (verdict.lost, verdict.twice, verdict.unapplied) == ([], [], [])
        assert (verdict.left_over, verdict.dead) == ({}, {})

    @contextmanager
    def fault(self, name: str, word: str) -> Iterator[None]:
        """Announce a fault for so long."""
        (self.faults / name).write_text(word)
        try:
            yield
        finally:
            (self.faults / name).unlink()

    @contextmanager
    def at_the_bus(self) -> Iterator[Any]:
        """The operator's own channel."""
        connection = pika.BlockingConnection(pika.URLParameters(self.stack.ground.operator_bus))
        with closing(connection):
            yield connection.channel()

    def outbox(self, service: str) -> list[Any]:
        return self.stack.books.rows(service, "SELECT type, last_error FROM outbox")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    faults = tmp_path_factory.mktemp("faults")
    with own_servers() as servers, laid(servers.postgres, servers.rabbitmq, servers.s3, SERVICES) as ground:
        set_up_witnesses(ground)
        with Stack(ground, folder, more={"FAULTS_FOLDER": str(faults)}, paths=[INSIDE]) as stack:
            yield Platform(stack, servers, faults)


@contextmanager
def meanwhile(do: Callable[[], Story]) -> Iterator[Future[Story]]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(do)


def test_a_broker_frozen_for_8_seconds_stops_nobody_at_the_web_and_loses_nothing(platform: Platform) -> None:
    platform.servers.rabbitmq.freeze()
    frozen_at = time.monotonic()
    try:
        story = platform.quote()
        served = time.monotonic() - frozen_at
        worker = f"http://127.0.0.1:{platform.stack.health_ports['quoting'][0]}"
        states = [httpx.get(f"{worker}/{path}", timeout=10).status_code for path in ("healthz", "readyz")]
        time.sleep(max(0.0, FROZEN_SECONDS - served))
    finally:
        platform.servers.rabbitmq.thaw()
    assert states == [200, 503], "the worker lives, and says that it can do little"
    assert served < FROZEN_SECONDS, "the quote was priced and issued while the broker did not answer"
    platform.arrive(story)


def test_what_nobody_is_bound_to_hear_waits_and_says_so(platform: Platform) -> None:
    hearing = hearers()[ISSUED]
    with platform.at_the_bus() as channel:
        for service in hearing:
            channel.queue_unbind(f"{service}.inbox", "parapluie.events", ISSUED)
    story = platform.quote()
    until("the event came back", lambda: (ISSUED, "returned") in platform.outbox("quoting"), seconds=_PATIENCE)
    log = (platform.stack.folder / "quoting-worker-0.log").read_text()
    assert '"event.not_taken"' in log, "and it is an alarm"
    held = [type_ for type_, _ in platform.outbox("quoting") if type_ != ISSUED]
    assert held == [], "another's events go on"

    with platform.at_the_bus() as channel:
        for service in hearing:
            channel.queue_bind(f"{service}.inbox", "parapluie.events", ISSUED)
    platform.arrive(story)


def test_an_event_that_kills_whoever_hears_it_is_put_aside_and_heard_when_that_is_mended(platform: Platform) -> None:
    with platform.fault("poison", f"notifications {ISSUED}"):
        story = platform.quote()
        parked = until("it is parked", lambda: _parked(platform, "notifications"), seconds=_PATIENCE * 2)
        assert len(parked) == 1
        assert parked[0][1:] == (ISSUED,)
    healthy = platform.quote()
    until("others are heard", lambda: healthy.mailbox.to(healthy.family.email), seconds=_PATIENCE)
    healthy.close()

    platform.stack.run_together([("notifications", "parked", "replay", parked[0][0])])
    platform.arrive(story)


def _parked(platform: Platform, service: str) -> list[Any]:
    return platform.stack.books.rows(service, "SELECT id, type FROM retry WHERE state = 'parked'")


def test_a_whole_batch_published_twice_changes_nothing(platform: Platform) -> None:
    begun = datetime.now(UTC) - timedelta(seconds=1)
    stories = [platform.quote() for _ in range(3)]
    for story in stories:
        platform.arrive(story)
    before = {service: _state(platform, service) for service in SERVICES}
    absorbed = repeats_absorbed(platform.stack)

    until_now = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    said = platform.stack.run_together(
        (service, "republish", "--from", begun.isoformat(), "--to", until_now) for service in ("quoting", "documents")
    )

    assert all(int(answer.split()[0]) >= len(stories) for answer in said.values())
    again = len(stories) * len(hearers()[ISSUED] + hearers()["documents.document.stored.v1"])
    until("the repeats are recognised", lambda: repeats_absorbed(platform.stack) >= absorbed + again, seconds=_PATIENCE)
    platform.calm()
    assert {service: _state(platform, service) for service in SERVICES} == before


def _state(platform: Platform, service: str) -> dict[str, int]:
    tables = platform.stack.books.rows(
        service, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    return {name: platform.stack.books.rows(service, f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in tables}


def test_a_clock_that_jumps_delays_but_loses_and_doubles_nothing(platform: Platform) -> None:
    """An hour on, while events and jobs are under way; then 10 seconds back, as a time server would correct it."""
    hour = timedelta(hours=1).total_seconds()
    story = platform.quote()
    with platform.fault("clock", str(hour)):
        platform.arrive(story)
        story = platform.quote()
        (platform.faults / "clock").write_text(str(hour - 10))
        platform.arrive(story)


def test_the_kills_of_one_seed_are_the_same_again() -> None:
    """A run that found something can be looked into: its seed draws the same kinds in the same order."""
    from tests.faults.killing import USUAL_ROUND, turns

    first, second = (turns(random.Random(4), USUAL_ROUND) for _ in range(2))
    assert [next(first) for _ in range(60)] == [next(second) for _ in range(60)]
