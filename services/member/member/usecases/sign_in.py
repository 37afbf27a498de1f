"""Sign in with an identifier and a password (F-002, F-008, F-358)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from member.domain.accounts import Account
from member.domain.attempts import Attempt, TooManyAttempts
from member.domain.identifiers import comparable
from member.domain.passwords import canonical
from member.domain.people import Person
from member.domain.secrets import fingerprint
from member.domain.sessions import ACCESS_LIFE, RefreshToken, SignedInSession, idle_life
from member.usecases.ports import (
    NO_TENANT,
    Candidate,
    Directory,
    HashingBusy,
    Passwords,
    Secrets,
    TokenIssuer,
    Units,
    Work,
)
from plumbing.ids import new_id


class SignInRefused(Exception):
    """Wrong identifier or wrong password: nobody is told which."""


@dataclass(frozen=True)
class SignedIn:
    """The pair of tokens, and for whom."""

    access_token: str
    refresh_token: str
    expires_in: timedelta
    id: str
    tenant: str
    role: str
    display_name: str


def sign_in(
    *,
    identifier: str,
    password: str,
    mutuelle: str | None,
    units: Units,
    directory: Directory,
    passwords: Passwords,
    secrets: Secrets,
    tokens: TokenIssuer,
) -> SignedIn:
    """Return a fresh pair of tokens; SignInRefused, TooManyAttempts during a pause, HashingBusy in a rush.

    Whoever does not exist costs the same work as whoever does: one look-up, one count, one hash. The hash is computed
    outside any transaction.
    """
    name = comparable(identifier)
    candidate = _only_candidate(directory, name, mutuelle)
    last = _count_attempt(units, name)
    stored = candidate.password_hash if candidate else None
    try:
        right = passwords.verify(canonical(password), stored)
    except HashingBusy:
        _release_attempt(units, name)
        raise
    if not right or candidate is None or stored is None:
        if last and candidate is not None:
            _lock(units, candidate, name)
        raise SignInRefused
    renewed = _renewed(passwords, password, stored)
    with units.for_tenant(candidate.tenant)() as work:
        account = work.accounts.for_change(candidate.account_id)
        _check_still_open(account, stored, work)
        account.sign_in(work.now)
        account.password_hash = renewed or account.password_hash
        work.attempts.forget(Attempt.SIGN_IN, [name])
        refresh_token = _start_session(work, account, secrets)
        person = work.people.get(account.id)
        work.commit()
        now = work.now
    access_token = tokens.issue(subject=account.id, tenant=account.tenant, role=account.role, now=now, life=ACCESS_LIFE)
    return _signed_in(account, person, access_token, refresh_token)


def _only_candidate(directory: Directory, name: str, mutuelle: str | None) -> Candidate | None:
    # One e-mail at two mutuelles and no mutuelle named: to say so would tell that both accounts exist.
    tenant = None if mutuelle is None else directory.tenant_code(mutuelle) or NO_TENANT
    candidates = directory.candidates(name, tenant)
    return candidates[0] if len(candidates) == 1 else None


def _count_attempt(units: Units, name: str) -> bool:
    with units.for_tenant(NO_TENANT)() as work:
        last = work.attempts.for_change(Attempt.SIGN_IN, name, work.now).reserve(work.now)
        work.commit()
    return last


def _renewed(passwords: Passwords, password: str, stored: str) -> str | None:
    try:
        return passwords.hash(canonical(password)) if passwords.outdated(stored) else None
    except HashingBusy:
        # The password was right; the next sign-in may find the time.
        return None


def _release_attempt(units: Units, name: str) -> None:
    with units.for_tenant(NO_TENANT)() as work:
        work.attempts.for_change(Attempt.SIGN_IN, name, work.now).release()
        work.commit()


def _lock(units: Units, candidate: Candidate, name: str) -> None:
    with units.for_tenant(candidate.tenant)() as work:
        until = work.attempts.for_change(Attempt.SIGN_IN, name, work.now).paused_until
        if until is not None:
            work.accounts.for_change(candidate.account_id).lock(until)
            work.commit()


def _check_still_open(account: Account, verified: str, work: Work) -> None:
    # Between the look-up and now the password may have been changed, or the account locked under its other identifier.
    if account.locked(work.now) and account.locked_until is not None:
        raise TooManyAttempts(Attempt.SIGN_IN, account.locked_until)
    if account.password_hash != verified or not account.may_sign_in(work.now):
        raise SignInRefused


def _start_session(work: Work, account: Account, secrets: Secrets) -> str:
    session = SignedInSession.start(identifier=new_id(), tenant=account.tenant, account_id=account.id, now=work.now)
    secret = secrets.fresh()
    work.sessions.add(session)
    work.sessions.add_token(
        RefreshToken(
            secret_hash=fingerprint(secret),
            tenant=account.tenant,
            session_id=session.id,
            issued_at=work.now,
            expires_at=min(work.now + idle_life(account.role), session.ends_at),
        )
    )
    return secret


def _signed_in(account: Account, person: Person, access_token: str, refresh_token: str) -> SignedIn:
    return SignedIn(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_in=ACCESS_LIFE,
        id=account.id,
        tenant=account.tenant,
        role=account.role,
        display_name=person.display_name,
    )
