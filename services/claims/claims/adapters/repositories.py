"""Claims' objects as the use cases see them. The session shows and writes the tenant's own rows only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, func, select, type_coerce
from sqlalchemy.orm import Session

from claims.adapters.tables import (
    BENEFICIARY,
    CLAIM,
    CONTRACT,
    NUMBER_SERIES,
    RECEIVED_DOCUMENT,
    SETTLEMENT,
    STATEMENT_LINE,
)
from claims.domain.claim import Claim
from claims.domain.contract import Contract
from claims.domain.settlement import Settlement
from claims.domain.statement import Consumed
from claims.usecases.ports import ReceivedDocument
from plumbing.database import insert_for
from plumbing.errors import NotFound
from plumbing.money import euros


class ContractRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, contract: Contract) -> None:
        self._session.add(contract)

    def find(self, contract_id: str) -> Contract | None:
        statement = select(Contract).where(CONTRACT.c.id == contract_id).with_for_update()
        return self._session.scalars(statement).one_or_none()

    def get(self, contract_id: str) -> Contract:
        contract = self._session.scalars(select(Contract).where(CONTRACT.c.id == contract_id)).one_or_none()
        if contract is None:
            raise NotFound("contract", contract_id)
        return contract


class ClaimRepository:
    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def add(self, claim: Claim) -> None:
        self._session.add(claim)

    def get(self, claim_id: str) -> Claim:
        # Locked: of two managers who decide at once, the second sees the first one's decision instead of a clash.
        statement = select(Claim).where(CLAIM.c.id == claim_id).with_for_update()
        claim = self._session.scalars(statement).one_or_none()
        if claim is None:
            raise NotFound("claim", claim_id)
        return claim

    def consumed_by(self, beneficiary_id: str) -> Consumed:
        lines = STATEMENT_LINE
        # Locked: of two claims of one person accepted at once, the second counts what the first one used up. The person
        # and not the contract: a settlement holds the contract while it waits for a claim.
        person = (BENEFICIARY.c.tenant == self._tenant, BENEFICIARY.c.id == beneficiary_id)
        self._session.execute(select(BENEFICIARY.c.id).where(*person).with_for_update())

        def between(start: date, end: date) -> tuple[ColumnElement[bool], ...]:
            return (
                lines.c.tenant == self._tenant,
                lines.c.beneficiary_id == beneficiary_id,
                lines.c.care_date.between(start, end),
            )

        def charge(code: str, start: date, end: date) -> Decimal:
            return self._sum(lines.c.out_of_pocket, lines.c.charge == code, *between(start, end))

        def forfait(category: str, start: date, end: date) -> Decimal:
            return self._sum(lines.c.forfait, lines.c.category == category, *between(start, end))

        def times(category: str, start: date, end: date) -> int:
            paid = (lines.c.category == category, lines.c.mutual_amount > Decimal(0), *between(start, end))
            return self._session.execute(select(func.count()).where(*paid)).scalar_one()

        return Consumed(charge=charge, forfait=forfait, times=times)

    def _sum(self, column: ColumnElement[Decimal], *conditions: ColumnElement[bool]) -> Decimal:
        # Of whole cents: what a sum of BIGINT comes back as differs between the databases, an int can be made of both.
        total = func.coalesce(func.sum(type_coerce(column, BigInteger)), 0)
        return euros(int(self._session.execute(select(total).where(*conditions)).scalar_one()))


class ReceivedDocumentRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, document: ReceivedDocument) -> None:
        self._session.add(document)

    def of_claim(self, claim_id: str, document_ids: Sequence[str]) -> list[ReceivedDocument]:
        table = RECEIVED_DOCUMENT
        statement = select(ReceivedDocument).where(table.c.claim_id == claim_id, table.c.id.in_(document_ids))
        return list(self._session.scalars(statement))


class SettlementRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, settlement: Settlement) -> None:
        self._session.add(settlement)

    def find(self, partner: str, reference: str) -> Settlement | None:
        table = SETTLEMENT
        statement = select(Settlement).where(table.c.partner == partner, table.c.reference == reference)
        return self._session.scalars(statement).one_or_none()


class NumberRepository:
    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def next(self, series: str) -> int:
        # One statement that locks the row: two transactions cannot be given the same number.
        insert = insert_for(self._session.connection())
        statement = (
            insert(NUMBER_SERIES)
            .values(tenant=self._tenant, series=series, last=1)
            .on_conflict_do_update(index_elements=["tenant", "series"], set_={"last": NUMBER_SERIES.c.last + 1})
            .returning(NUMBER_SERIES.c.last)
        )
        number: int = self._session.execute(statement).scalar_one()
        return number
