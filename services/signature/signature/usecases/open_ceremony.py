"""Open a ceremony once the documents to sign are stored."""

from __future__ import annotations

from collections.abc import Sequence

from plumbing.ids import new_id
from signature.domain.ceremony import Ceremony
from signature.domain.consents import provider_statements
from signature.domain.manifest import EnvelopeDocument
from signature.domain.signer import Adviser, Identity, NewSigner
from signature.usecases.ports import UnitOfWorkFactory

LAPSE_CEREMONY = "lapse_ceremony"


class AlreadyOpen(Exception):
    """The subject has a ceremony that runs or is signed: another envelope needs another subscription."""


def open_ceremony(
    *,
    uow: UnitOfWorkFactory,
    subject: str,
    product_name: str,
    quote_number: str,
    documents: tuple[EnvelopeDocument, ...],
    identities: Sequence[Identity],
    adviser: Adviser,
    provider: str,
    member_id: str | None = None,
) -> Ceremony:
    """Open one, and have it end by itself after its life. AlreadyOpen or EnvelopeEmpty when it cannot be.

    `identities` sign in that order; `member_id` is who may act with an account of his own.
    """
    with uow() as work:
        if work.ceremonies.is_alive_for(subject):
            raise AlreadyOpen(subject)
        ceremony = Ceremony.open(
            id=new_id(),
            subject=subject,
            product_name=product_name,
            quote_number=quote_number,
            documents=documents,
            signers=[NewSigner(new_id(), identity) for identity in identities],
            adviser=adviser,
            provider_statements=provider_statements(provider),
            now=work.now,
            member_id=member_id,
        )
        work.ceremonies.add(ceremony)
        work.schedule(LAPSE_CEREMONY, {"ceremony_id": ceremony.id}, due_at=ceremony.expires_at)
        work.commit()
    return ceremony
