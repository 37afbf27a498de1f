"""Choose a password with a one-time link; it opens a new account and unlocks a locked one."""

from __future__ import annotations

from member.domain.accounts import Account, AccountClosed, AccountState
from member.domain.attempts import Attempt
from member.domain.links import LinkUsed, OneTimeLink, UnknownLink
from member.domain.passwords import canonical, check_password
from member.domain.secrets import fingerprint
from member.domain.sessions import Ending
from member.usecases.ports import Directory, Passwords, Units, Uow, Work


def activate_account(*, secret: str, password: str, units: Units, directory: Directory, passwords: Passwords) -> str:
    """Return the identifier to sign in with from now on.

    UnknownLink, LinkUsed, LinkExpired, AccountClosed, WeakPassword. A refused password leaves the link good. Of several
    requests with the same link at the same time one wins. Whoever was signed in is signed out everywhere.
    """
    secret_hash = fingerprint(secret)
    tenant = directory.tenant_of_link(secret_hash)
    if tenant is None:
        raise UnknownLink
    uow = units.for_tenant(tenant)
    link, account = _check(uow, secret_hash, password)
    password_hash = passwords.hash(canonical(password))
    with uow() as work:
        account = work.accounts.for_change(account.id)
        # One statement decides: it takes every unused link of the account, and ours must be among them.
        if link.id not in work.links.use_all_of(account.id, work.now):
            raise LinkUsed(link.id)
        account.choose_password(password_hash, work.now)
        work.sessions.end_all_of(account.id, Ending.NEW_PASSWORD, work.now)
        work.attempts.forget(Attempt.SIGN_IN, _identifiers(account))
        work.commit()
    return account.identifier


def _check(uow: Uow, secret_hash: str, password: str) -> tuple[OneTimeLink, Account]:
    with uow() as work:
        link, account = _load(work, secret_hash)
        link.check(work.now)
    if account.state is AccountState.CLOSED:
        raise AccountClosed(account.id)
    check_password(password, _identifiers(account))
    return link, account


def _load(work: Work, secret_hash: str) -> tuple[OneTimeLink, Account]:
    link = work.links.by_secret(secret_hash)
    account = work.accounts.get(link.account_id) if link is not None else None
    if link is None or account is None:
        raise UnknownLink
    return link, account


def _identifiers(account: Account) -> tuple[str, ...]:
    return tuple(name for name in (account.login, account.member_number) if name)
