"""Who calls, as a ceremony needs to know him: what he reaches, and the browser session that he is in."""

from __future__ import annotations

import hashlib
import hmac

from flask import request

from plumbing.auth import bearer_token
from plumbing.http import current_actor, services
from plumbing.http.idempotency import request_fingerprint
from signature.domain.reach import Reach
from signature.domain.steps import Circumstances

_LONGEST_USER_AGENT = 300


def reach() -> Reach:
    """Return which ceremonies the caller may see."""
    actor = current_actor()
    return Reach(
        subjects=actor.scopes if actor.role == "guest" else frozenset(),
        member_id=actor.id if actor.role == "member" else None,
        adviser_id=actor.id if actor.role == "broker" else None,
        all_of_tenant=actor.role == "manager",
    )


def session() -> str | None:
    """Return what stands for the browser session of a signer; None for who is none.

    A guest's token is made anew each time the link is followed and lies in an HttpOnly cookie: a link that was
    forwarded leads to another token. A member's account is his session: his tokens are renewed every few minutes.
    """
    actor = current_actor()
    if actor.role == "member":
        return hashlib.sha256(f"member:{actor.id}".encode()).hexdigest()
    if actor.role != "guest":
        return None
    return hashlib.sha256((bearer_token(request.environ.get("HTTP_AUTHORIZATION")) or "").encode()).hexdigest()


def circumstances() -> Circumstances:
    """Return where the request comes from, for the journal."""
    return Circumstances(
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string[:_LONGEST_USER_AGENT],
        actor=current_actor().id,
        session=session() or "",
    )


def keyed_fingerprint() -> bytes:
    """Return the print of a request that holds a code: under the usual one, a plain hash, it would be found at once by
    trying them all.
    """
    return hmac.digest(services().config.code_key, request_fingerprint(), hashlib.sha256)
