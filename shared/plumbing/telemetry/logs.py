"""Logs: one JSON object a line on stderr, a constant event name and fields, and nobody's personal facts.

    log = structlog.get_logger(__name__)
    log.info("quote.issued", quote_id=quote.id, version=quote.version)

Every line gets the service, the request id, the trace id, the route's rule, the tenant and the actor's id and role.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from plumbing.telemetry import request_info, tracing
from plumbing.telemetry.masking import MASK, is_secret_name, masked, redacted

Event = MutableMapping[str, Any]

# Libraries that name whole addresses (with the secrets in them), or one line for every statement, at INFO.
TALKATIVE = ("httpx", "httpcore", "urllib3", "kombu", "amqp", "sqlalchemy.engine", "fontTools", "pyhanko", "pikepdf")
DEEPEST_FRAMES = 25
# Fields that the plumbing itself puts on a line; their values never come from outside.
OWN_FIELDS = frozenset({"event", "level", "time", "service", "exception", "request_id", "trace_id", "span_id", "route"})


@dataclass
class _Output:
    """Where the lines of this process go; configured once, at its start."""

    stream: TextIO = sys.stderr
    service: str = ""
    access_lines: bool = True


OUTPUT = _Output()


def configure_logs(service: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to one place, as JSON lines."""
    OUTPUT.stream, OUTPUT.service = stream or sys.stderr, service
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    OUTPUT.access_lines = number <= logging.INFO
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_StandardHandler()]
    root.setLevel(number)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


def access_line(fields: dict[str, Any]) -> None:
    """Write the line of one answered request; the caller gives only fields that tell nothing personal."""
    if OUTPUT.access_lines:
        line = {"event": "request.answered", "level": "info", "time": datetime.now(UTC), **fields}
        _write(orjson.dumps(line, option=orjson.OPT_UTC_Z))


class _Lines:
    """structlog's last stop: the rendered line goes to the stream."""

    def __init__(self, *args: Any) -> None:
        pass

    def msg(self, line: bytes) -> None:
        _write(line)

    debug = info = warning = error = critical = exception = fatal = log = warn = err = msg


class _StandardHandler(logging.Handler):
    """Takes what libraries say through the standard library's logging; their texts are redacted."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            fields: Event = {"event": "library.said", "level": record.levelname.lower(), "logger": record.name}
            fields["message"] = redacted(record.getMessage())
            if record.exc_info and record.exc_info[1]:
                fields["exc_info"] = record.exc_info[1]
            _write(_render(None, "", fields))
        except Exception:  # noqa: BLE001 - the way of every logging handler
            self.handleError(record)


def _render(_logger: Any, _method: str, event: Event) -> bytes:
    """Add what every line has, mask, and write JSON; a line that cannot be written must not break its caller."""
    line: dict[str, Any] = {"event": event.pop("event", ""), "level": event.pop("level", "info"), "time": _now()}
    line["service"] = OUTPUT.service
    _add_request(line)
    error = _exception(event)
    for name, value in event.items():
        line[name] = MASK if name not in OWN_FIELDS and is_secret_name(name) else masked(value)
    if error is not None:
        line["exception"] = _described(error)
    try:
        return orjson.dumps(line, default=_told, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a lone surrogate, an enormous number
        return json.dumps(line, default=_told, skipkeys=True).encode()


def _told(value: Any) -> str:
    return redacted(str(value))


def _add_request(line: dict[str, Any]) -> None:
    info = request_info.CURRENT.get()
    if info is not None:
        line.update(info.log_fields())
        return
    trace_id = tracing.current_trace_id()
    if trace_id:
        line["trace_id"] = trace_id


def _exception(event: Event) -> BaseException | None:
    given = event.pop("exc_info", None)
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        error: BaseException | None = given[1]
        return error
    return sys.exc_info()[1] if given else None


def _described(error: BaseException) -> dict[str, Any]:
    """Describe an exception by its type and stack; the texts of database errors hold rows, so they stay out."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_FRAMES:]
    told: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
    if isinstance(error, SQLAlchemyError):
        original = getattr(error, "orig", None)
        told["database"] = {"type": type(original).__name__, "sqlstate": getattr(original, "sqlstate", None)}
    else:
        told["message"] = redacted(str(error))[:500]
    told["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    if error.__cause__ is not None:
        told["cause"] = _described(error.__cause__)
    return told


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write(line: bytes) -> None:
    # One write for each line, so that lines of several threads do not mix.
    OUTPUT.stream.write(line.decode("utf-8") + "\n")
    OUTPUT.stream.flush()
