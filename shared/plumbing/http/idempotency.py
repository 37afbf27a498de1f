"""A POST that is sent twice acts once, and both get the same answer.

The key is a row written first thing inside the use case's own transaction, so the act and the proof of it commit
together; its primary key makes a twin that runs at the same moment wait, then give way. The answer is added right
after the view returned it. A crash in between leaves a row without an answer: the act was done, and a repeat is told
so; or it is given the answer again, made anew from the id that the use case kept with `work.remember` (`again`).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any, TypeVar

import structlog
from flask import Response, after_this_request, current_app, request
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from plumbing.database import IDEMPOTENCY_KEY as KEYS
from plumbing.database import insert_of
from plumbing.http import payload
from plumbing.http.guards import authenticate, caller_if_any, mark
from plumbing.http.openapi import KEY_PATTERN
from plumbing.http.problems import MEDIA_TYPE, ProblemRaised, standard
from plumbing.ids import new_id
from plumbing.telemetry.request_info import CURRENT
from plumbing.unit_of_work import AlreadyTaken

View = TypeVar("View", bound=Callable[..., Any])
Fingerprint = Callable[[], bytes]
Again = Callable[[str], Any]

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
ANSWER_LOST_AFTER = timedelta(seconds=60)
# A twin waits this long for the first one's answer, which is usually a millisecond away, before it is sent off.
PATIENCE = 1.0
FIRST_PAUSE = 0.01
KEPT_HEADERS = ("ETag", "Location")
LARGEST_ANSWER = 256 * 1024
PUBLIC = "public"

_KEY = re.compile(f"{KEY_PATTERN}\\Z", re.ASCII)
log = structlog.get_logger("plumbing.http")


@cache
def _insert_new(dialect_name: str) -> Any:
    return insert_of(dialect_name)(KEYS).on_conflict_do_nothing().returning(KEYS.c.key)


class IdempotencyClaim:
    """The key of one request. A unit of work takes it at its start; a twin of it gets `AlreadyTaken`.

    The same request may take it again (it opens a second unit of work, or its first one was rolled back): the row
    carries a mark of this very request until the answer replaces it.
    """

    def __init__(self, *, tenant: str, actor: str, route: str, key: str, fingerprint: str, now: datetime) -> None:
        self.tenant, self.actor, self.route, self.key = tenant, actor, route, key
        self.fingerprint, self.now = fingerprint, now
        self.mark = new_id()
        self.reference = ""
        self.was_taken = False

    def identity(self) -> dict[str, str]:
        """Return the primary key of the claim's row."""
        return {"tenant": self.tenant, "actor": self.actor, "route": self.route, "key": self.key}

    @property
    def written(self) -> str:
        """What stands in the row until the answer replaces it: the mark, and what the work made."""
        return f"{self.mark} {self.reference}".rstrip()

    def take(self, session: Session) -> None:
        """Write the row inside the transaction; raise `AlreadyTaken` when a twin has committed it."""
        # No rowcount: drivers disagree about it under ON CONFLICT. A row comes back exactly when it was written.
        row = {**self.identity(), "fingerprint": self.fingerprint, "body": self.mark, "created_at": self.now}
        if session.execute(_insert_new(session.connection().dialect.name), row).first() is None:
            found = session.execute(select(KEYS.c.body).where(*_same(self))).scalar_one_or_none()
            if found is None or found.partition(" ")[0] != self.mark:
                raise AlreadyTaken(self.key)
        else:
            self.reference = ""
        self.was_taken = True

    def remember(self, session: Session, reference: str) -> None:
        """Keep what the work made in the claim's row; `reference` is an id, never a personal fact."""
        self.reference = reference
        session.execute(update(KEYS).where(*_same(self)).values(body=self.written))

    def committed(self) -> None:
        """Nothing more to do: the answer is added when the view returns it."""


def idempotent(view: View | None = None, *, fingerprint: Fingerprint | None = None, again: Again | None = None) -> Any:
    """Require an Idempotency-Key: `@idempotent`, nearest to the view, under `@requires` and `@blp.response`.

    The view hands its claim to the unit of work (`unit_of_work()` does it). `fingerprint` returns bytes that tell one
    request's content from another's; the default covers route, arguments, query and body, files included. `again` is
    given the reference that the use case remembered and returns what the view would: a repeat whose first answer was
    lost in a crash is answered with it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def once(*args: Any, **kwargs: Any) -> Any:
            claim = _claim_of_request(fingerprint or request_fingerprint)
            engine: Engine = current_app.extensions["services"].engine
            before = _stored(engine, claim)
            if before is not None:
                return _repeat(engine, claim, before, again)
            _note_claim(claim)
            try:
                return view(*args, **kwargs)
            except AlreadyTaken:
                _note_claim(None)
                return _repeat(engine, claim, _stored(engine, claim), again)

        mark(once, idempotent=True)
        return once  # type: ignore[return-value]

    return decorate(view) if view is not None else decorate


def current_claim() -> IdempotencyClaim | None:
    """Return the claim of the request at hand, None in a view that is not `@idempotent`."""
    info = CURRENT.get()
    claim: IdempotencyClaim | None = info.claim if info is not None else None
    return claim


def unit_of_work(tenant: str | None = None) -> Callable[[], Any]:
    """Return the factory to hand to a use case as `uow`: bound to the caller's tenant and this request's claim.

    A public view, which has no caller, says whose tenant it is.
    """
    units = current_app.extensions["services"].units
    factory: Callable[[], Any] = units.for_tenant(tenant or authenticate().tenant, claim=current_claim())
    return factory


def store_answer(response: Response) -> None:
    """Keep the answer of an idempotent request for its repeats.

    A refusal is kept only when its claim was committed: then something was done (a wrong try was counted), and a repeat
    must not do it again. Called by the application once the answer is ready; that it cannot be kept must not spoil it.
    """
    claim = current_claim()
    if claim is None or response.is_streamed or response.direct_passthrough:
        return
    refused = not 200 <= response.status_code < 300
    if refused and (response.status_code >= 500 or not claim.was_taken):
        return
    services = current_app.extensions["services"]
    try:
        _keep(services.engine, claim, response, refused)
    except Exception as error:
        log.error("idempotency.answer_not_stored", exc_info=error)


def request_fingerprint() -> bytes:
    """Return the content of the request at hand, the same for the same content: JSON by meaning, files by hash."""
    if request.mimetype == "multipart/form-data":
        files = sorted((name, file.filename or "", _hash_of(file.stream)) for name, file in request.files.items(True))
        return payload.canonical([sorted(request.form.items(True)), files])
    raw = request.get_data(cache=True)
    try:
        return payload.canonical(payload.loads(raw))
    except ValueError:
        return raw


def _note_claim(claim: IdempotencyClaim | None) -> None:
    info = CURRENT.get()
    if info is not None:
        info.claim = claim


def _claim_of_request(content: Fingerprint) -> IdempotencyClaim:
    key = request.headers.get(HEADER, "").strip()
    if not key:
        detail = "Cette opération demande un en-tête Idempotency-Key."
        raise ProblemRaised(standard(400, "idempotency_key.missing", detail))
    if not _KEY.match(key):
        detail = "L’en-tête Idempotency-Key compte 8 à 128 lettres, chiffres, points ou tirets."
        raise ProblemRaised(standard(400, "idempotency_key.malformed", detail))
    actor = caller_if_any()
    rule = request.url_rule.rule if request.url_rule else request.path
    parts = [payload.canonical(request.view_args or {}), request.query_string, content()]
    digest = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts))
    return IdempotencyClaim(
        tenant=actor.tenant if actor else PUBLIC,
        actor=f"{actor.role}:{actor.id}"[:80] if actor else PUBLIC,
        route=f"{request.method} {rule}"[:160],
        key=key,
        fingerprint=digest.hexdigest(),
        now=current_app.extensions["services"].clock.now(),
    )


def _stored(engine: Engine, claim: IdempotencyClaim) -> Mapping[str, Any] | None:
    with engine.connect().execution_options(read_only=True) as connection:
        row = connection.execute(select(KEYS).where(*_same(claim))).mappings().first()
        return None if row is None else dict(row)


def _repeat(engine: Engine, claim: IdempotencyClaim, row: Mapping[str, Any] | None, again: Again | None) -> Any:
    """Answer a repeat with the first answer, or say why there is none to give."""
    row = _with_answer(engine, claim, row)
    if row is not None and row["fingerprint"] != claim.fingerprint:
        detail = "Cette clé a déjà servi pour une demande différente."
        raise ProblemRaised(standard(409, "idempotency_key.reused", detail))
    if row is not None and row["status"] is not None:
        return _replayed(engine, row)
    reference = row["body"].partition(" ")[2] if row is not None else ""
    if again is not None and reference:
        after_this_request(_marked_as_repeat)
        return again(reference)
    if row is not None and claim.now - row["created_at"] >= ANSWER_LOST_AFTER:
        detail = (
            "Cette opération a bien été faite, mais sa réponse n’a pas pu être conservée. "
            "Consultez la liste correspondante pour en voir le résultat, sans la recommencer."
        )
        raise ProblemRaised(standard(409, "idempotency_key.answer_lost", detail))
    detail = "Cette opération est en cours. Réessayez dans un instant avec la même clé."
    more = {"headers": {"Retry-After": "1"}}
    raise ProblemRaised(standard(409, "idempotency_key.in_progress", detail, **more))


def _with_answer(engine: Engine, claim: IdempotencyClaim, row: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Wait a moment for the first one's answer, which is on its way unless its process is dead."""
    waited, pause = 0.0, FIRST_PAUSE
    while (
        row is not None
        and row["status"] is None
        and row["fingerprint"] == claim.fingerprint
        and claim.now - row["created_at"] < ANSWER_LOST_AFTER
        and waited < PATIENCE
    ):
        time.sleep(pause)
        waited, pause = waited + pause, pause * 2
        row = _stored(engine, claim)
    return row


def _marked_as_repeat(response: Response) -> Response:
    response.headers[REPLAYED] = "true"
    return response


def _replayed(engine: Engine, row: Mapping[str, Any]) -> Response:
    kept = payload.loads(_opened(engine, row["body"]))
    written_as = MEDIA_TYPE if row["status"] >= 400 else "application/json"
    response = Response(kept["body"], row["status"], mimetype=written_as if kept["body"] else None)
    response.headers.update(kept["headers"])
    response.headers[REPLAYED] = "true"
    return response


def _keep(engine: Engine, claim: IdempotencyClaim, response: Response, refused: bool) -> None:
    body = response.get_data(as_text=True)
    if len(body) > LARGEST_ANSWER:
        return
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    values = {
        "status": response.status_code,
        "body": _closed(engine, payload.dumps({"headers": headers, "body": body})),
    }
    with engine.begin() as connection:
        own = update(KEYS).where(*_same(claim), KEYS.c.body == claim.written).values(**values).returning(KEYS.c.key)
        if connection.execute(own).first() is None and not refused:
            # The view answered without taking its claim: nothing was written, or it forgot `unit_of_work()`.
            log.warning("idempotency.claim_not_taken")
            row = {**claim.identity(), "fingerprint": claim.fingerprint, "created_at": claim.now, **values}
            connection.execute(_insert_new(connection.dialect.name), row)


def _same(claim: IdempotencyClaim) -> tuple[Any, ...]:
    return tuple(KEYS.c[name] == value for name, value in claim.identity().items())


def _closed(engine: Engine, text: bytes) -> str:
    """Close an answer under the engine's field key where it has one: answers hold people's details."""
    cipher = getattr(engine.dialect, "field_cipher", None)
    return text.decode() if cipher is None else str(cipher.close(text.decode()))


def _opened(engine: Engine, text: str) -> str:
    cipher = getattr(engine.dialect, "field_cipher", None)
    return text if cipher is None else str(cipher.open(text))


def _hash_of(stream: Any) -> str:
    digest, start = hashlib.sha256(), stream.tell()
    while chunk := stream.read(1 << 16):
        digest.update(chunk)
    stream.seek(start)
    return digest.hexdigest()
