"""What runs behind the web: the events heard and the benefits paid."""

from __future__ import annotations

from claims.jobs import JOBS
from claims.messages.consumes import SUBSCRIPTIONS

__all__ = ["JOBS", "SUBSCRIPTIONS"]
