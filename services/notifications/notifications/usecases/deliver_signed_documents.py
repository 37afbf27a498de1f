"""Send the signed documents, and what is still missing for the membership (F-117, F-118)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notifications.domain.message import Attachment
from notifications.usecases.inform_broker import inform_broker
from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_mail
from notifications.usecases.report_ceremony_end import Signer


@dataclass(frozen=True)
class SignedPaper:
    """A sealed document and its title."""

    document_id: str
    title: str

    @property
    def attachment(self) -> Attachment:
        return Attachment(self.document_id, f"{self.title}.pdf")


def deliver_signed_documents(
    *, uow: Begin, writer: Writer, event_id: str, signer: Signer, papers: Sequence[SignedPaper]
) -> None:
    """Queue the mails; they exist only because the envelope is sealed, so none goes out before success (F-115).

    The signed documents go to the broker in copy; what is still missing he is told apart, without the client's link.
    """
    with uow() as work:
        quote = work.quotes.of_subscription(signer.subscription_id) if signer.subscription_id else None
        adviser = quote.adviser if quote else None
        link_secret = quote.link_secret if quote else None
        papers_sent = quote.papers if quote else []
        signed = Letter(
            kind="envelope.sealed",
            event_id=event_id,
            to=signer.person,
            adviser=adviser,
            copies=[signer.broker_email],
            facts={"titles": [paper.title for paper in papers]},
            # The evidence file names every act of the ceremony: managers alone release it.
            attachments=[paper.attachment for paper in papers],
        )
        requested = Letter(
            kind="membership.requested",
            event_id=event_id,
            to=signer.person,
            adviser=adviser,
            facts={
                "product_name": signer.product_name,
                "documents": [paper.filename for paper in papers_sent],
                "link_secret": link_secret,
            },
            secrets=[link_secret] if link_secret else [],
            attachments=papers_sent,
        )
        queue_mail(work, writer, signed)
        queue_mail(work, writer, requested)
        inform_broker(work, writer, requested, broker_email=signer.broker_email)
        work.commit()
