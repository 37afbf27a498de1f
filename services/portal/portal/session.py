"""The session lives in one encrypted cookie: who is signed in at which door, and the token against forged forms.

There is nothing to store on the server, so any process can answer, and a copy of the cookie jar's file is unreadable.
"""

from __future__ import annotations

import secrets
from typing import Any

import orjson
from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin

from plumbing.cipher import FieldCipher, UnreadableField

_LARGEST_COOKIE = 3_900


def fresh_token() -> str:
    """Return a new token against forged forms."""
    return secrets.token_urlsafe(24)


class CookieSession(dict[str, Any], SessionMixin):
    """A dictionary that knows whether it was changed."""

    modified = False

    def __setitem__(self, name: str, value: Any) -> None:
        self.modified = True
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        self.modified = True
        super().__delitem__(name)

    def pop(self, name: str, *default: Any) -> Any:
        self.modified = True
        return super().pop(name, *default)

    def clear(self) -> None:
        self.modified = True
        super().clear()


class EncryptedCookies(SessionInterface):
    """Opens and closes the cookie. A cookie that cannot be opened is an empty session, not an error."""

    def __init__(self, cipher: FieldCipher, *, secure: bool) -> None:
        self._cipher = cipher
        self._secure = secure
        # The prefix makes browsers refuse the cookie from a neighbouring host; it only exists over https.
        self.name = "__Host-parapluie" if secure else "parapluie"

    def open_session(self, app: Flask, request: Request) -> CookieSession:
        stored = request.cookies.get(self.name, "")
        try:
            values = orjson.loads(self._cipher.open(stored)) if stored else {}
        except (UnreadableField, ValueError):
            values = {}
        session = CookieSession(values)
        if "csrf" not in session:
            session["csrf"] = fresh_token()
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, CookieSession) or not session.modified or request.endpoint == "static":
            return  # what anybody may keep for a year carries nobody's cookie
        closed = self._close(session)
        while len(closed) > _LARGEST_COOKIE:
            # Browsers drop what is larger, and with it every door: the one opened longest ago goes instead.
            session.pop(next(name for name in session if name != "csrf"))
            closed = self._close(session)
        response.set_cookie(self.name, closed, httponly=True, secure=self._secure, samesite="Lax", path="/")
        response.headers.add("Vary", "Cookie")

    def _close(self, session: CookieSession) -> str:
        return self._cipher.close(orjson.dumps(dict(session)).decode())
