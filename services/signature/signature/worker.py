"""What runs behind the web: the events heard, the ends of ceremonies, the sealing, the sweeping."""

from __future__ import annotations

# A job is registered where it is written; naming the modules here is what makes them known.
from signature.jobs import JOBS, forgetting, lapse, sealing
from signature.messages.consumes import SUBSCRIPTIONS

__all__ = ["JOBS", "SUBSCRIPTIONS", "forgetting", "lapse", "sealing"]
