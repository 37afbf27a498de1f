"""End a session for good."""

from __future__ import annotations

from member.domain.secrets import fingerprint
from member.domain.sessions import Ending
from member.usecases.ports import Directory, Units


def sign_out(*, refresh_token: str, units: Units, directory: Directory) -> None:
    """End the session of this refresh token, used or not; an unknown one ends nothing and nobody is told."""
    secret_hash = fingerprint(refresh_token)
    tenant = directory.tenant_of_refresh_token(secret_hash)
    if tenant is None:
        return
    with units.for_tenant(tenant)() as work:
        token = work.sessions.token(secret_hash)
        if token is None:
            return
        work.sessions.for_change(token.session_id).end(Ending.SIGNED_OUT, work.now)
        work.commit()
