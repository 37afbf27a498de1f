"""Tables that hold from one day to another: the form of every product or legal amount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class TableGap(Exception):
    """Two versions of a table overlap, or leave days without a value. Found when the data is loaded."""


class NoVersion(Exception):
    """A table has no version in force on the date asked for: an error, never a default."""

    def __init__(self, table: str, day: date) -> None:
        super().__init__(f"{table} on {day.isoformat()}")
        self.table = table
        self.day = day


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """One version of a table, in force from `valid_from` to `valid_to` inclusive; None means until further notice."""

    name: str
    valid_from: date
    valid_to: date | None
    source: str
    value: T

    def holds(self, day: date) -> bool:
        """Tell whether this version is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class DatedTable(Generic[T]):
    """The successive versions of one table, oldest first, without gap or overlap."""

    name: str
    versions: tuple[Version[T], ...]

    def __post_init__(self) -> None:
        if not self.versions:
            raise TableGap(f"{self.name} has no version")
        for version in self.versions:
            if version.valid_to is not None and version.valid_to < version.valid_from:
                raise TableGap(f"{self.name} {version.name} ends before it begins")
        for earlier, later in zip(self.versions, self.versions[1:], strict=False):
            if earlier.valid_to is None or later.valid_from != earlier.valid_to + timedelta(days=1):
                raise TableGap(f"{self.name}: {later.name} does not begin the day after {earlier.name} ends")

    def at(self, day: date) -> Version[T]:
        """Return the version in force on `day`; NoVersion when there is none."""
        for version in self.versions:
            if version.holds(day):
                return version
        raise NoVersion(self.name, day)
