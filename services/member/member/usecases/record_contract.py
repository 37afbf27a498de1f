"""Take over the contract that quoting has created: from here on member owns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from member.domain.accounts import Account, AccountState
from member.domain.contracts import AccountUse, BankAccount, Beneficiary, BeneficiaryRole, Contract, Mandate
from member.domain.identifiers import member_number
from member.domain.links import Purpose
from member.domain.people import Details, Subscription
from member.domain.preferences import Preferences
from member.domain.tenants import UnknownTenant
from member.usecases.change_preferences import say_preferences
from member.usecases.invitations import say_details, send_link
from member.usecases.members import member_for
from member.usecases.ports import Secrets, Uow, Work
from plumbing.ids import new_id


@dataclass(frozen=True)
class CoveredPerson:
    """One beneficiary as quoting names him."""

    id: str
    role: BeneficiaryRole
    civility: str | None
    first_name: str
    last_name: str
    birth_date: date
    nir: str | None


@dataclass(frozen=True)
class SignedMandate:
    """The SEPA mandate that the client signed."""

    rum: str
    ics: str
    signed_on: date


@dataclass(frozen=True)
class CreatedContract:
    """What quoting says when a manager has created the membership; `nir` is the member's own."""

    id: str
    number: str
    subscription_id: str
    broker_id: str
    product_code: str
    product_name: str
    formula: str
    formula_level: str
    with_option: bool
    regime: str
    monthly: Decimal
    valid_from: date
    debit_day: int
    email: str
    nir: str
    iban: str
    account_holder: str
    benefit_iban: str | None
    mandate: SignedMandate
    beneficiaries: Sequence[CoveredPerson]

    @property
    def main(self) -> CoveredPerson:
        return next(person for person in self.beneficiaries if person.role is BeneficiaryRole.MAIN)


def record_contract(*, created: CreatedContract, uow: Uow, secrets: Secrets) -> None:
    """Record contract, beneficiaries, bank accounts and mandate; tell the others; send the opening link if needed.

    Heard twice, the second time changes nothing. Heard before the subscription, the account is made from what the
    contract says of its main beneficiary, and the subscription completes it when it comes.
    """
    with uow() as work:
        if work.contracts.get(created.id) is not None:
            return
        account = _account_of(work, created)
        _allot_number(work, account)
        _record(work, created, account)
        _tell(work, created, account, secrets)
        work.commit()


def _account_of(work: Work, created: CreatedContract) -> Account:
    subscription = work.subscriptions.get(created.subscription_id)
    if subscription is not None:
        return work.accounts.for_change(subscription.member_id)
    main = created.main
    details = Details(main.civility, main.first_name, main.last_name, created.email, birth_date=main.birth_date)
    account = member_for(work, details)
    work.subscriptions.add(Subscription(created.subscription_id, work.tenant, account.id))
    return account


def _allot_number(work: Work, account: Account) -> None:
    if account.member_number is not None:
        return
    mutuelle = work.tenants.get(work.tenant)
    if mutuelle is None:
        raise UnknownTenant(work.tenant)
    account.member_number = member_number(mutuelle.number, work.numbers.next("member"))


def _record(work: Work, created: CreatedContract, account: Account) -> None:
    tenant = work.tenant
    work.contracts.add(
        Contract(
            id=created.id,
            tenant=tenant,
            member_id=account.id,
            subscription_id=created.subscription_id,
            broker_id=created.broker_id,
            number=created.number,
            product_code=created.product_code,
            product_name=created.product_name,
            formula=created.formula,
            formula_level=created.formula_level,
            with_option=created.with_option,
            regime=created.regime,
            monthly=created.monthly,
            valid_from=created.valid_from,
            debit_day=created.debit_day,
            created_at=work.now,
        )
    )
    work.contracts.add_beneficiaries(_beneficiary(tenant, created, person) for person in created.beneficiaries)
    work.contracts.add_bank_accounts(
        BankAccount(new_id(), tenant, created.id, use, iban, created.account_holder)
        for use, iban in (
            (AccountUse.CONTRIBUTION, created.iban),
            (AccountUse.BENEFIT, created.benefit_iban or created.iban),
        )
    )
    mandate = created.mandate
    work.contracts.add_mandate(Mandate(mandate.rum, tenant, created.id, mandate.ics, mandate.signed_on))


def _beneficiary(tenant: str, created: CreatedContract, person: CoveredPerson) -> Beneficiary:
    nir = person.nir or (created.nir if person.role is BeneficiaryRole.MAIN else None)
    return Beneficiary(
        id=person.id,
        tenant=tenant,
        contract_id=created.id,
        role=person.role,
        civility=person.civility,
        first_name=person.first_name,
        last_name=person.last_name,
        birth_date=person.birth_date,
        nir=nir,
    )


def _tell(work: Work, created: CreatedContract, account: Account, secrets: Secrets) -> None:
    person = work.people.get(account.id)
    work.publish(
        "member.contract.changed.v1",
        subject=created.id,
        data={
            "contract_id": created.id,
            "subscription_id": created.subscription_id,
            "member_id": account.id,
            "number": created.number,
            "status": "active",
            "valid_from": created.valid_from,
        },
    )
    say_details(work, person)
    say_preferences(work, work.preferences.get(account.id) or _default_preferences(work, account))
    if not account.opened and account.state is not AccountState.CLOSED:
        send_link(work, account=account, person=person, purpose=Purpose.OPENING, secrets=secrets)


def _default_preferences(work: Work, account: Account) -> Preferences:
    preferences = Preferences(account.id, work.tenant, work.now)
    work.preferences.add(preferences)
    return preferences
