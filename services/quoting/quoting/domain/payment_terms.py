"""When a contract renews and how it is paid: terms of its product (F-078)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """The main due date comes round every year; `calendar` and `means` are the words that people read."""

    due_month: int
    due_day: int
    calendar: str
    means: str

    def __post_init__(self) -> None:
        # A day that some years do not have could not come round every year.
        date(2027, self.due_month, self.due_day)

    @property
    def due(self) -> str:
        """The main due date as people write it: « 01/01 »."""
        return f"{self.due_day:02d}/{self.due_month:02d}"

    def next_renewal(self, effective: date, *, today: date) -> date:
        """Return the first main due date after both the beginning of cover and today."""
        after = max(effective, today)
        renewal = date(after.year, self.due_month, self.due_day)
        return renewal if renewal > after else renewal.replace(year=after.year + 1)
