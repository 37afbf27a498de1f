"""What runs behind the web: the events heard, the ends of ceremonies, the sweeping; and apart from it the sealing."""

from __future__ import annotations

# A job is registered where it is written; naming the modules here is what makes them known.
from signature.jobs import JOBS, SEALER_JOBS, forgetting, lapse, purging, sealing
from signature.messages.consumes import SUBSCRIPTIONS

__all__ = ["JOBS", "SEALER_JOBS", "SUBSCRIPTIONS", "forgetting", "lapse", "purging", "sealing"]
