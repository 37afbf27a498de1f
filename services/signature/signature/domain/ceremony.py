"""The signing ceremony: one signer, an ordered envelope of documents, one code by SMS.

Every method is handed the instant and leaves its trace in the journal. Nothing here is undone: a ceremony that did not
lead to a signature is over, and the next one has other documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from signature.domain import code as codes
from signature.domain.canonical import Facts, instant_text
from signature.domain.code import Binding, IssuedCode
from signature.domain.consents import DOCUMENT_STATEMENTS, Statement, require_all
from signature.domain.journal import GENESIS, Entry, Happening, next_entry
from signature.domain.manifest import EnvelopeDocument, draw_up
from signature.domain.refusal import Refusal
from signature.domain.sealing import NotProven, Sealing, SealingOrder
from signature.domain.signer import Acceptance, Adviser, Identity, Signer, mobile_fingerprint
from signature.domain.state import GIVEN, RUNNING, CeremonyOver, State, move

LIFE: Final = timedelta(hours=24)
"""Until then the same person may come back through the same link (F-114 as corrected)."""


class FailureCause(StrEnum):
    WRONG_CODES = "wrong_codes"
    CODES_SPENT = "codes_spent"


class TryOutcome(StrEnum):
    SIGNED = "signed"
    WRONG = "wrong"
    FAILED = "failed"


class UnknownDocument(Exception):
    """The envelope holds no such document."""


class OutOfTurn(Exception):
    """Documents are read one after the other (F-105); `expected` is the one whose turn it is."""

    def __init__(self, expected: str) -> None:
        super().__init__(f"document {expected} comes first")
        self.expected = expected


class DocumentsNotAccepted(Exception):
    """No code before every document is accepted; `remaining` counts those that are not."""

    def __init__(self, remaining: int) -> None:
        super().__init__(f"{remaining} to accept")
        self.remaining = remaining


class NoCodeSent(Exception):
    """A code was given before one was asked for."""


@dataclass(frozen=True)
class Circumstances:
    """Where a request came from, as the evidence tells it: address, browser, and the person in the token."""

    ip: str
    user_agent: str
    actor: str

    def facts(self) -> Facts:
        return {"ip": self.ip, "user_agent": self.user_agent, "actor": self.actor}


@dataclass(eq=False)
class Ceremony:
    """The aggregate. `manifest` and `statements` never change once it is open; `entries` are those not yet stored."""

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
    signer: Signer
    adviser: Adviser
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    journal_head: str = GENESIS
    journal_length: int = 0
    tenant: str = ""
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        *,
        id: str,
        signer_id: str,
        subject: str,
        product_name: str,
        quote_number: str,
        documents: tuple[EnvelopeDocument, ...],
        identity: Identity,
        adviser: Adviser,
        provider_statements: tuple[Statement, ...],
        now: datetime,
    ) -> Ceremony:
        """Open a ceremony on documents that are stored; EnvelopeEmpty when there is none."""
        mobile_sha256 = mobile_fingerprint(id, identity.mobile)
        manifest = draw_up(
            ceremony_id=id,
            subject=subject,
            documents=documents,
            statements=(*DOCUMENT_STATEMENTS, *provider_statements),
            mobile_sha256=mobile_sha256,
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
            signer=Signer(id=signer_id, rank=1, identity=identity),
            adviser=adviser,
            opened_at=now,
            expires_at=now + LIFE,
        )
        ceremony._tell(
            Happening.OPENED,
            now,
            {
                "manifest_sha256": manifest.sha256,
                "reference": manifest.reference,
                "signer": signer_id,
                "mobile_sha256": mobile_sha256,
                "expires_at": instant_text(ceremony.expires_at),
            },
        )
        return ceremony

    def standing(self, now: datetime) -> State:
        """Return the state as of `now`: past its life a running ceremony is over, whether or not a job has said so."""
        return State.EXPIRED if self.state in RUNNING and now >= self.expires_at else self.state

    def accept(self, document_id: str, *, ticked: frozenset[str], now: datetime, by: Circumstances) -> None:
        """Accept one document. Again for an accepted one changes nothing; raises UnknownDocument, OutOfTurn or
        ConsentMissing.
        """
        self._require_running(now)
        if document_id not in {document.document_id for document in self.documents}:
            raise UnknownDocument(document_id)
        require_all(self.document_statements, ticked)
        if self.signer.accepted_at(document_id) is not None:
            return
        expected = self.next_document()
        if expected is None or expected.document_id != document_id:
            raise OutOfTurn(expected.document_id if expected else "")
        self.signer.acceptances.append(Acceptance(document_id, now))
        self._tell(
            Happening.ACCEPTED,
            now,
            {
                "signer": self.signer.id,
                "document": document_id,
                "sha256": expected.sha256,
                "statements": [statement.facts() for statement in self.document_statements],
                "by": by.facts(),
            },
        )

    def next_document(self) -> EnvelopeDocument | None:
        """Return the document whose turn it is to be read; None when all are accepted."""
        return next((each for each in self.documents if self.signer.accepted_at(each.document_id) is None), None)

    def check_may_send(self, now: datetime) -> int:
        """Return the sequence of the next code; raises CeremonyOver, DocumentsNotAccepted, CodeTooSoon, NoSendsLeft."""
        self._require_running(now)
        if remaining := len(self.documents) - len(self.signer.acceptances):
            raise DocumentsNotAccepted(remaining)
        return codes.check_may_send(self.signer.last_code, now=now)

    def issue_code(self, code: str, *, message: str, key: bytes, now: datetime, by: Circumstances) -> IssuedCode:
        """Keep the print of `code` as the only one that is good from now on, and return it.

        `message` is the text of the SMS without the digits, for the evidence.
        """
        sequence = self.check_may_send(now)
        for former in self.signer.codes:
            former.void()
        issued = IssuedCode(
            sequence=sequence,
            digest=self._binding(sequence).digest(key, code),
            sent_at=now,
            expires_at=min(now + codes.LIFE, self.expires_at),
        )
        self.signer.codes.append(issued)
        self.state = move(self.state, State.CODE_SENT)
        self._tell(
            Happening.CODE_SENT,
            now,
            {
                "signer": self.signer.id,
                "sequence": sequence,
                "expires_at": instant_text(issued.expires_at),
                "mobile_sha256": mobile_fingerprint(self.id, self.signer.identity.mobile),
                "message": message,
                "by": by.facts(),
            },
        )
        return issued

    def try_code(
        self, code: str, *, ticked: frozenset[str], key: bytes, now: datetime, by: Circumstances
    ) -> TryOutcome:
        """Take the signer's code. A wrong one and a lapsed one are told in the same way and count the same.

        Raises CeremonyOver, NoCodeSent or ConsentMissing, none of which costs a try.
        """
        self._require_running(now)
        last = self.signer.last_code
        if last is None:
            raise NoCodeSent
        require_all(self.provider_statements, ticked)
        # Counted first, given back only to the right code: an interrupted comparison costs a try, never gives one.
        self.signer.wrong_tries += 1
        if not last.matches(self._binding(last.sequence).digest(key, code), now=now):
            return self._wrong(last, now, by)
        self.signer.wrong_tries -= 1
        self._sign(last, now, by)
        return TryOutcome.SIGNED

    def refuse(self, refusal: Refusal, *, now: datetime, by: Circumstances) -> None:
        """Refuse to sign: the ceremony is over."""
        self._require_running(now)
        self._end(State.REFUSED, now)
        self._tell(
            Happening.REFUSED,
            now,
            {"signer": self.signer.id, "reason": refusal.code.value, "words": refusal.words, "by": by.facts()},
        )

    def lapse(self, now: datetime) -> bool:
        """End what time has ended, and tell whether it did: the ceremony's life, or the life of the last code."""
        if self.state not in RUNNING:
            return False
        if now >= self.expires_at:
            self._end(State.EXPIRED, now)
            self._tell(Happening.EXPIRED, now, {})
            return True
        last = self.signer.last_code
        if last is not None and self.signer.sends_left == 0 and now >= last.expires_at:
            self._fail(FailureCause.CODES_SPENT, now)
            return True
        return False

    def seal(self, sealing: Sealing, *, now: datetime) -> None:
        """Note that the sealed files and the evidence are stored; IllegalMove unless the ceremony is signed."""
        self.state = move(self.state, State.SEALED)
        self._tell(Happening.SEALED, now, sealing.facts())

    def sealing_order(self, journal: Sequence[Entry]) -> SealingOrder:
        """Return what the sealer is handed, with the journal as stored; NotProven unless the ceremony is signed."""
        if self.state not in GIVEN or self.signer.signed_at is None:
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
            identity=self.signer.identity,
            adviser=self.adviser,
            opened_at=self.opened_at,
            signed_at=self.signer.signed_at,
            journal_head=self.journal_head,
            journal=tuple(journal),
        )

    def end_of_codes(self) -> datetime | None:
        """Return when the last of all codes lapses; None while another may be asked for."""
        last = self.signer.last_code
        return last.expires_at if last is not None and self.signer.sends_left == 0 else None

    def _sign(self, code: IssuedCode, now: datetime, by: Circumstances) -> None:
        code.consumed_at = now
        code.void()
        self.signer.signed_at = now
        self._end(State.SIGNED, now)
        self._tell(
            Happening.SIGNED,
            now,
            {
                "signer": self.signer.id,
                "sequence": code.sequence,
                "manifest_sha256": self.manifest_sha256,
                "statements": [statement.facts() for statement in self.provider_statements],
                "by": by.facts(),
            },
        )

    def _wrong(self, last: IssuedCode, now: datetime, by: Circumstances) -> TryOutcome:
        self._tell(
            Happening.CODE_WRONG,
            now,
            {
                "signer": self.signer.id,
                "sequence": last.sequence,
                "wrong_tries": self.signer.wrong_tries,
                "by": by.facts(),
            },
        )
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
        for code in self.signer.codes:
            code.void()

    def _require_running(self, now: datetime) -> None:
        standing = self.standing(now)
        if standing not in RUNNING:
            raise CeremonyOver(standing)

    def _binding(self, sequence: int) -> Binding:
        return Binding(
            ceremony_id=self.id,
            signer_id=self.signer.id,
            sequence=sequence,
            mobile=self.signer.identity.mobile,
            manifest_sha256=self.manifest_sha256,
        )

    def _tell(self, happening: Happening, at: datetime, facts: Facts) -> None:
        entry = next_entry(
            ceremony_id=self.id,
            position=self.journal_length + 1,
            at=at,
            happening=happening,
            facts=facts,
            previous=self.journal_head,
        )
        self.journal_head = entry.hash
        self.journal_length = entry.position
        self.entries.append(entry)
