"""Exchange a refresh token for the next pair."""

from __future__ import annotations

from member.domain.accounts import Account, AccountState
from member.domain.secrets import fingerprint
from member.domain.sessions import (
    ACCESS_LIFE,
    Ending,
    Redemption,
    RefreshToken,
    RefreshTokenReused,
    SessionOver,
    SignedInSession,
    idle_life,
)
from member.usecases.ports import Directory, Secrets, TokenIssuer, Units, Work
from member.usecases.sign_in import SignedIn


def refresh_session(
    *, refresh_token: str, units: Units, directory: Directory, secrets: Secrets, tokens: TokenIssuer
) -> SignedIn:
    """Return the next pair of tokens; SessionOver when there is none to be had.

    The successor is derived from the token itself and a key of ours, so that the same token exchanged twice at once
    gives the same successor although only its fingerprint is stored.
    """
    secret_hash = fingerprint(refresh_token)
    tenant = directory.tenant_of_refresh_token(secret_hash)
    if tenant is None:
        raise SessionOver
    successor = secrets.successor(refresh_token)
    with units.for_tenant(tenant)() as work:
        token, session = _load(work, secret_hash)
        account = work.accounts.get(session.account_id)
        if account is None or account.state is AccountState.CLOSED:
            raise SessionOver(session.id)
        if _redeem(work, token, session) is Redemption.NEXT:
            work.sessions.add_token(_next_token(work, account, session, successor))
        person = work.people.get(account.id)
        work.commit()
        now = work.now
    return SignedIn(
        access_token=tokens.issue(
            subject=account.id, tenant=account.tenant, role=account.role, now=now, life=ACCESS_LIFE
        ),
        refresh_token=successor,
        expires_in=ACCESS_LIFE,
        id=account.id,
        tenant=account.tenant,
        role=account.role,
        display_name=person.display_name,
    )


def _load(work: Work, secret_hash: str) -> tuple[RefreshToken, SignedInSession]:
    token = work.sessions.token(secret_hash)
    if token is None:
        raise SessionOver
    # The session's lock makes parallel exchanges of one chain queue; the token is read again behind it.
    session = work.sessions.for_change(token.session_id)
    return work.sessions.token(secret_hash) or token, session


def _redeem(work: Work, token: RefreshToken, session: SignedInSession) -> Redemption:
    try:
        return token.redeem(session, work.now)
    except RefreshTokenReused:
        session.end(Ending.REUSED, work.now)
        work.commit()
        raise


def _next_token(work: Work, account: Account, session: SignedInSession, successor: str) -> RefreshToken:
    return RefreshToken(
        secret_hash=fingerprint(successor),
        tenant=account.tenant,
        session_id=session.id,
        issued_at=work.now,
        expires_at=min(work.now + idle_life(account.role), session.ends_at),
    )
