"""A sending: the files a member gathers for one claim before he submits it (F-205, F-206, F-209)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from documents.domain.limits import MAX_SENDING_BYTES, MAX_SENDING_FILES, QUOTA_BYTES, QUOTA_FILES
from documents.domain.refusals import RefusalCode, Refused


@dataclass
class Sending:
    """Counts what was added; closed when the claim is submitted, after which the same claim gets a new sending."""

    id: str
    tenant: str
    subject: str
    owner: str
    opened_at: datetime
    files: int = 0
    size: int = 0
    closed_at: datetime | None = None

    def add(self, size: int) -> None:
        """Count one more file of `size` bytes; Refused when it makes too many or too much, both limits inclusive."""
        if self.files + 1 > MAX_SENDING_FILES:
            raise Refused(RefusalCode.TOO_MANY)
        if self.size + size > MAX_SENDING_BYTES:
            raise Refused(RefusalCode.TOTAL_TOO_LARGE)
        self.files += 1
        self.size += size

    def close(self, at: datetime) -> None:
        """The claim was submitted with these files."""
        self.closed_at = self.closed_at or at


@dataclass(frozen=True)
class Held:
    """What a person keeps here about one subject: files, and bytes in all."""

    files: int
    size: int

    def check_room(self, size: int) -> None:
        """Raise Refused when one more file of `size` bytes is beyond the person's quota."""
        if self.files + 1 > QUOTA_FILES or self.size + size > QUOTA_BYTES:
            raise Refused(RefusalCode.QUOTA)
