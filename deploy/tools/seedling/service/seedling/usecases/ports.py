"""What use cases need of the outside; the adapters give it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from plumbing import unit_of_work
from seedling.domain.notes import Note


class Notes(Protocol):
    """The notes of one tenant."""

    def add(self, note: Note) -> None: ...


class Work(unit_of_work.Work, Protocol):
    """One transaction of one tenant."""

    @property
    def notes(self) -> Notes: ...


Uow = Callable[[], AbstractContextManager[Work]]
