"""Every container killed in turn while people travel: what they were told is kept, and nothing is left over."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from contextlib import closing

import httpx

from deploy.demo.client import Mailbox, Unexpected, trusted
from deploy.demo.story import Story
from deploy.embedded.settings import DEMONSTRATION_PASSWORD, SERVICES
from deploy.stack.engine import Container
from tests.faults.careful import CarefulApi, CarefulTransport
from tests.faults.journeys import WHOLE, be_patient
from tests.stack.deployment import Deployment

_TRAVELLERS = 2
_BETWEEN_SECONDS = 2.0
_TRIES = 30
_SPARED = ("mailbox",)  # MailDev keeps its mails in memory: what it forgets was delivered
_KEYLESS = ("/sessions", "/guest-sessions", "/prices", "/activations", "/sessions/refresh")
_LEFT_OVER = (
    "SELECT 'outbox', type FROM outbox",
    "SELECT 'retry', type FROM retry",
    "SELECT 'job', kind FROM job WHERE state <> 'waiting'",
)


def survived(deployment: Deployment) -> str:
    """Kill, wait until it is well again, next; then let everybody arrive."""
    os.environ["CA_FILE"] = str(deployment.engine.place.authority)
    trusted.cache_clear()
    be_patient()
    transport = CarefulTransport(deployment.trust)
    stop, ends = threading.Event(), Counter[str]()
    travellers = [
        threading.Thread(target=_travel, args=(deployment, transport, ends, stop)) for _ in range(_TRAVELLERS)
    ]
    for traveller in travellers:
        traveller.start()
    killed = []
    try:
        for container in sorted(deployment.engine.containers(), key=lambda each: each.name):
            if container.state == "running" and container.service not in _SPARED:
                _kill(deployment, container)
                killed.append(container.service)
                deployment.engine.wait_until_well(container.service, seconds=180)
                time.sleep(_BETWEEN_SECONDS)
    finally:
        stop.set()
        for traveller in travellers:
            traveller.join()
    assert ends["arrived"], ends
    assert set(ends) == {"arrived"}, ends
    _nothing_is_lost(deployment, transport)
    transport.end()
    return f"{len(killed)} containers killed, {ends['arrived']} whole journeys, {len(transport.acts)} acts kept"


def _kill(deployment: Deployment, container: Container) -> None:
    """As the kernel would: the engine finds it dead and starts it again by its policy."""
    pid = int(deployment.engine.docker("inspect", "--format", "{{.State.Pid}}", container.id))
    try:
        os.kill(pid, signal.SIGKILL)
    except PermissionError:  # an engine's kill counts as « stopped by hand »: its policy is not asked
        deployment.engine.docker("kill", container.id)
        deployment.engine.docker("start", container.id)


def _travel(deployment: Deployment, transport: CarefulTransport, ends: Counter[str], stop: threading.Event) -> None:
    while not stop.is_set():
        api = CarefulApi(deployment.url, transport)
        story = Story(api, _CarefulMailbox(f"{deployment.url}/mailbox"), DEMONSTRATION_PASSWORD)
        with closing(story):
            try:
                credentials = {"identifier": "courtier@lemaire.example", "password": DEMONSTRATION_PASSWORD}
                story.broker = api.as_bearer(api.post("/api/member/v1/sessions", credentials)["access_token"])
                for step in WHOLE:
                    step(story)
            except (Unexpected, httpx.HTTPError, KeyError) as failure:
                ends[f"{type(failure).__name__}: {failure}"[:300]] += 1
            else:
                ends["arrived"] += 1


class _CarefulMailbox(Mailbox):
    """Looks again when the gateway was just killed."""

    def to(self, address: str) -> list[dict[str, object]]:
        try:
            return super().to(address)
        except (httpx.HTTPError, ValueError):
            return []

    def attachment(self, message: dict[str, object], name: str) -> bytes:
        for _ in range(_TRIES):
            try:
                return super().attachment(message, name)
            except httpx.HTTPError:
                time.sleep(1)
        return super().attachment(message, name)


def _nothing_is_lost(deployment: Deployment, transport: CarefulTransport) -> None:
    deadline = time.monotonic() + 180
    while left := _left_over(deployment):
        assert time.monotonic() < deadline, left
        time.sleep(2)
    for service in SERVICES:
        kept = {row[0] for row in deployment.rows(service, "SELECT key FROM idempotency_key")}
        prefix = f"/api/{service}/v1"
        for act in transport.acts:
            path = act.path.removeprefix(prefix)
            if path != act.path and path not in _KEYLESS:
                assert act.key in kept, f"{service} does not know of {path}, which it had answered"


def _left_over(deployment: Deployment) -> list[str]:
    found = []
    for service in SERVICES:
        for query in _LEFT_OVER:
            found += [f"{service}: {' '.join(row)}" for row in deployment.rows(service, query)]
    return found
