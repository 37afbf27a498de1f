"""One service at a time: rolled under load, and down for a while."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import closing

import httpx

from deploy.demo import journey as steps
from deploy.demo.client import Api, Mailbox, trusted
from deploy.demo.story import Story
from deploy.embedded.settings import DEMONSTRATION_PASSWORD
from deploy.stack.rolling import roll
from tests.stack.deployment import Deployment

_ASKERS = 4
_PAUSE = 0.05
_PATH = "/api/quoting/v1/prices"


def rolled(deployment: Deployment) -> str:
    """Ask for prices from several connections while quoting is replaced: reading and posting, without another try."""
    story, body, token = _priced(deployment)
    before = {each.id for each in deployment.engine.containers("quoting-web")}
    counts: Counter[str] = Counter()
    stop = threading.Event()
    askers = [threading.Thread(target=_ask, args=(deployment, token, body, counts, stop)) for _ in range(_ASKERS)]
    with closing(story):
        for asker in askers:
            asker.start()
        try:
            time.sleep(3)
            roll(deployment.engine, "quoting")
            time.sleep(3)
        finally:
            stop.set()
            for asker in askers:
                asker.join()
    after = {each.id for each in deployment.engine.containers("quoting-web")}
    assert not before & after, "the containers are the same"
    assert len(after) == len(before)
    failed = {what: count for what, count in counts.items() if what != "200"}
    assert not failed, f"{failed} of {counts.total()} requests"
    return f"{counts.total()} requests, 0 failed"


def _ask(
    deployment: Deployment, token: str, body: dict[str, object], counts: Counter[str], stop: threading.Event
) -> None:
    headers = {"Authorization": token}
    with deployment.http() as http:
        while not stop.wait(_PAUSE):
            for method, path, content in (("POST", _PATH, body), ("GET", "/api/quoting/v1/products", None)):
                try:
                    answer = http.request(method, path, json=content, headers=headers)
                    counts[str(answer.status_code)] += 1
                except httpx.TransportError as failure:
                    counts[type(failure).__name__] += 1


def _priced(deployment: Deployment) -> tuple[Story, dict[str, object], str]:
    trusted.cache_clear()
    story = Story(_api(deployment), Mailbox(f"{deployment.url}/mailbox"), DEMONSTRATION_PASSWORD)
    steps.broker_signs_in(story)
    steps.broker_prices_a_family(story)
    body = {
        "product": steps.PRODUCT,
        "effective_date": story.facts["effective_date"],
        "needs": steps._needs(),
        **story.facts["profile"],
    }
    token = story.person("broker")._http.headers["Authorization"]
    return story, body, token


def _api(deployment: Deployment) -> Api:
    import os

    os.environ["CA_FILE"] = str(deployment.engine.place.authority)
    return Api(deployment.url)


def waited_for(deployment: Deployment) -> str:
    """Signature and notifications are ended: quotes are still issued, and their mails go once they are back."""
    engine, stopped = deployment.engine, ("notifications-web", "notifications-worker", "signature-web")
    story, _, _ = _priced(deployment)
    with closing(story):
        engine.compose("stop", *stopped, quiet=True)
        try:
            with deployment.http() as http:
                assert _said_to_be_away(http) == "unavailable"
                assert http.get("/connexion").status_code == 200
            steps.broker_issues_the_quote(story)
            assert not story.mailbox.to(story.family.email)
        finally:
            engine.compose("start", *stopped, quiet=True)
        engine.wait_until_well(*stopped)
        told = steps.client_gets_the_quote(story)
    return f"503 from who is down, a quote issued meanwhile, and then: {told}"


def _said_to_be_away(http: httpx.Client) -> str:
    """Return the problem's code: for a moment after its end the gateway says 503 in words of its own."""
    deadline = time.monotonic() + 15
    while True:
        gone = http.get("/api/signature/v1/ceremonies")
        assert gone.status_code == 503, gone.status_code
        if gone.headers["Content-Type"] == "application/problem+json" or time.monotonic() > deadline:
            return str(gone.json()["code"])
        time.sleep(0.2)
