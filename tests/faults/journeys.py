"""Journeys at a steady rate, by clients who remember what they were told.

Most are quote journeys (a broker prices a family and issues the quote, the client receives it by mail and follows its
link); every so many-th is the whole one, down to the alert that a claim was paid.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.demo import client as demo_client
from deploy.demo import journey as steps
from deploy.demo.client import Api, Unexpected
from deploy.demo.story import Story
from deploy.embedded.settings import DEMONSTRATION_PASSWORD
from tests.faults.careful import AnswerLost, CarefulApi, CarefulTransport, FolderMailbox
from tests.support.stack import Stack

Step = Callable[[Story], str]
QUOTE: tuple[Step, ...] = (
    steps.broker_prices_a_family,
    steps.broker_issues_the_quote,
    steps.client_gets_the_quote,
    steps.client_follows_the_link,
)
WHOLE: tuple[Step, ...] = (
    *QUOTE,
    steps.client_subscribes,
    steps.client_accepts_the_documents,
    steps.client_signs_with_the_code,
    steps.client_gets_the_signed_documents,
    steps.client_uploads_a_supporting_document,
    steps.manager_creates_the_membership,
    steps.member_opens_the_account,
    steps.member_chooses_alerts,
    steps.member_files_a_claim,
    steps.manager_accepts_and_pays,
    steps.member_is_alerted,
)
_MOST_AT_ONCE = 120
_LOOK_SECONDS = 0.5
_STEP_SECONDS = 240.0
_SESSION_SECONDS = 300.0


@dataclass
class Told:
    """One journey as its people know it."""

    whole: bool
    email: str
    sms_address: str
    facts: dict[str, Any]
    done: list[str] = field(default_factory=list)
    stopped: str = ""
    seconds: float = 0.0

    @property
    def finished(self) -> bool:
        return not self.stopped

    def was(self, step: Step) -> bool:
        """Whether its people saw this step through."""
        return step.__name__ in self.done


class Travellers:
    """Starts journeys and keeps what each was told."""

    def __init__(self, stack: Stack, *, rate: float, whole_every: int) -> None:
        be_patient()
        self.transport = CarefulTransport()
        self.mailbox = FolderMailbox(stack.mailbox_folder)
        self.told: list[Told] = []
        self._url = stack.url
        self._rate = rate
        self._whole_every = whole_every
        self._pool = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="traveller")
        self._running: list[Future[None]] = []
        self._broker: Api | None = None
        self._signed_in_at = 0.0
        self._guard = threading.Lock()

    def travel(self, seconds: float) -> None:
        """Start a journey every 1/rate seconds for so long; those that are late start when there is room."""
        begun = time.monotonic()
        number = 0
        while (elapsed := time.monotonic() - begun) < seconds:
            if number <= elapsed * self._rate:
                whole = number % self._whole_every == self._whole_every // 2
                self._running.append(self._pool.submit(self.go, whole=whole))
                number += 1
            else:
                time.sleep(0.02)

    def arrive(self, seconds: float) -> int:
        """Wait for those on their way; return how many are still under way after so many seconds."""
        return len(wait(self._running, timeout=seconds).not_done)

    def end(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.transport.end()

    def go(self, *, whole: bool) -> None:
        """Make one journey and note what was told on the way."""
        begun = time.monotonic()
        story = Story(CarefulApi(self._url, self.transport), self.mailbox, DEMONSTRATION_PASSWORD)
        told = Told(whole, story.family.email, story.family.sms_address, story.facts)
        self.told.append(told)
        with closing(story):
            try:
                story.broker = self.broker()
                for step in WHOLE if whole else QUOTE:
                    step(story)
                    told.done.append(step.__name__)
            except AnswerLost as lost:
                told.stopped = f"answer lost: {lost}"
            except (Unexpected, httpx.HTTPError, KeyError) as failure:
                told.stopped = f"{type(failure).__name__}: {failure}"
            except BaseException:
                told.stopped = traceback.format_exc(limit=-4)
                raise
            finally:
                told.seconds = time.monotonic() - begun

    def broker(self) -> Api:
        """Return the broker, who signs in once and stays: he issues all the quotes."""
        with self._guard:
            if self._broker is None or time.monotonic() - self._signed_in_at > _SESSION_SECONDS:
                api = CarefulApi(self._url, self.transport)
                credentials = {"identifier": steps.BROKER, "password": DEMONSTRATION_PASSWORD}
                self._broker = api.as_bearer(api.post("/api/member/v1/sessions", credentials)["access_token"])
                self._signed_in_at = time.monotonic()
            # A story closes its people at its end; this one is everybody's.
            return _Shared(self._broker)

    def stopped(self) -> Counter[str]:
        return Counter(told.stopped[:160] for told in self.told if told.stopped)


class _Shared(CarefulApi):
    """A person whom many stories know, and none may close."""

    def __init__(self, person: Any) -> None:
        self.base_url = person.base_url
        self._transport = person._transport
        self._http = person._http

    def close(self) -> None:
        """Not ours to close."""


def be_patient() -> None:
    """Look less often and wait longer than a demonstration does: here servers are down for seconds."""
    demo_client._POLL_SECONDS = _LOOK_SECONDS
    assert demo_client.until.__kwdefaults__ is not None
    demo_client.until.__kwdefaults__["seconds"] = _STEP_SECONDS
