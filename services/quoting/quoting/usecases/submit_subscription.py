"""Submit a subscription: everything is checked, then everything is stored at once (F-100)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from plumbing.ids import new_id
from quoting.domain.agenda import Happening
from quoting.domain.dated import NoVersion
from quoting.domain.mandate import mandate_reference
from quoting.domain.membership_file import MembershipFile
from quoting.domain.pieces import required_pieces
from quoting.domain.quote import Quote, QuoteStatus
from quoting.domain.submission import (
    FRANCE,
    Fault,
    Submission,
    SubmissionRefused,
    address_faults,
    beneficiaries_of,
    declaration_faults,
    document_faults,
    documents_read,
    identity_faults,
    relatives_faults,
)
from quoting.domain.subscription import AlreadySubmitted, Mandate, Payment, Subscription
from quoting.usecases.agenda import note
from quoting.usecases.ports import Bank, Banks, IbanRefused, Offer, Towns, Uow, Work
from quoting.usecases.price_household import TownUnknown, find_town
from quoting.usecases.receive_piece import take_in

RENDER_PAPERS = "render_subscription_papers"
_SUBMITTED = frozenset(
    {QuoteStatus.ACCEPTED, QuoteStatus.AWAITING_VALIDATION, QuoteStatus.AWAITING_PIECES, QuoteStatus.SUBSCRIBED}
)


@dataclass(frozen=True, slots=True)
class _Accounts:
    contributions: Bank | None
    benefits: Bank | None


def submit_subscription(
    *,
    uow: Uow,
    offer: Offer,
    towns: Towns,
    banks: Banks,
    subscription_id: str,
    submission: Submission,
    session: str = "",
) -> Subscription:
    """Store the subscription and its file with the pieces that came before, accept the quote, have the papers made.

    `session` is the fingerprint of the token it comes with: the one that an attestation opened makes it assisted.
    Raises NotFound("subscription"), AlreadySubmitted, QuoteLapsed, QuoteReplaced, QuoteNotOpen, or SubmissionRefused
    with every fault.
    """
    with uow() as work:
        quote = work.quotes.of_subscription(subscription_id)
        if quote.status in _SUBMITTED:
            raise AlreadySubmitted
        quote.check_open(work.today)
        product = offer.catalogue.product(work.tenant, quote.product_code)
        broker = work.brokers.get(quote.broker_id)
        accounts, faults = _accounts(banks, submission)
        faults += identity_faults(submission, quote, broker=broker)
        faults += _address_faults(submission, quote, offer, towns)
        faults += declaration_faults(submission, product)
        faults += document_faults(submission, quote.documents)
        faults += relatives_faults(submission, quote, today=work.today)
        if faults or accounts.contributions is None:
            raise SubmissionRefused(faults)
        subscription = _subscription(
            work,
            quote,
            submission,
            accounts.contributions,
            accounts.benefits,
            ics=offer.catalogue.insurer(work.tenant).ics,
        )
        subscription.assistance = work.attestations.of_session(subscription.id, session)
        quote.accept(work.today)
        work.subscriptions.add(subscription)
        file = _file(
            subscription,
            self_employed=product.self_employed_only,
            address_differs=submission.address_differs,
            today=work.today,
        )
        work.files.add(file)
        _announce(work, subscription, quote)
        note(work, quote, Happening.SUBSCRIPTION_SUBMITTED)
        for document_id, kind in work.early_pieces.take(subscription.id):
            take_in(work, file, document_id, kind)
        work.schedule(
            RENDER_PAPERS,
            {"subscription_id": subscription.id},
            key=f"{RENDER_PAPERS}:{subscription.id}",
        )
        work.commit()
    return subscription


def _subscription(
    work: Work, quote: Quote, submission: Submission, contributions: Bank, benefits: Bank | None, *, ics: str
) -> Subscription:
    return Subscription(
        id=quote.subscription_id,
        tenant=work.tenant,
        quote_id=quote.id,
        person_id=quote.client_id,
        broker_id=quote.broker_id,
        identity=submission.identity,
        beneficiaries=beneficiaries_of(submission),
        payment=Payment(
            iban=contributions.iban,
            bank=contributions.name,
            account_holder=submission.account_holder,
            debit_day=submission.debit_day,
            benefit_iban=benefits.iban if benefits else None,
        ),
        mandate=Mandate(rum=mandate_reference(quote.number, quote.version), ics=ics),
        signature_mode=submission.signature_mode,
        tns_declared=submission.tns_declared,
        teletransmission=submission.teletransmission,
        marketing_objection=submission.marketing_objection,
        documents_read=documents_read(submission, quote.documents, at=work.now),
        submitted_at=work.now,
    )


def _accounts(banks: Banks, submission: Submission) -> tuple[_Accounts, list[Fault]]:
    found: list[Bank | None] = []
    faults = []
    for field, iban in (("iban", submission.iban), ("benefit_iban", submission.benefit_iban)):
        try:
            found.append(banks.identify(iban) if iban is not None else None)
        except IbanRefused:
            found.append(None)
            faults.append(Fault(field, "Cet IBAN n’est pas celui d’un compte de la zone SEPA.", "iban"))
    return _Accounts(*found), faults


def _address_faults(submission: Submission, quote: Quote, offer: Offer, towns: Towns) -> list[Fault]:
    identity = submission.identity
    if identity.country != FRANCE:
        return []
    try:
        town = find_town(towns, identity.postcode, identity.town, field="identity.town")
    except TownUnknown:
        return address_faults(quote, town_is_known=False, zone=None)
    try:
        zone = offer.tariffs[quote.product_code].at(quote.effective_date).zones.get(town.department)
    except NoVersion:
        zone = None
    return address_faults(quote, town_is_known=True, zone=zone)


def _file(subscription: Subscription, *, self_employed: bool, address_differs: bool, today: date) -> MembershipFile:
    payment = subscription.payment
    return MembershipFile(
        id=new_id(),
        tenant=subscription.tenant,
        subscription_id=subscription.id,
        quote_id=subscription.quote_id,
        broker_id=subscription.broker_id,
        pieces=required_pieces(
            subscription.beneficiaries,
            self_employed=self_employed,
            mode=subscription.signature_mode,
            own_benefit_account=payment.benefit_iban not in {None, payment.iban},
            address_differs=address_differs,
            today=today,
        ),
        opened_at=subscription.submitted_at,
    )


def _announce(work: Work, subscription: Subscription, quote: Quote) -> None:
    identity = subscription.identity
    work.publish(
        "quoting.subscription.submitted.v1",
        subject=subscription.id,
        data={
            "subscription_id": subscription.id,
            "quote_id": quote.id,
            "person_id": subscription.person_id,
            "product_code": quote.product_code,
            "signature_mode": subscription.signature_mode,
            "teletransmission": subscription.teletransmission,
            "marketing_objection": subscription.marketing_objection,
        },
        sealed={
            "member": {
                "civility": identity.civility,
                "first_name": identity.first_name,
                "last_name": identity.last_name,
                "birth_name": identity.birth_name,
                "birth_date": identity.birth_date,
                "email": identity.email,
                "mobile": identity.mobile,
                "address": identity.address,
                "address_extra": identity.address_extra,
                "postcode": identity.postcode,
                "town": identity.town,
                "country": identity.country,
            }
        },
    )
