"""Nothing that was confirmed is lost when processes are killed at random, on both transports."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from plumbing.transport import InboxConsumer
from tests.plumbing.transport.place import Peer, eventually

PREFETCH = 7


def test_nothing_is_lost_or_repeated_without_reason_under_kill_9(
    listen: Callable[..., InboxConsumer], peer: Callable[..., Peer]
) -> None:
    """Publishers confirm, consumers ack after saying what they got, and all are killed at random."""
    listen("thing.#").close()
    chance = random.Random(7)
    workers = [Worker(peer) for _ in range(2)]
    ended: list[Worker] = []
    confirmed: set[int] = set()
    for turn in range(5):
        publisher = peer("publish", turn * 1000, 1000)
        for _ in range(chance.randint(3, 15)):
            confirmed |= {_number(each) for each, outcome in publisher.line().items() if outcome == "confirmed"}
        publisher.kill()
        workers[0].end()
        ended.append(workers.pop(0))
        workers.append(Worker(peer))

    everybody = [*ended, *workers]
    assert eventually(lambda: confirmed <= {number for worker in everybody for number in worker.said}, seconds=30)

    for worker in workers:
        worker.end()
    assert len(confirmed) > 1000
    times = Counter(number for worker in everybody for number in worker.said)
    assert sum(count - 1 for count in times.values()) <= 5 * PREFETCH  # at most the batch in hand at each kill


class Worker:
    """A consuming process and what it says it received, read to the end even after it was killed."""

    def __init__(self, peer: Callable[..., Peer]) -> None:
        self.said: list[int] = []
        self._peer = peer("work", PREFETCH)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with suppress(json.JSONDecodeError):  # it was killed in the middle of a word
            while batch := self._peer.line():
                self.said += batch

    def end(self) -> None:
        self._peer.kill()
        self._reader.join(10)


def _number(message_id: str) -> int:
    return int(message_id.removeprefix("id-"))
