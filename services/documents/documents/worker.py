"""What runs behind the web: the events heard and the work done by the clock."""

from __future__ import annotations

from documents.jobs import JOBS
from documents.messages.consumes import SUBSCRIPTIONS

__all__ = ["JOBS", "SUBSCRIPTIONS"]
