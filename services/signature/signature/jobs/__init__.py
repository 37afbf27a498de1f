"""What signature does in its own time: the worker's jobs, and those of the sealer, a process apart."""

from plumbing.jobs import Jobs

JOBS = Jobs("signature")
SEALER_JOBS = Jobs("signature")
