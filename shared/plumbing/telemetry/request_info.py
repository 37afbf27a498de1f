"""What a request says about itself: its id, its route and who calls. Logs and problems read it."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from plumbing.auth import Actor
from plumbing.ids import new_id

HEADER = "X-Request-Id"
# What a gateway or a browser may hand us as an id; anything else (a sentence, a line break) is replaced.
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}\Z", re.ASCII)


@dataclass(slots=True)
class RequestInfo:
    """One request while it is answered: also where its actor, its claim and its problem are kept once they are known.

    `route` is the rule ("/v1/quotes/<id:quote_id>"), never the path: paths and queries carry secrets. `request` is
    Flask's own, `claim` the idempotency claim of the view.
    """

    service: str
    request_id: str
    method: str
    route: str
    request: Any
    trace_id: str = ""
    actor: Actor | None = None
    claim: Any = None
    problem_code: str | None = None

    def log_fields(self) -> dict[str, str]:
        """Return what a log line says about the request."""
        fields = {
            "service": self.service,
            "request_id": self.request_id,
            "trace_id": self.trace_id,
            "method": self.method,
            "route": self.route,
        }
        actor = self.actor
        if actor is not None:
            fields["tenant"], fields["actor_id"], fields["actor_role"] = actor.tenant, actor.id, actor.role
        return fields


CURRENT: ContextVar[RequestInfo | None] = ContextVar("plumbing_request", default=None)


def request_id_from(header: str | None) -> str:
    """Return the caller's request id when it is well formed, else a new one."""
    return header if header and WELL_FORMED.match(header) else new_id()


def current_request_id() -> str | None:
    """Return the id of the request being answered, None outside of one."""
    info = CURRENT.get()
    return info.request_id if info else None
