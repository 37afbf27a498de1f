"""What a client enters to subscribe, and whether it agrees with his quote. Every fault is found, not only the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from plumbing.ids import new_id
from quoting.domain.catalogue import Product
from quoting.domain.nir import NirFault, NirRefused, check_nir
from quoting.domain.people import Broker, Civility, Identity, same_mailbox, same_number
from quoting.domain.product_papers import MUST_READ, ProductPaper
from quoting.domain.quote import Quote
from quoting.domain.subscription import Beneficiary, ReadDocument, Role, SignatureMode, Tie

FRANCE = "FR"
_NIR_MESSAGES = {
    NirFault.FORMAT: "Un numéro de sécurité sociale compte treize caractères et une clé de deux chiffres.",
    NirFault.KEY: "La clé de ce numéro de sécurité sociale n’est pas la bonne\u00a0: vérifiez les chiffres saisis.",
    NirFault.SEX: "Ce numéro de sécurité sociale ne correspond pas à la civilité indiquée.",
    NirFault.BIRTH_DATE: "Ce numéro de sécurité sociale ne correspond pas à la date de naissance indiquée.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct: the field, a French sentence, a stable code."""

    field: str
    message: str
    code: str


class SubmissionRefused(Exception):
    """What the client entered does not hold together."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.field for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody to be covered beside the main insured, as entered."""

    role: Role
    civility: Civility | None
    first_name: str
    last_name: str
    birth_date: date
    nir: str | None
    tie: Tie | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """The entries of the four screens."""

    identity: Identity
    nir: str
    same_regime_declared: bool
    tns_declared: bool
    iban: str
    account_holder: str
    debit_day: int
    benefit_iban: str | None
    teletransmission: bool
    marketing_objection: bool
    documents_read: tuple[str, ...]
    signature_mode: SignatureMode
    relatives: tuple[Relative, ...]
    address_differs: bool = False


def identity_faults(submission: Submission, quote: Quote, *, broker: Broker | None) -> list[Fault]:
    """Return what is wrong with the main insured's identity, mobile or social-security number."""
    identity = submission.identity
    faults = []
    if identity.birth_date != quote.profile.birth_date:
        message = "Cette date de naissance n’est pas celle du devis et de son tarif\u00a0: demandez un nouveau devis."
        faults.append(Fault("identity.birth_date", message, "differs_from_quote"))
    if broker is not None and same_mailbox(identity.email, broker.email):
        message = "Indiquez votre propre adresse e-mail, et non celle de votre conseiller."
        faults.append(Fault("identity.email", message, "brokers_own"))
    if broker is not None and identity.mobile is not None and same_number(identity.mobile, broker.phone):
        # The code sent there is the client's signature: his adviser must not be able to give it for him.
        message = "Indiquez votre propre numéro de mobile, et non celui de votre conseiller."
        faults.append(Fault("mobile", message, "brokers_own"))
    if identity.country != FRANCE:
        message = "L’adhésion en ligne demande une adresse en France."
        faults.append(Fault("identity.country", message, "country"))
    if identity.mobile is None and submission.signature_mode is SignatureMode.ELECTRONIC:
        message = "Un numéro de mobile est nécessaire pour signer électroniquement."
        faults.append(Fault("mobile", message, "required"))
    try:
        check_nir(submission.nir, civility=identity.civility, birth_date=identity.birth_date)
    except NirRefused as refusal:
        faults.append(Fault("nir", _NIR_MESSAGES[refusal.fault], f"nir_{refusal.fault}"))
    return faults


def address_faults(quote: Quote, *, town_is_known: bool, zone: str | None) -> list[Fault]:
    """Return what is wrong with the address: an unknown town, or another zone than the one that made the price."""
    if not town_is_known:
        return [Fault("identity.town", "Cette ville n’a pas ce code postal.", "town_unknown")]
    if zone != quote.profile.zone:
        message = "Cette adresse change le tarif du devis\u00a0: demandez un nouveau devis à votre conseiller."
        return [Fault("identity.postcode", message, "zone_differs")]
    return []


def declaration_faults(submission: Submission, product: Product) -> list[Fault]:
    """Return the declarations that are missing: self-employed status (F-092), one régime for all (F-038)."""
    faults = []
    if product.self_employed_only and not submission.tns_declared:
        message = "Ce produit s’adresse aux travailleurs non salariés\u00a0: cette déclaration est nécessaire."
        faults.append(Fault("tns_declared", message, "required"))
    if not submission.same_regime_declared:
        message = "Toutes les personnes couvertes relèvent du même régime\u00a0; sinon, adhérez par bulletin papier."
        faults.append(Fault("regime_declaration", message, "required"))
    return faults


def document_faults(submission: Submission, shown: Sequence[ProductPaper]) -> list[Fault]:
    """Return what is wrong with the documents read: something never shown, or a mandatory one left out."""
    read = set(submission.documents_read)
    if read - {paper.document_id for paper in shown}:
        return [Fault("documents_read", "Un de ces documents n’est pas de ceux qui vous ont été présentés.", "unknown")]
    unread = [paper.title for paper in shown if paper.kind in MUST_READ and paper.document_id not in read]
    if unread:
        message = f"Prenez connaissance de\u00a0: {', '.join(unread)}."
        return [Fault("documents_read", message, "unread")]
    return []


def relatives_faults(submission: Submission, quote: Quote, *, today: date) -> list[Fault]:
    """Return how the people to be covered differ from those of the quote."""
    spouses = sum(relative.role is Role.SPOUSE for relative in submission.relatives)
    children = sum(relative.role is Role.CHILD for relative in submission.relatives)
    faults = []
    if len(submission.relatives) != spouses + children:
        faults.append(Fault("beneficiaries", "L’assuré principal n’est pas à répéter ici.", "main_repeated"))
    if spouses != (quote.profile.spouse_birth_date is not None):
        expected = "couvre un(e) conjoint(e)" if quote.profile.spouse_birth_date else "ne couvre pas de conjoint(e)"
        faults.append(Fault("beneficiaries", f"Le devis {expected}.", "spouse"))
    if children != quote.profile.children:
        count = quote.profile.children
        expected = f"couvre {count} enfant{'s' if count > 1 else ''}" if count else "ne couvre pas d’enfant"
        faults.append(Fault("beneficiaries", f"Le devis {expected}.", "children"))
    for number, relative in enumerate(submission.relatives):
        faults += _relative_faults(f"beneficiaries.{number}", relative, quote, submission.nir, today)
    return faults


def _relative_faults(where: str, relative: Relative, quote: Quote, main_nir: str, today: date) -> list[Fault]:
    faults = []
    spouse_birth_date = quote.profile.spouse_birth_date
    if relative.role is Role.SPOUSE and relative.tie is None:
        message = "Indiquez si vous êtes mariés, pacsés ou concubins."
        faults.append(Fault(f"{where}.tie", message, "required"))
    if relative.birth_date > today:
        faults.append(Fault(f"{where}.birth_date", "Cette date de naissance est dans le futur.", "future"))
    elif relative.role is Role.SPOUSE and spouse_birth_date and relative.birth_date != spouse_birth_date:
        faults.append(Fault(f"{where}.birth_date", "Cette date n’est pas celle du devis.", "differs_from_quote"))
    elif relative.role is Role.CHILD and relative.birth_date <= quote.profile.birth_date:
        faults.append(Fault(f"{where}.birth_date", "Un enfant est plus jeune que l’assuré principal.", "too_old"))
    # A child may still be on a parent's number: only a number of his own is compared with his birth date.
    if relative.nir and bare_nir(relative.nir) != bare_nir(main_nir):
        try:
            check_nir(relative.nir, civility=relative.civility, birth_date=relative.birth_date)
        except NirRefused as refusal:
            faults.append(Fault(f"{where}.nir", _NIR_MESSAGES[refusal.fault], f"nir_{refusal.fault}"))
    return faults


def beneficiaries_of(submission: Submission) -> tuple[Beneficiary, ...]:
    """Return everybody covered, the main insured first, then the spouse, then the children in their order."""
    identity = submission.identity
    main = Relative(
        Role.MAIN, identity.civility, identity.first_name, identity.last_name, identity.birth_date, submission.nir
    )
    ranks = list(Role)
    people = sorted((main, *submission.relatives), key=lambda person: ranks.index(person.role))
    return tuple(
        Beneficiary(
            beneficiary_id=new_id(),
            role=person.role,
            civility=person.civility,
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            nir=bare_nir(person.nir) if person.nir else None,
            tie=person.tie if person.role is Role.SPOUSE else None,
            disabled=person.disabled and person.role is Role.CHILD,
        )
        for person in people
    )


def documents_read(submission: Submission, shown: Sequence[ProductPaper], *, at: datetime) -> tuple[ReadDocument, ...]:
    """Return the evidence of what was read: each document with its fingerprint and the instant."""
    read = set(submission.documents_read)
    return tuple(
        ReadDocument(paper.document_id, paper.kind, paper.sha256, at) for paper in shown if paper.document_id in read
    )


def bare_nir(nir: str) -> str:
    """Return a social-security number without the spaces, dots and dashes that people put in it."""
    return "".join(character for character in nir if character.isalnum()).upper()
