"""Traces across services: W3C traceparent comes in, goes out, and travels with events and jobs.

Without an endpoint for spans nothing is recorded, but every request, event and job still has its trace id, so that the
logs of one act can be read together. With one, the OpenTelemetry SDK records and exports.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

HEADER = "traceparent"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_WRITTEN = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\Z", re.ASCII)


class _Recorder:
    """The tracer of this process, None when nobody collects spans."""

    tracer: trace.Tracer | None = None


RECORDER = _Recorder()


def configure_tracing(service: str, environ: Mapping[str, str] | None = None) -> None:
    """Record and export spans when the usual OpenTelemetry endpoint setting is there; else do nothing.

    The exporter comes with the extra `tracing` of plumbing: an operator who sets the endpoint installs it, and an
    ImportError at the start tells him so.
    """
    if not (os.environ if environ is None else environ).get(ENDPOINT):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    RECORDER.tracer = provider.get_tracer("plumbing")


def record_with(tracer: trace.Tracer | None) -> None:
    """Record spans with this tracer: for a test, or a process that brings a provider of its own."""
    RECORDER.tracer = tracer


def start_span(name: str, traceparent: str | None, kind: SpanKind = SpanKind.SERVER) -> tuple[Span, Token[Context]]:
    """Start a span, in the trace that `traceparent` names, and make it current; end it with `end_span`."""
    parent = parse_traceparent(traceparent)
    if RECORDER.tracer is not None:
        before = trace.set_span_in_context(NonRecordingSpan(parent)) if parent else None
        span = RECORDER.tracer.start_span(name, context=before, kind=kind)
    else:
        span = NonRecordingSpan(_child_of(parent or _current()))
    return span, otel_context.attach(trace.set_span_in_context(span))


def end_span(span: Span, token: Token[Context], error: BaseException | None = None) -> None:
    """End a span and give its place back to the one around it. Of an error only the type is kept."""
    if span.is_recording() and error is not None:
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))
    span.end()
    otel_context.detach(token)


@contextmanager
def continued_trace(traceparent: str | None, name: str, **attributes: Any) -> Iterator[Span]:
    """Run a block (an event's handler, a job) in the trace of whoever caused it; a bad traceparent starts a new one."""
    span, token = start_span(name, traceparent, SpanKind.CONSUMER)
    for key, value in attributes.items():
        span.set_attribute(key, value)
    failure: BaseException | None = None
    try:
        yield span
    except BaseException as error:
        failure = error
        raise
    finally:
        end_span(span, token, failure)


def current_traceparent() -> str | None:
    """Return the traceparent to write on what leaves now, None when no trace is under way."""
    span = trace.get_current_span()
    return written(span) if span.get_span_context().is_valid else None


def written(span: Span) -> str:
    """Return the traceparent of one span."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_trace_id() -> str | None:
    """Return the id of the current trace for a log line."""
    current = trace.get_current_span().get_span_context()
    return f"{current.trace_id:032x}" if current.is_valid else None


def parse_traceparent(text: str | None) -> SpanContext | None:
    """Read a traceparent header (W3C Trace Context, level 1); None when it is not one."""
    found = _WRITTEN.match(text) if text else None
    if found is None:
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    if version == "ff" or (version == "00" and rest) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16) & 1))


def _current() -> SpanContext | None:
    current = trace.get_current_span().get_span_context()
    return current if current.is_valid else None


def _child_of(parent: SpanContext | None) -> SpanContext:
    span_id = random.getrandbits(64) or 1
    if parent is None:
        return SpanContext(random.getrandbits(128) or 1, span_id, is_remote=False)
    return SpanContext(parent.trace_id, span_id, is_remote=False, trace_flags=parent.trace_flags)
