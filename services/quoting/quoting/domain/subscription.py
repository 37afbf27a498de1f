"""The client's request to join, as he submitted it, and the signature of its papers.

preparing ──(papers stored)──► in_progress ──(code accepted)──► signed
                                    │
                                    ├──► refused | failed | expired      (a new quote version is needed)
An adviser may end the ceremony to go on with paper: the request is handwritten then, and its papers are made again.
A handwritten request waits in `in_progress` until the signed papers have come back and are accepted; it goes back there
when a manager corrects that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from quoting.domain.people import Civility, Identity


class SignatureMode(StrEnum):
    """How the client signs."""

    ELECTRONIC = "electronic"
    HANDWRITTEN = "handwritten"


class SignatureState(StrEnum):
    """Where the signature of the papers stands; people see « Signé » or « En cours » only (F-116)."""

    PREPARING = "preparing"
    IN_PROGRESS = "in_progress"
    SIGNED = "signed"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        return "Signé" if self is SignatureState.SIGNED else "En cours"

    @property
    def came_to_nothing(self) -> bool:
        """Whether it ended unsigned: only a new version of the quote can be signed."""
        return self in {SignatureState.REFUSED, SignatureState.FAILED, SignatureState.EXPIRED}


ALLOWED: dict[SignatureState, frozenset[SignatureState]] = {
    SignatureState.PREPARING: frozenset({SignatureState.IN_PROGRESS}),
    SignatureState.IN_PROGRESS: frozenset(
        {
            SignatureState.PREPARING,
            SignatureState.SIGNED,
            SignatureState.REFUSED,
            SignatureState.FAILED,
            SignatureState.EXPIRED,
        }
    ),
    SignatureState.SIGNED: frozenset({SignatureState.IN_PROGRESS}),
    SignatureState.REFUSED: frozenset(),
    SignatureState.FAILED: frozenset(),
    SignatureState.EXPIRED: frozenset(),
}


class IllegalSignatureMove(Exception):
    """The signature cannot go from where it stands to where it was asked to go."""

    def __init__(self, subscription_id: str, current: SignatureState, wished: SignatureState) -> None:
        super().__init__(f"{subscription_id}: {current} -> {wished}")
        self.current = current
        self.wished = wished


class AlreadySubmitted(Exception):
    """The subscription was submitted before."""


class Role(StrEnum):
    """What somebody is to the contract."""

    MAIN = "main"
    SPOUSE = "spouse"
    CHILD = "child"

    @property
    def label(self) -> str:
        return {Role.MAIN: "Assuré principal", Role.SPOUSE: "Conjoint(e)", Role.CHILD: "Enfant"}[self]


class Tie(StrEnum):
    """What binds the main insured and the spouse: it says which proof is asked for."""

    MARRIED = "married"
    CIVIL_UNION = "civil_union"
    COHABITING = "cohabiting"

    @property
    def label(self) -> str:
        return {Tie.MARRIED: "Marié(e)", Tie.CIVIL_UNION: "Pacsé(e)", Tie.COHABITING: "Concubin(e)"}[self]


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Somebody covered, the main insured included."""

    beneficiary_id: str
    role: Role
    civility: Civility | None
    first_name: str
    last_name: str
    birth_date: date
    nir: str | None
    tie: Tie | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that the client says he has read: its fingerprint and when, as evidence (F-096)."""

    document_id: str
    kind: str
    sha256: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the envelope as kept at documents, in the order of signing."""

    document_id: str
    kind: str
    title: str
    sha256: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """A signed paper that signature stored."""

    document_id: str
    kind: str
    title: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Payment:
    """Where contributions come from and benefits go to."""

    iban: str
    bank: str | None
    account_holder: str
    debit_day: int
    benefit_iban: str | None


@dataclass(frozen=True, slots=True)
class Mandate:
    """The SEPA mandate that goes with the subscription; `signed_on` when it is."""

    rum: str
    ics: str


@dataclass(frozen=True, slots=True)
class Assistance:
    """Who subscribed beside the client, and when he attested that the client was there (F-065, A-09)."""

    broker_id: str
    attested_at: datetime


@dataclass(eq=False)
class Subscription:
    """What the client submitted. Nothing of it is stored before he submits it (F-100)."""

    id: str
    tenant: str
    quote_id: str
    person_id: str
    broker_id: str
    identity: Identity
    beneficiaries: tuple[Beneficiary, ...]
    payment: Payment
    mandate: Mandate
    signature_mode: SignatureMode
    tns_declared: bool
    teletransmission: bool
    marketing_objection: bool
    documents_read: tuple[ReadDocument, ...]
    submitted_at: datetime
    assistance: Assistance | None = None
    signature: SignatureState = SignatureState.PREPARING
    papers: tuple[Paper, ...] = ()
    sealed_papers: tuple[SealedPaper, ...] = ()
    evidence_document_id: str | None = None
    ceremony_id: str | None = None
    signature_reference: str | None = None
    signed_at: datetime | None = None
    signed_on: date | None = None
    sealed_at: datetime | None = None
    revision: int = field(default=1)

    @property
    def main(self) -> Beneficiary:
        """The person who subscribes."""
        return self.beneficiaries[0]

    def open_signature(self, papers: tuple[Paper, ...]) -> None:
        """The papers are stored and may be signed."""
        self._move(SignatureState.IN_PROGRESS)
        self.papers = papers

    def sign(self, *, ceremony_id: str, reference: str, signed_at: datetime, signed_on: date) -> None:
        """The client's code was accepted."""
        self._move(SignatureState.SIGNED)
        self.ceremony_id = ceremony_id
        self.signature_reference = reference
        self.signed_at = signed_at
        self.signed_on = signed_on

    def sign_by_hand(self, *, signed_at: datetime, signed_on: date) -> None:
        """The papers signed by hand came back and were accepted (F-348)."""
        self._move(SignatureState.SIGNED)
        self.signed_at = signed_at
        self.signed_on = signed_on

    def await_signature_by_hand(self) -> None:
        """A paper that had been accepted is not signed after all. IllegalSignatureMove after a code was accepted."""
        if self.signature_mode is not SignatureMode.HANDWRITTEN:
            raise IllegalSignatureMove(self.id, self.signature, SignatureState.IN_PROGRESS)
        self._move(SignatureState.IN_PROGRESS)
        self.signed_at = self.signed_on = None

    def end_signature(self, outcome: SignatureState, *, ceremony_id: str) -> None:
        """The ceremony ended without a signature: refused, failed or expired."""
        self._move(outcome)
        self.ceremony_id = ceremony_id

    def go_on_by_hand(self, *, ceremony_id: str) -> None:
        """The ceremony ended to go on with paper: other papers are made, with a place to sign by hand."""
        self._move(SignatureState.PREPARING)
        self.ceremony_id = ceremony_id
        self.signature_mode = SignatureMode.HANDWRITTEN
        self.papers = ()

    def seal(self, papers: tuple[SealedPaper, ...], *, evidence_document_id: str, sealed_at: datetime) -> None:
        """Signature stored the sealed papers and their evidence."""
        self.sealed_papers = papers
        self.evidence_document_id = evidence_document_id
        self.sealed_at = sealed_at

    def _move(self, wished: SignatureState) -> None:
        if wished not in ALLOWED[self.signature]:
            raise IllegalSignatureMove(self.id, self.signature, wished)
        self.signature = wished
