"""Plumbing's unit of work with this service's repositories."""

from __future__ import annotations

from plumbing.unit_of_work import UnitOfWork
from seedling.adapters.repositories import NoteRepository
from seedling.usecases.ports import Notes


class SeedlingWork(UnitOfWork):
    """One transaction of one tenant."""

    notes: Notes

    def opened(self) -> None:
        """Build the repositories on the session."""
        self.notes = NoteRepository(self.session)
