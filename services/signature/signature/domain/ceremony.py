"""The signing ceremony: an ordered envelope of documents, and who signs it, one after the other, by codes sent to them.

Every method is handed the instant and leaves its trace in the journal. Nothing here is undone: a ceremony that did not
lead to a signature is over, and the next one has other documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from signature.domain import code as codes
from signature.domain import facts
from signature.domain.canonical import Facts, Json
from signature.domain.code import Binding, CodeElsewhere, IssuedCode
from signature.domain.consents import DOCUMENT_STATEMENTS, Statement, require_all
from signature.domain.journal import GENESIS, Entry, Happening, next_entry
from signature.domain.manifest import EnvelopeDocument, EnvelopeEmpty, draw_up, in_order_of_reading
from signature.domain.refusal import Refusal
from signature.domain.relief import RELIEFS, WAIT, NoReliefLeft, NotBlocked, Relief, ReliefKind
from signature.domain.sealing import NotProven, Sealing, SealingOrder, SignedBy
from signature.domain.signer import Adviser, NewSigner, Signer, mobile_fingerprint
from signature.domain.state import GIVEN, RUNNING, Blocked, CeremonyOver, State, move
from signature.domain.steps import (
    Circumstances,
    DocumentsNotAccepted,
    FailureCause,
    NoCodeSent,
    OutOfTurn,
    PagesUnread,
    TryOutcome,
    UnknownDocument,
)

LIFE: Final = timedelta(hours=24)
"""Until then the same person may come back through the same link (F-114 as corrected)."""


@dataclass(eq=False)
class Ceremony:
    """The aggregate. `manifest` and `statements` never change once it is open; `entries` are those not yet stored.

    `member_id` is who may act with an account of his own, beside whoever has a link to the subject.
    """

    id: str
    subject: str
    product_name: str
    quote_number: str
    state: State
    documents: tuple[EnvelopeDocument, ...]
    document_statements: tuple[Statement, ...]
    provider_statements: tuple[Statement, ...]
    manifest: str
    manifest_sha256: str
    reference: str
    signers: list[Signer]
    adviser: Adviser
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    member_id: str | None = None
    journal_head: str = GENESIS
    journal_length: int = 0
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        *,
        id: str,
        signers: Sequence[NewSigner],
        subject: str,
        product_name: str,
        quote_number: str,
        documents: tuple[EnvelopeDocument, ...],
        adviser: Adviser,
        provider_statements: tuple[Statement, ...],
        now: datetime,
        member_id: str | None = None,
    ) -> Ceremony:
        """Open a ceremony on documents that are stored; EnvelopeEmpty when there is none, or nobody to sign."""
        if not signers:
            raise EnvelopeEmpty
        documents = in_order_of_reading(documents)
        mobiles = [mobile_fingerprint(id, each.identity.mobile) for each in signers]
        manifest = draw_up(
            ceremony_id=id,
            subject=subject,
            documents=documents,
            statements=(*DOCUMENT_STATEMENTS, *provider_statements),
            mobiles=mobiles,
        )
        ceremony = cls(
            id=id,
            subject=subject,
            product_name=product_name,
            quote_number=quote_number,
            state=State.OPEN,
            documents=documents,
            document_statements=DOCUMENT_STATEMENTS,
            provider_statements=provider_statements,
            manifest=manifest.text,
            manifest_sha256=manifest.sha256,
            reference=manifest.reference,
            signers=[Signer(id=each.id, rank=rank, identity=each.identity) for rank, each in enumerate(signers, 1)],
            adviser=adviser,
            opened_at=now,
            expires_at=now + LIFE,
            member_id=member_id,
        )
        ceremony._tell(Happening.OPENED, now, facts.opened(id, manifest, ceremony.signers, ceremony.expires_at))
        return ceremony

    @property
    def signer(self) -> Signer:
        """Return whose turn it is: the first who has not signed, or the last of all once everybody has."""
        return next((each for each in self.signers if each.signed_at is None), self.signers[-1])

    def standing(self, now: datetime) -> State:
        """Return the state as of `now`: past its life a running ceremony is over, whether or not a job has said so."""
        return State.EXPIRED if self.state in RUNNING and now >= self.expires_at else self.state

    def view_page(self, document_id: str, page: int, *, now: datetime, by: Circumstances) -> None:
        """Note that a page is handed to the signer. Again changes nothing.

        Raises CeremonyOver, UnknownDocument, OutOfTurn, or PagesUnread when a page before it was not handed out.
        """
        self._require_running(now)
        document = self._document(document_id)
        if not 1 <= page <= document.page_count:
            raise UnknownDocument(f"{document_id} page {page}")
        viewed = self.signer.pages_viewed(document_id)
        if page <= viewed:
            return
        self._require_turn(document_id)
        if page > viewed + 1:
            raise PagesUnread(viewed + 1, document.page_count)
        self.signer.note(replace(self.signer.reading(document_id), pages=page))
        self._tell(Happening.PAGE_VIEWED, now, facts.page_viewed(self.signer, document, page, by))

    def accept(self, document_id: str, *, ticked: frozenset[str], now: datetime, by: Circumstances) -> None:
        """Accept one document. Again for an accepted one changes nothing; raises UnknownDocument, ConsentMissing,
        OutOfTurn, or PagesUnread before its last page was handed out.
        """
        self._require_running(now)
        document = self._document(document_id)
        require_all(self.document_statements, ticked)
        if self.signer.accepted_at(document_id) is not None:
            return
        self._require_turn(document_id)
        viewed = self.signer.pages_viewed(document_id)
        if viewed < document.page_count:
            raise PagesUnread(viewed + 1, document.page_count)
        self.signer.note(replace(self.signer.reading(document_id), accepted_at=now))
        self._tell(Happening.ACCEPTED, now, facts.accepted(self.signer, document, self.document_statements, by))

    def next_document(self) -> EnvelopeDocument | None:
        """Return the document whose turn it is to be read; None when all are accepted."""
        return next((each for each in self.documents if self.signer.accepted_at(each.document_id) is None), None)

    def check_may_send(self, now: datetime) -> int:
        """Return the sequence of the next code.

        Raises CeremonyOver, Blocked, DocumentsNotAccepted, CodeTooSoon or NoSendsLeft.
        """
        self._require_unblocked(now)
        if remaining := len(self.documents) - self.signer.accepted:
            raise DocumentsNotAccepted(remaining)
        return self.signer.next_sequence(now)

    def issue_code(self, code: str, *, message: str, key: bytes, now: datetime, by: Circumstances) -> IssuedCode:
        """Keep the print of `code` as the only one that is good from now on, and return it.

        `message` is the text of the SMS without the digits, for the evidence.
        """
        sequence = self.check_may_send(now)
        self.signer.void_codes()
        issued = IssuedCode(
            sequence=sequence,
            digest=self._binding(sequence).digest(key, code),
            sent_at=now,
            expires_at=min(now + codes.LIFE, self.expires_at),
            session=by.session,
        )
        self.signer.codes.append(issued)
        self.state = move(self.state, State.CODE_SENT)
        self._tell(Happening.CODE_SENT, now, facts.code_sent(self.id, self.signer, issued, message, by))
        return issued

    def try_code(
        self, code: str, *, ticked: frozenset[str], key: bytes, now: datetime, by: Circumstances
    ) -> TryOutcome:
        """Take the signer's code. A wrong one and a lapsed one are told in the same way and count the same.

        Raises CeremonyOver, Blocked, NoCodeSent, CodeElsewhere or ConsentMissing, none of which costs a try.
        """
        self._require_unblocked(now)
        last = self.signer.last_code
        if self.state is not State.CODE_SENT or last is None:
            raise NoCodeSent
        if last.session != by.session:
            # Without a try lost: whoever was forwarded the link could spend those of the signer.
            raise CodeElsewhere
        require_all(self.provider_statements, ticked)
        # Counted first, given back only to the right code: an interrupted comparison costs a try, never gives one.
        self.signer.wrong_tries += 1
        if not last.matches(self._binding(last.sequence).digest(key, code), now=now):
            return self._wrong(last, now, by)
        self.signer.wrong_tries -= 1
        self._sign(last, now, by)
        return TryOutcome.SIGNED

    def refuse(self, refusal: Refusal, *, now: datetime, by: Circumstances) -> None:
        """Refuse to sign, the envelope or one document of it: the ceremony is over, for every signer.

        Raises CeremonyOver or UnknownDocument.
        """
        self._require_running(now)
        if refusal.document_id is not None:
            self._document(refusal.document_id)
        self._end(State.REFUSED, now)
        self._tell(Happening.REFUSED, now, facts.refused(self.signer, refusal, by))

    def relieve(self, relief: Relief, *, now: datetime, by: Circumstances) -> None:
        """Do what the adviser decides for a signer whom the SMS does not reach; his reason is kept.

        Raises CeremonyOver, NotBlocked, NoReliefLeft, or IdentityIncomplete for a number that can get no SMS.
        """
        self._require_running(now)
        signer = self.signer
        if relief.kind is ReliefKind.AGAIN and self.state is not State.BLOCKED:
            raise NotBlocked
        told: dict[str, Json] = {
            "signer": signer.id,
            "kind": relief.kind.value,
            "reason": relief.reason,
            "by": by.facts(),
        }
        if relief.kind is ReliefKind.ON_PAPER:
            self._tell(Happening.RELIEVED, now, told)
            self._fail(FailureCause.ON_PAPER, now)
            return
        if signer.reliefs >= RELIEFS:
            raise NoReliefLeft
        signer.relieve(relief.mobile)
        if self.state is not State.OPEN:
            self.state = move(self.state, State.OPEN)
        self.expires_at = now + LIFE
        told["mobile_sha256"] = mobile_fingerprint(self.id, signer.identity.mobile)
        self._tell(Happening.RELIEVED, now, told)

    def lapse(self, now: datetime) -> bool:
        """Say what time has done, and tell whether it did: end the ceremony's life, or block it with the last code of a
        round; after the last round there is nothing that the adviser could add, and it has failed.
        """
        if self.state not in RUNNING:
            return False
        if now >= self.expires_at:
            self._end(State.EXPIRED, now)
            self._tell(Happening.EXPIRED, now, {})
            return True
        end = self.end_of_codes()
        if self.state is State.CODE_SENT and end is not None and now >= end:
            if self.signer.reliefs >= RELIEFS:
                self._fail(FailureCause.CODES_SPENT, now)
                return True
            self.state = move(self.state, State.BLOCKED)
            self.signer.void_codes()
            self.expires_at = now + WAIT
            self._tell(Happening.BLOCKED, now, {"signer": self.signer.id, "codes": len(self.signer.codes)})
            return True
        return False

    def seal(self, sealing: Sealing, *, now: datetime) -> None:
        """Note that the sealed files and the evidence are stored; IllegalMove unless the ceremony is signed."""
        self.state = move(self.state, State.SEALED)
        self._tell(Happening.SEALED, now, sealing.facts())

    def note(self, happening: Happening, told: Facts, *, now: datetime) -> None:
        """Tell of what managers do with a ceremony that is over."""
        self._tell(happening, now, told)

    def sealing_order(self, journal: Sequence[Entry]) -> SealingOrder:
        """Return what the sealer is handed, with the journal as stored; NotProven unless the ceremony is signed."""
        if self.state not in GIVEN:
            raise NotProven(f"the ceremony is {self.state}")
        return SealingOrder(
            ceremony_id=self.id,
            subject=self.subject,
            product_name=self.product_name,
            quote_number=self.quote_number,
            reference=self.reference,
            manifest=self.manifest,
            manifest_sha256=self.manifest_sha256,
            documents=self.documents,
            document_statements=self.document_statements,
            provider_statements=self.provider_statements,
            signers=tuple(
                SignedBy(each.id, each.identity, each.signed_at) for each in self.signers if each.signed_at is not None
            ),
            adviser=self.adviser,
            opened_at=self.opened_at,
            journal_head=self.journal_head,
            journal=tuple(journal),
        )

    def end_of_codes(self) -> datetime | None:
        """Return when the last code of the round lapses; None while another may be asked for."""
        last = self.signer.last_code
        return last.expires_at if last is not None and self.signer.round_is_spent else None

    def _sign(self, code: IssuedCode, now: datetime, by: Circumstances) -> None:
        signer = self.signer
        code.consumed_at = now
        signer.void_codes()
        signer.signed_at = now
        if all(each.signed_at is not None for each in self.signers):
            self._end(State.SIGNED, now)
        else:
            self.state = move(self.state, State.OPEN)
        self._tell(
            Happening.SIGNED, now, facts.signed(signer, code, self.manifest_sha256, self.provider_statements, by)
        )

    def _wrong(self, last: IssuedCode, now: datetime, by: Circumstances) -> TryOutcome:
        self._tell(Happening.CODE_WRONG, now, facts.code_wrong(self.signer, last, by))
        if self.signer.tries_left > 0:
            return TryOutcome.WRONG
        self._fail(FailureCause.WRONG_CODES, now)
        return TryOutcome.FAILED

    def _fail(self, cause: FailureCause, now: datetime) -> None:
        self._end(State.FAILED, now)
        self._tell(Happening.FAILED, now, {"signer": self.signer.id, "cause": cause.value})

    def _end(self, state: State, now: datetime) -> None:
        self.state = move(self.state, state)
        self.ended_at = now
        for signer in self.signers:
            signer.void_codes()

    def _require_running(self, now: datetime) -> None:
        standing = self.standing(now)
        if standing not in RUNNING:
            raise CeremonyOver(standing)

    def _require_unblocked(self, now: datetime) -> None:
        self._require_running(now)
        if self.state is State.BLOCKED:
            raise Blocked

    def _document(self, document_id: str) -> EnvelopeDocument:
        for document in self.documents:
            if document.document_id == document_id:
                return document
        raise UnknownDocument(document_id)

    def _require_turn(self, document_id: str) -> None:
        expected = self.next_document()
        if expected is None or expected.document_id != document_id:
            raise OutOfTurn(expected.document_id if expected else "")

    def _binding(self, sequence: int) -> Binding:
        return Binding(
            ceremony_id=self.id,
            signer_id=self.signer.id,
            sequence=sequence,
            mobile=self.signer.identity.mobile,
            manifest_sha256=self.manifest_sha256,
        )

    def _tell(self, happening: Happening, at: datetime, told: Facts) -> None:
        entry = next_entry(
            ceremony_id=self.id,
            position=self.journal_length + 1,
            at=at,
            happening=happening,
            facts=told,
            previous=self.journal_head,
        )
        self.journal_head = entry.hash
        self.journal_length = entry.position
        self.entries.append(entry)
