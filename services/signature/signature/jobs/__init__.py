"""What signature does in its own time."""

from plumbing.jobs import Jobs

JOBS = Jobs("signature")
