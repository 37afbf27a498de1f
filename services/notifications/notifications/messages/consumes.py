"""The events that notifications hears: each becomes a message, or something to remember for the next ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifications.domain.message import Attachment
from notifications.domain.people import Adviser, Person, QuoteFile
from notifications.messages import reads
from notifications.usecases.acknowledge_file import acknowledge_file
from notifications.usecases.announce_quote import IssuedQuote, announce_quote
from notifications.usecases.ask_for_papers import HandSigner, PaperToReturn, ask_for_papers
from notifications.usecases.close_link import close_link
from notifications.usecases.deliver_signed_documents import SignedPaper, deliver_signed_documents
from notifications.usecases.follow_claim import Step, announce_benefit, follow_claim
from notifications.usecases.invite_account import Purpose, invite_account
from notifications.usecases.record_contact import record_contact
from notifications.usecases.record_preferences import record_preferences
from notifications.usecases.record_subscription import record_subscription
from notifications.usecases.report_ceremony_end import CeremonyEnd, Signer, report_ceremony_end
from notifications.usecases.report_ceremony_pause import CeremonyPause, report_ceremony_pause
from notifications.usecases.report_refused_piece import report_refused_piece
from notifications.usecases.send_code import send_code
from notifications.usecases.welcome_member import CreatedContract, record_holder, welcome_member
from plumbing.consumer import Context, Event, Subscriptions

SUBSCRIPTIONS = Subscriptions("notifications")
SUBSCRIPTION = "subscription:"


@SUBSCRIPTIONS.on("quoting.quote.issued.v1", schema=reads.QuoteIssued(), sealed=reads.QuoteClient())
def quote_issued(event: Event, context: Context) -> None:
    """The client gets his quote, its documents and his link; his adviser the same without the link."""
    data, sealed = event.data, event.sealed
    file = QuoteFile(
        quote_id=data["quote_id"],
        subscription_id=data["subscription_id"],
        number=data["number"],
        product_name=data["product_name"],
        formula=data["formula"],
        broker_id=data["broker_id"],
        broker_name=sealed["broker_name"],
        broker_phone=sealed["broker_phone"],
        broker_email=sealed["broker_email"],
        email=sealed["email"],
        civility=sealed["civility"] or "",
        first_name=sealed["first_name"],
        last_name=sealed["last_name"],
        expires_on=data["expires_on"],
        link_secret=sealed["link_secret"],
        papers=[Attachment(paper["document_id"], f"{paper['title']}.pdf") for paper in data["documents"]],
    )
    issued = IssuedQuote(file=file, monthly=data["monthly"], document_id=data["document_id"])
    announce_quote(uow=context.uow, writer=context.services.writer, event_id=event.id, issued=issued)


@SUBSCRIPTIONS.on("quoting.quote.replaced.v1", schema=reads.QuoteEnded())
def quote_replaced(event: Event, context: Context) -> None:
    """The mail of the next version has a link of its own."""
    close_link(uow=context.uow, **event.data)


@SUBSCRIPTIONS.on("quoting.quote.expired.v1", schema=reads.QuoteEnded())
def quote_expired(event: Event, context: Context) -> None:
    """Nothing is sent: the broker's agenda tells him."""
    close_link(uow=context.uow, **event.data)


@SUBSCRIPTIONS.on("quoting.quote.declined.v1", schema=reads.QuoteEnded())
def quote_declined(event: Event, context: Context) -> None:
    """The end of the ceremony is told by its own mail."""
    close_link(uow=context.uow, **event.data)


@SUBSCRIPTIONS.on("quoting.subscription.submitted.v1", schema=reads.SubscriptionSubmitted())
def subscription_submitted(event: Event, context: Context) -> None:
    """From now on, mails about this subscription know its product, adviser and link."""
    record_subscription(uow=context.uow, **event.data)


@SUBSCRIPTIONS.on("quoting.file.transmitted.v1", schema=reads.FileTransmitted())
def file_transmitted(event: Event, context: Context) -> None:
    """« Dossier transmis »."""
    acknowledge_file(uow=context.uow, writer=context.services.writer, event_id=event.id, **event.data)


@SUBSCRIPTIONS.on("quoting.subscription.ready_to_return.v1", schema=reads.ReadyToReturn(), sealed=reads.HandSigner())
def ready_to_return(event: Event, context: Context) -> None:
    """Who signs by hand gets his papers, and his adviser a copy."""
    data, sealed = event.data, event.sealed
    signer = HandSigner(
        person=_person(sealed),
        adviser=Adviser(sealed["broker_name"], sealed["broker_phone"], sealed["broker_email"]),
        pieces=[each["label"] for each in sealed["pieces"] if each["mandatory"]],
        if_needed=[each["label"] for each in sealed["pieces"] if not each["mandatory"]],
    )
    ask_for_papers(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        subscription_id=data["subscription_id"],
        product_name=data["product_name"],
        signer=signer,
        papers=[PaperToReturn(paper["document_id"], paper["kind"], paper["title"]) for paper in data["documents"]],
    )


@SUBSCRIPTIONS.on("quoting.piece.refused.v1", schema=reads.PieceRefused(), sealed=reads.RefusalToTell())
def piece_refused(event: Event, context: Context) -> None:
    """The client may send another one."""
    report_refused_piece(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        subscription_id=event.data["subscription_id"],
        person=_person(event.sealed),
        label=event.sealed["label"],
        reason=event.sealed["reason"],
    )


@SUBSCRIPTIONS.on("quoting.contract.created.v1", schema=reads.ContractCreated(), sealed=reads.ContractClient())
def contract_created(event: Event, context: Context) -> None:
    """« Adhésion créée »."""
    sealed = event.sealed
    contract = CreatedContract(**event.data, client=_person(sealed), broker_email=sealed["broker_email"])
    welcome_member(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        contract=contract,
        said_at=event.time,
    )


@SUBSCRIPTIONS.on("signature.code.requested.v1", schema=reads.CodeRequested(), sealed=reads.CodeToSend())
def code_requested(event: Event, context: Context) -> None:
    """The code goes out by SMS."""
    send_code(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        expires_at=event.data["expires_at"],
        **event.sealed,
    )


@SUBSCRIPTIONS.on("signature.ceremony.failed.v1", schema=reads.CeremonyFailed(), sealed=reads.SignerToTell())
def ceremony_failed(event: Event, context: Context) -> None:
    """Too many wrong codes, or no code left; or the adviser goes on with paper."""
    on_paper = event.data["cause"] == CeremonyEnd.ON_PAPER
    _report(event, context, CeremonyEnd.ON_PAPER if on_paper else CeremonyEnd.FAILED)


@SUBSCRIPTIONS.on("signature.ceremony.refused.v1", schema=reads.CeremonyEnded(), sealed=reads.SignerToTell())
def ceremony_refused(event: Event, context: Context) -> None:
    """The client chose not to sign."""
    _report(event, context, CeremonyEnd.REFUSED)


@SUBSCRIPTIONS.on("signature.ceremony.expired.v1", schema=reads.CeremonyEnded(), sealed=reads.SignerToTell())
def ceremony_expired(event: Event, context: Context) -> None:
    """The client left and did not come back in time."""
    _report(event, context, CeremonyEnd.EXPIRED)


@SUBSCRIPTIONS.on("signature.ceremony.blocked.v1", schema=reads.CeremonyBlocked(), sealed=reads.SignerToTell())
def ceremony_blocked(event: Event, context: Context) -> None:
    """The codes did not reach the client: his adviser has to do something."""
    _pause(event, context, CeremonyPause.BLOCKED)


@SUBSCRIPTIONS.on("signature.ceremony.relieved.v1", schema=reads.CeremonyRelieved(), sealed=reads.SignerRelieved())
def ceremony_relieved(event: Event, context: Context) -> None:
    """The adviser did: the client reads of it, and of another number above all."""
    _pause(event, context, CeremonyPause.RELIEVED)


@SUBSCRIPTIONS.on("signature.envelope.sealed.v1", schema=reads.EnvelopeSealed(), sealed=reads.SignerToTell())
def envelope_sealed(event: Event, context: Context) -> None:
    """The client gets his signed documents, and what is still asked of him."""
    papers = [SignedPaper(paper["sealed_document_id"], paper["title"]) for paper in event.data["documents"]]
    deliver_signed_documents(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        signer=_signer(event),
        papers=papers,
    )


@SUBSCRIPTIONS.on("member.account.invited.v1", schema=reads.AccountInvited(), sealed=reads.LinkToSend())
def account_invited(event: Event, context: Context) -> None:
    """The one-time link goes out."""
    invite_account(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        member_id=event.data["member_id"],
        person=_person(event.sealed),
        purpose=Purpose(event.data["purpose"]),
        token=event.sealed["token"],
        expires_at=event.data["expires_at"],
        said_at=event.time,
    )


@SUBSCRIPTIONS.on("member.contract.changed.v1", schema=reads.ContractChanged(), latest_wins=True)
def contract_changed(event: Event, context: Context) -> None:
    """Whose contract it is."""
    record_holder(uow=context.uow, **event.data)


@SUBSCRIPTIONS.on(
    "member.details.changed.v1", schema=reads.DetailsChanged(), sealed=reads.ContactDetails(), latest_wins=True
)
def details_changed(event: Event, context: Context) -> None:
    """How to reach a member."""
    sealed = event.sealed
    record_contact(
        uow=context.uow,
        member_id=event.data["member_id"],
        person=_person(sealed),
        mobile=sealed["mobile"],
        said_at=event.time,
    )


@SUBSCRIPTIONS.on("member.preferences.changed.v1", schema=reads.PreferencesChanged(), latest_wins=True)
def preferences_changed(event: Event, context: Context) -> None:
    """How a member wants to be told of benefits."""
    record_preferences(uow=context.uow, **event.data)


@SUBSCRIPTIONS.on("claims.claim.submitted.v1", schema=reads.ClaimSubmitted())
def claim_submitted(event: Event, context: Context) -> None:
    """The claim was received."""
    follow_claim(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        step=Step.SUBMITTED,
        **event.data,
    )


@SUBSCRIPTIONS.on("claims.claim.decided.v1", schema=reads.ClaimDecided())
def claim_decided(event: Event, context: Context) -> None:
    """A manager accepted or refused the claim."""
    facts = dict(event.data)
    follow_claim(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        step=Step(facts.pop("outcome")),
        **facts,
    )


@SUBSCRIPTIONS.on("claims.benefit.paid.v1", schema=reads.BenefitPaid())
def benefit_paid(event: Event, context: Context) -> None:
    """A benefit was paid: the member is told as he prefers."""
    announce_benefit(uow=context.uow, writer=context.services.writer, event_id=event.id, **event.data)


def _report(event: Event, context: Context, end: CeremonyEnd) -> None:
    report_ceremony_end(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        end=end,
        signer=_signer(event),
    )


def _pause(event: Event, context: Context, pause: CeremonyPause) -> None:
    report_ceremony_pause(
        uow=context.uow,
        writer=context.services.writer,
        event_id=event.id,
        pause=pause,
        signer=_signer(event),
        facts={
            "expires_at": event.data["expires_at"],
            "other_mobile": event.data.get("kind") == "other_mobile",
            "mobile_masked": event.sealed.get("mobile_masked", ""),
        },
    )


def _signer(event: Event) -> Signer:
    sealed, subject = event.sealed, event.data["subject"]
    return Signer(
        person=_person(sealed),
        subscription_id=subject.removeprefix(SUBSCRIPTION) if subject.startswith(SUBSCRIPTION) else None,
        product_name=event.data["product_name"],
        broker_email=sealed["broker_email"],
        co_signer_emails=tuple(sealed["co_signer_emails"]),
    )


def _person(sealed: Mapping[str, Any]) -> Person:
    return Person(sealed["email"], sealed["civility"] or "", sealed["first_name"], sealed["last_name"])
