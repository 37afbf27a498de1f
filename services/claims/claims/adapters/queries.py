"""Reads that answer requests. The session they are handed shows the tenant's own rows only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from claims.adapters.tables import CLAIM, CONTRACT, SETTLEMENT
from claims.domain.claim import Claim, ClaimState
from claims.domain.contract import Contract
from claims.domain.settlement import Settlement
from plumbing.errors import NotFound


@dataclass(frozen=True)
class Filed:
    """A claim with the contract it was filed on."""

    claim: Claim
    contract: Contract


@dataclass(frozen=True)
class Filter:
    """Which claims of a list are wanted; None leaves a criterion out. Both ends of the period are inside."""

    member_id: str | None = None
    state: ClaimState | None = None
    beneficiary_id: str | None = None
    care_from: date | None = None
    care_until: date | None = None
    opened_since: datetime | None = None
    drafts: bool = True


def claims(session: Session, wanted: Filter, *, after: str | None, limit: int) -> list[Filed]:
    """Return claims, the newest first, from the one after `after` on."""
    statement = select(Claim).where(*_conditions(wanted)).order_by(CLAIM.c.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(CLAIM.c.id < after)
    found = list(session.scalars(statement))
    contracts = _contracts(session, {claim.contract_id for claim in found})
    return [Filed(claim, contracts[claim.contract_id]) for claim in found]


def _conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.member_id is not None:
        yield CLAIM.c.member_id == wanted.member_id
    if wanted.state is not None:
        yield CLAIM.c.state == wanted.state
    if wanted.beneficiary_id is not None:
        yield CLAIM.c.beneficiary_id == wanted.beneficiary_id
    if wanted.care_from is not None:
        yield CLAIM.c.care_date >= wanted.care_from
    if wanted.care_until is not None:
        yield CLAIM.c.care_date <= wanted.care_until
    if wanted.opened_since is not None:
        yield CLAIM.c.created_at >= wanted.opened_since
    if not wanted.drafts:
        yield CLAIM.c.state != ClaimState.DRAFT


def claim(session: Session, claim_id: str) -> Filed:
    """Return one claim; NotFound("claim") when the tenant has none of this id."""
    found = session.scalars(select(Claim).where(CLAIM.c.id == claim_id)).one_or_none()
    if found is None:
        raise NotFound("claim", claim_id)
    return Filed(found, _contracts(session, {found.contract_id})[found.contract_id])


def contracts_of(session: Session, member_id: str) -> Sequence[Contract]:
    """Return the contracts a member can claim on, the newest first."""
    statement = select(Contract).where(CONTRACT.c.member_id == member_id, CONTRACT.c.product_code.is_not(None))
    return list(session.scalars(statement.order_by(CONTRACT.c.id.desc())))


def claims_on(session: Session, contract_id: str, *, broker_id: str, after: str | None, limit: int) -> list[Filed]:
    """Return what was filed on a contract of this broker's client, the newest first; NotFound("contract")."""
    mine = (CONTRACT.c.id == contract_id, CONTRACT.c.broker_id == broker_id)
    contract = session.scalars(select(Contract).where(*mine)).one_or_none()
    if contract is None:
        raise NotFound("contract", contract_id)
    statement = select(Claim).where(CLAIM.c.contract_id == contract_id, CLAIM.c.state != ClaimState.DRAFT)
    if after is not None:
        statement = statement.where(CLAIM.c.id < after)
    return [Filed(claim, contract) for claim in session.scalars(statement.order_by(CLAIM.c.id.desc()).limit(limit))]


def settlements(
    session: Session,
    *,
    contract_id: str | None,
    claim_id: str | None,
    partner: str | None,
    after: str | None,
    limit: int,
) -> Sequence[Settlement]:
    """Return what partners settled, the newest first, from the one after `after` on; None leaves a filter out."""
    table = SETTLEMENT.c
    wanted = ((table.contract_id, contract_id), (table.claim_id, claim_id), (table.partner, partner))
    conditions = [column == value for column, value in wanted if value is not None]
    if after is not None:
        conditions.append(table.id < after)
    statement = select(Settlement).where(*conditions).order_by(table.id.desc()).limit(limit)
    return list(session.scalars(statement))


def _contracts(session: Session, ids: Iterable[str]) -> Mapping[str, Contract]:
    found = session.scalars(select(Contract).where(CONTRACT.c.id.in_(ids)))
    return {contract.id: contract for contract in found}
