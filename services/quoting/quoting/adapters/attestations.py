"""What brokers attested, by the session that it opened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from quoting.adapters.tables import ATTESTATION
from quoting.domain.subscription import Assistance


class SqlAttestations:
    """The attestations of one tenant: written once, never changed."""

    def __init__(self, session: Session, tenant: str, now: datetime) -> None:
        self._session = session
        self._tenant = tenant
        self._now = now

    def add(self, *, subscription_id: str, broker_id: str, session: str) -> Assistance:
        row = {
            "tenant": self._tenant,
            "session": session,
            "subscription_id": subscription_id,
            "broker_id": broker_id,
            "attested_at": self._now,
        }
        self._session.execute(insert(ATTESTATION).values(**row))
        return Assistance(broker_id, self._now)

    def of_session(self, subscription_id: str, session: str) -> Assistance | None:
        statement = select(ATTESTATION.c.broker_id, ATTESTATION.c.attested_at).where(
            ATTESTATION.c.tenant == self._tenant,
            ATTESTATION.c.session == session,
            ATTESTATION.c.subscription_id == subscription_id,
        )
        found = self._session.execute(statement).one_or_none()
        return Assistance(found.broker_id, found.attested_at) if found else None
