"""Identifiers: each one new, and sorted as they were made."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

from plumbing.ids import is_id, new_id


def test_ids_are_of_version_seven_and_never_the_same() -> None:
    made = {new_id() for _ in range(10_000)}
    assert len(made) == 10_000
    assert {(UUID(one).version, UUID(one).variant) for one in made} == {(7, "specified in RFC 4122")}
    assert all(is_id(one) for one in made)


def test_ids_made_one_after_the_other_sort_one_after_the_other() -> None:
    made = [new_id() for _ in range(2_000)]
    # The machine's clock may be set back once while we look; many ids of one millisecond must not be shuffled for it.
    disorder = sum(earlier > later for earlier, later in pairwise(made))
    assert disorder <= 1
