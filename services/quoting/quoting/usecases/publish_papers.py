"""The subscription's papers are stored: they may be signed, electronically or by hand."""

from __future__ import annotations

from typing import Any

from plumbing.errors import NotFound
from quoting.domain.membership_file import MembershipFile
from quoting.domain.people import Broker
from quoting.domain.pieces import SIGNED_BY_HAND
from quoting.domain.quote import Quote, QuoteStatus
from quoting.domain.subscription import Paper, SignatureMode, SignatureState, Subscription
from quoting.usecases.decide_piece import sign_when_complete
from quoting.usecases.ports import Uow, Work


def publish_papers(*, uow: Uow, subscription_id: str, papers: tuple[Paper, ...], broker: Broker) -> None:
    """Open the signature, in order of signing; what is signed by hand is announced to notifications instead."""
    with uow() as work:
        # Before anything is written, as the managers' acts do: two that wait for each other would both fail.
        file = _file_of(work, subscription_id)
        subscription = work.subscriptions.get(subscription_id)
        quote = work.quotes.get(subscription.quote_id)
        work.brokers.put(broker)
        if subscription.signature is SignatureState.PREPARING:
            subscription.open_signature(papers)
            if quote.status is QuoteStatus.ACCEPTED:
                quote.await_validation()
            if subscription.signature_mode is SignatureMode.ELECTRONIC:
                _tell_signature(work, subscription, quote, broker)
            else:
                _tell_notifications(work, subscription, quote, broker, file)
                # A manager may have accepted them while these were still being made: a job that was parked, say.
                sign_when_complete(work, file, subscription)
        work.commit()


def _tell_signature(work: Work, subscription: Subscription, quote: Quote, broker: Broker) -> None:
    work.publish(
        "quoting.subscription.ready_to_sign.v1",
        subject=subscription.id,
        data=_what_is_signed(subscription, quote),
        sealed={"signature": {**_signer(subscription, broker), "mobile": subscription.identity.mobile}},
    )


def _tell_notifications(
    work: Work, subscription: Subscription, quote: Quote, broker: Broker, file: MembershipFile
) -> None:
    """The mail says what to sign and return, and which pieces go with it (F-122, F-123)."""
    along = [piece for piece in file.pieces if piece.kind not in SIGNED_BY_HAND]
    asked = [{"label": piece.label, "mandatory": piece.mandatory} for piece in along]
    work.publish(
        "quoting.subscription.ready_to_return.v1",
        subject=subscription.id,
        data=_what_is_signed(subscription, quote),
        sealed={"notifications": {**_signer(subscription, broker), "pieces": asked}},
    )


def _file_of(work: Work, subscription_id: str) -> MembershipFile:
    file = work.files.of_subscription(subscription_id)
    if file is None:
        raise NotFound("file")
    return file


def _what_is_signed(subscription: Subscription, quote: Quote) -> dict[str, Any]:
    return {
        "subscription_id": subscription.id,
        "broker_id": quote.broker_id,
        "quote_number": quote.number,
        "product_name": quote.product_name,
        "formula": quote.formula_label,
        "monthly": quote.monthly,
        "documents": [
            {
                "document_id": paper.document_id,
                "kind": paper.kind,
                "title": paper.title,
                "sha256": paper.sha256,
                "size": paper.size,
                "pages": paper.pages,
            }
            for paper in subscription.papers
        ],
    }


def _signer(subscription: Subscription, broker: Broker) -> dict[str, Any]:
    identity = subscription.identity
    return {
        "civility": identity.civility,
        "first_name": identity.first_name,
        "last_name": identity.last_name,
        "email": identity.email,
        "broker_name": broker.company,
        "broker_phone": broker.phone,
        "broker_email": broker.email,
    }
