"""Units of work that stand or fall with their batch: many events heard in one transaction, without savepoints.

A savepoint costs two round trips and a session of its own costs more than most handlers, so while all goes well a batch
shares both: one session a tenant, and objects that were only added wait, so that those of the whole batch go to the
database in one statement a table. What a handler sees is what it would see alone:

- before any statement of any session of the batch, what waits is sent;
- a unit of work that read or changed objects is flushed at its commit and its objects are forgotten, so that no later
  one works on a copy from before.

What cannot be had this way is undoing one unit of work alone. Whoever leaves one without a commit, or fails, spoils the
batch: it is rolled back whole and heard again with a savepoint a message.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, event
from sqlalchemy.orm import ORMExecuteState

from plumbing.tenancy import TenantSession
from plumbing.wake import Channel

_KEY = "together"


class NotTogether(Exception):
    """This batch cannot be applied in one go."""


class PassedOver(Exception):
    """The transaction cannot be committed, since a statement in it failed; a savepoint around that one would help."""


class Together:
    """The sessions of one batch on one connection, whose transaction is the caller's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sessions: dict[str, TenantSession] = {}
        self.channels: set[Channel] = set()
        """Who has something to do after the commit."""
        self._spoiled = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            session.close()

    def session(self, tenant: str) -> TenantSession:
        """Return the batch's session of a tenant."""
        session = self._sessions.get(tenant)
        if session is None:
            session = self._sessions[tenant] = TenantSession(
                bind=self._connection,
                join_transaction_mode="rollback_only",
                expire_on_commit=False,
                info={"tenant": tenant, _KEY: self},
            )
        return session

    def settle(self, session: TenantSession, channels: set[Channel]) -> None:
        """End one unit of work that commits."""
        if not session.is_active:
            raise NotTogether("a failure was passed over")
        if len(session.identity_map) or session.deleted:
            session.flush()
            session.expunge_all()
        self.channels |= channels

    def spoil(self) -> None:
        """Note that a unit of work should be undone; there is no way to commit any more."""
        self._spoiled = True

    def send(self) -> None:
        """Send what waits."""
        for session in self._sessions.values():
            session.flush()

    def finish(self) -> None:
        """Send what waits and make sure that the transaction can be committed."""
        if self._spoiled:
            raise NotTogether("a unit of work was left without commit")
        self.send()
        make_sure(self._connection)


def make_sure(connection: Connection) -> None:
    """Fail if the database refused a statement of this transaction and somebody passed over it.

    PostgreSQL answers the commit of such a transaction with a rollback, and with no error. Nothing is asked of the
    server: the driver knows. SQLite undoes the statement alone and goes on.
    """
    info = getattr(connection.connection.driver_connection, "info", None)
    if info is not None and info.transaction_status.name == "INERROR":
        raise PassedOver("a statement was refused in this transaction and its refusal passed over")


@event.listens_for(TenantSession, "do_orm_execute")
def _send_first(state: ORMExecuteState) -> None:
    together = state.session.info.get(_KEY)
    # Loads of single attributes happen within a flush too, which can hold no other.
    if together is not None and not (state.is_column_load or state.is_relationship_load):
        together.send()
