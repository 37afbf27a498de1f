"""What claims does outside a request: paying benefits."""

from __future__ import annotations

from claims.adapters.queries import claim as find_claim
from claims.domain.claim import ClaimState
from claims.usecases.order_payment import PAY
from claims.usecases.ports import PaymentOrder, PaymentRefused
from claims.usecases.record_payment import record_payment
from plumbing.clock import paris_date
from plumbing.consumer import Context
from plumbing.errors import Permanent
from plumbing.jobs import Job, Jobs

JOBS = Jobs("claims")


@JOBS.handles(PAY)
def pay_benefit(job: Job, context: Context) -> None:
    """Hand the order to the provider, then note it as paid.

    Killed between the two, it is run again: the provider sees the same reference and answers with the same receipt.
    """
    services = context.services
    with services.units.reading(job.tenant) as session:
        claim = find_claim(session, job.payload["claim_id"]).claim
    if claim.state is not ClaimState.PAYMENT_ORDERED or claim.benefit is None:
        return
    benefit = claim.benefit
    order = PaymentOrder(
        tenant=job.tenant,
        reference=benefit.order_reference,
        amount=benefit.amount,
        iban=benefit.iban,
        account_holder=benefit.account_holder,
        label=f"Remboursement {claim.reference}",
        ordered_on=paris_date(services.clock.now()),
    )
    try:
        receipt = services.payments.pay(order)
    except PaymentRefused as refusal:
        raise Permanent(f"the payments provider refused: {refusal.code}") from refusal
    record_payment(uow=context.uow, claim_id=claim.id, receipt=receipt)
