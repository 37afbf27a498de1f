"""What was committed against what was applied, event by event: nothing lost, nothing twice, nothing left over."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from deploy.embedded.settings import SERVICES
from tests.support.stack import Stack
from tests.support.stack_books import Books, Unheard, hearers

_CALM_SECONDS = 12.0


@dataclass
class Verdict:
    """`committed` events and what their hearers made of them; each list names (event id, type, service)."""

    committed: int = 0
    expected: int = 0
    lost: list[Unheard] = field(default_factory=list)
    twice: list[Unheard] = field(default_factory=list)
    unapplied: list[Unheard] = field(default_factory=list)
    left_over: dict[str, list[Any]] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    drained_in: float = 0.0

    @property
    def clean(self) -> bool:
        return not (self.lost or self.twice or self.unapplied or self.left_over or self.dead)


def drain(stack: Stack, seconds: float) -> float:
    """Wait until all is done, or until nothing changes any more; return how long that took."""
    begun = calm_since = time.monotonic()
    before: Any = None
    while (moment := time.monotonic()) - begun < seconds:
        now = (stack.books.left_over(), stack.books.unheard())
        if now == ({}, []):
            return moment - begun
        if now != before:
            calm_since, before = moment, now
        # Lost is lost: when nothing waits anywhere and some are still unheard, nobody will hear them.
        if not now[0] and moment - calm_since > _CALM_SECONDS:
            break
        time.sleep(1.0)
    return time.monotonic() - begun


def judge(stack: Stack) -> Verdict:
    """Compare every service's archive with the inboxes and the witnesses of those who hear it."""
    books = stack.books
    verdict = Verdict(left_over=books.left_over(), dead=_dead(stack))
    heard = {service: {row[0] for row in books.rows(service, "SELECT event_id FROM inbox")} for service in SERVICES}
    applied = {service: _applied(books, service) for service in SERVICES}
    newest_only = {(service, type_) for service in SERVICES for type_ in _latest_wins(service)}
    for service in SERVICES:
        said = books.rows(
            service, "SELECT event_id, type FROM outbox_archive UNION ALL SELECT event_id, type FROM outbox"
        )
        verdict.committed += len(said)
        for event_id, type_ in said:
            for hearer in hearers()[type_]:
                verdict.expected += 1
                place = (event_id, type_, hearer)
                times = applied[hearer][event_id]
                if event_id not in heard[hearer]:
                    verdict.lost.append(place)
                elif times > 1:
                    verdict.twice.append(place)
                elif times == 0 and (hearer, type_) not in newest_only:
                    verdict.unapplied.append(place)
    return verdict


def _applied(books: Books, service: str) -> Counter[str]:
    return Counter(row[0] for row in books.rows(service, "SELECT event_id FROM faults_witness"))


def _latest_wins(service: str) -> list[str]:
    import importlib

    entries = importlib.import_module(f"{service}.messages.consumes").SUBSCRIPTIONS.entries
    return [type_ for type_, subscription in entries.items() if subscription.latest_wins]


def _dead(stack: Stack) -> dict[str, int]:
    counts = {service: stack.queue(f"{service}.dead")[0] for service in SERVICES}
    return {service: count for service, count in counts.items() if count}


def repeats_absorbed(stack: Stack) -> int:
    """Return how many repeats the inboxes recognised, as the workers' logs tell."""
    logs = stack.folder.glob("*-worker-*.log")
    return sum(log.read_text(errors="replace").count('"event.repeated"') for log in logs)
