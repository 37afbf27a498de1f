"""What is done outside a request, or by the clock: nothing yet."""

from __future__ import annotations

from plumbing.jobs import Jobs

JOBS = Jobs("seedling")
