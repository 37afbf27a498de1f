"""Sealed parts reach the one who may read them, whoever seals at the same moment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from joserfc.jwk import OKPKey

from plumbing.errors import Permanent
from plumbing.sealing import EventSealer, new_sealing_key


@pytest.fixture
def sealers() -> tuple[EventSealer, EventSealer]:
    private, public = new_sealing_key()
    own = EventSealer("notifications", OKPKey.import_key(orjson.loads(private)), {})
    return EventSealer("member", None, {"notifications": OKPKey.import_key(orjson.loads(public))}), own


@pytest.fixture
def quick_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("quick_switches")
def test_what_threads_seal_at_once_can_all_be_opened(sealers: tuple[EventSealer, EventSealer]) -> None:
    member, notifications = sealers
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda rank: member.seal("notifications", {"rank": rank}), range(400)))

    assert [notifications.open(closed)["rank"] for closed in sealed] == list(range(400))


def test_another_service_opens_nothing(sealers: tuple[EventSealer, EventSealer]) -> None:
    member, _ = sealers
    stranger = EventSealer("claims", OKPKey.import_key(orjson.loads(new_sealing_key()[0])), {})

    with pytest.raises(Permanent):
        stranger.open(member.seal("notifications", {"email": "nadia@example.org"}))


def test_an_altered_part_is_refused(sealers: tuple[EventSealer, EventSealer]) -> None:
    member, notifications = sealers
    closed = member.seal("notifications", {"email": "nadia@example.org"})
    head, _, tag = closed.rpartition(".")
    altered = f"{head}.{'A' if tag[0] != 'A' else 'B'}{tag[1:]}"

    with pytest.raises(Permanent):
        notifications.open(altered)


def test_nobody_seals_for_a_service_without_a_key(sealers: tuple[EventSealer, EventSealer]) -> None:
    with pytest.raises(LookupError):
        sealers[0].seal("claims", {})
