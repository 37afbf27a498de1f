"""What runs behind the web: the events heard and the messages sent."""

from __future__ import annotations

from notifications.jobs import JOBS
from notifications.messages.consumes import SUBSCRIPTIONS

__all__ = ["JOBS", "SUBSCRIPTIONS"]
