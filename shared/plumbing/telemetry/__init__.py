"""What a service tells about itself while it runs: logs, traces and metrics."""

from plumbing.telemetry.logs import configure_logs
from plumbing.telemetry.tracing import configure_tracing, continued_trace, current_traceparent

__all__ = ["configure_logs", "configure_tracing", "continued_trace", "current_traceparent"]
