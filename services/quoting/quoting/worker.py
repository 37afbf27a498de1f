"""What runs behind the web: the events heard, the papers made, the quotes that lapse."""

from __future__ import annotations

from quoting.jobs import JOBS
from quoting.messages.consumes import SUBSCRIPTIONS

__all__ = ["JOBS", "SUBSCRIPTIONS"]
