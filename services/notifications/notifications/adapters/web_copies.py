"""Web versions of mails, closed under keys that only the mails themselves have.

What a mail says may hold a one-time link. The log forgets it once the mail left; its web version must still be exactly
what was sent. So the key is made from the token in the mail's own link, of which only the hash is kept here: whoever
has the database has neither the token nor what it opens.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from notifications.adapters.tables import WEB_COPY

_NONCE_BYTES = 12
_PURPOSE = b"parapluie web version of a mail"


class WebCopies:
    """The web versions that one transaction adds or forgets."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def add(self, *, message_id: str, token: str, html: str, expires_at: datetime) -> None:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        self._session.execute(
            insert(WEB_COPY).values(
                token_hash=_fingerprint(token),
                tenant=self._tenant,
                message_id=message_id,
                closed=nonce + AESGCM(_key(token)).encrypt(nonce, html.encode(), _PURPOSE),
                expires_at=expires_at,
            )
        )

    def forget(self, message_id: str) -> None:
        mine = (WEB_COPY.c.tenant == self._tenant, WEB_COPY.c.message_id == message_id)
        self._session.execute(delete(WEB_COPY).where(*mine))


def open_copy(engine: Engine, token: str, now: datetime) -> str | None:
    """Return the page that a token opens; None for an unknown or expired one. The token is all its holder has."""
    statement = select(WEB_COPY.c.closed).where(
        WEB_COPY.c.token_hash == _fingerprint(token), WEB_COPY.c.expires_at > now
    )
    with engine.connect().execution_options(read_only=True) as connection:
        closed: bytes | None = connection.execute(statement).scalar_one_or_none()
    if closed is None:
        return None
    return AESGCM(_key(token)).decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], _PURPOSE).decode()


def forget_expired(engine: Engine, now: datetime) -> int:
    """Delete the web versions whose life is over, in every tenant; return how many."""
    with engine.begin() as connection:
        gone = connection.execute(delete(WEB_COPY).where(WEB_COPY.c.expires_at <= now).returning(WEB_COPY.c.token_hash))
        return len(gone.all())


def _fingerprint(token: str) -> str:
    return hashlib.sha256(b"found by " + token.encode()).hexdigest()


def _key(token: str) -> bytes:
    return hashlib.sha256(_PURPOSE + b" " + token.encode()).digest()
