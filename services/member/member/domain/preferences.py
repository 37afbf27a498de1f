"""How a member wants to be told that a benefit was paid (F-223): two choices that do not depend on each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Preferences:
    """One per member. By default an e-mail and no SMS."""

    member_id: str
    tenant: str
    updated_at: datetime
    benefits_by_email: bool = True
    benefits_by_sms: bool = False
    version: int = 0

    def change(self, *, benefits_by_email: bool, benefits_by_sms: bool, now: datetime) -> bool:
        """Take both choices; returns whether anything changed."""
        if (self.benefits_by_email, self.benefits_by_sms) == (benefits_by_email, benefits_by_sms):
            return False
        self.benefits_by_email = benefits_by_email
        self.benefits_by_sms = benefits_by_sms
        self.updated_at = now
        return True
