"""The subscription's papers are stored: they may be signed."""

from __future__ import annotations

from quoting.domain.people import Broker
from quoting.domain.quote import QuoteStatus
from quoting.domain.subscription import Paper, SignatureMode, SignatureState
from quoting.usecases.ports import Uow


def publish_papers(*, uow: Uow, subscription_id: str, papers: tuple[Paper, ...], broker: Broker) -> None:
    """Open the signature, in order of signing; a request signed by hand is not announced to signature."""
    with uow() as work:
        subscription = work.subscriptions.get(subscription_id)
        quote = work.quotes.get(subscription.quote_id)
        work.brokers.put(broker)
        if subscription.signature is SignatureState.PREPARING:
            subscription.open_signature(papers)
            if quote.status is QuoteStatus.ACCEPTED:
                quote.await_validation()
            if subscription.signature_mode is SignatureMode.ELECTRONIC:
                identity = subscription.identity
                work.publish(
                    "quoting.subscription.ready_to_sign.v1",
                    subject=subscription.id,
                    data={
                        "subscription_id": subscription.id,
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
                            for paper in papers
                        ],
                    },
                    sealed={
                        "signature": {
                            "civility": identity.civility,
                            "first_name": identity.first_name,
                            "last_name": identity.last_name,
                            "email": identity.email,
                            "mobile": identity.mobile,
                            "broker_name": broker.company,
                            "broker_phone": broker.phone,
                            "broker_email": broker.email,
                        }
                    },
                )
        work.commit()
