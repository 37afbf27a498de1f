"""What runs behind the web: the events heard and the work done by the clock."""

from __future__ import annotations

from member.jobs import JOBS
from member.messages.consumes import SUBSCRIPTIONS

__all__ = ["JOBS", "SUBSCRIPTIONS"]
