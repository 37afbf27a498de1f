"""The ceremony's journal: append-only, each entry holding the hash of the one before.

Anybody can check it with nothing but SHA-256. Its head is sealed in the evidence, so an entry cannot be changed, left
out or added afterwards without the seal showing it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from signature.domain.canonical import Facts, canonical_json, instant_text, sha256_hex

GENESIS: Final = "0" * 64


class Happening(StrEnum):
    """All that can be in a journal."""

    OPENED = "ceremony.opened"
    PAGE_VIEWED = "page.viewed"
    ACCEPTED = "document.accepted"
    CODE_SENT = "code.sent"
    CODE_WRONG = "code.wrong"
    BLOCKED = "ceremony.blocked"
    RELIEVED = "ceremony.relieved"
    SIGNED = "ceremony.signed"
    REFUSED = "ceremony.refused"
    FAILED = "ceremony.failed"
    EXPIRED = "ceremony.expired"
    SEALED = "envelope.sealed"
    ACT_ASKED = "act.asked"
    ACT_DECIDED = "act.decided"
    HELD = "ceremony.held"


class BrokenChain(Exception):
    """Entry `position` does not follow from the one before: the journal was altered."""

    def __init__(self, position: int) -> None:
        super().__init__(f"entry {position} does not follow")
        self.position = position


@dataclass(frozen=True)
class Entry:
    """One line of the journal; `previous` and `hash` are SHA-256 in hexadecimal."""

    ceremony_id: str
    position: int
    at: datetime
    happening: Happening
    facts: Facts
    previous: str
    hash: str

    def content(self) -> Facts:
        """Return what the hash covers, besides the hash before."""
        return {
            "ceremony": self.ceremony_id,
            "position": self.position,
            "at": instant_text(self.at),
            "happening": self.happening.value,
            "facts": self.facts,
        }


def next_entry(
    *, ceremony_id: str, position: int, at: datetime, happening: Happening, facts: Facts, previous: str
) -> Entry:
    """Write the entry that follows `previous` (GENESIS for the first, whose position is 1)."""
    unhashed = Entry(ceremony_id, position, at, happening, facts, previous, "")
    return Entry(ceremony_id, position, at, happening, facts, previous, entry_hash(unhashed))


def entry_hash(entry: Entry) -> str:
    """Return SHA-256(previous hash as hexadecimal text, then the canonical JSON of the content)."""
    return sha256_hex(entry.previous.encode() + canonical_json(entry.content()))


def verify(entries: Iterable[Entry]) -> str:
    """Walk the chain from its start and return its head; BrokenChain at the first entry that does not follow."""
    head = GENESIS
    position = 0
    for position, entry in enumerate(entries, start=1):
        if entry.position != position or entry.previous != head or entry.hash != entry_hash(entry):
            raise BrokenChain(position)
        head = entry.hash
    if position == 0:
        raise BrokenChain(0)
    return head
