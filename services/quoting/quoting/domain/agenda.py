"""The broker's agenda: what happened to his quotes and contracts, one row each, until he closes it (F-017 to F-024).

A row says for good what happened. Only two things about it change: whether it is closed, and the number it goes under,
which is the quote's until the contract has one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from quoting.domain.people import Civility, search_name
from quoting.domain.quote import Quote

_NO_BREAK = "\u00a0"


class Happening(StrEnum):
    """What can happen to a quote, its subscription and its file."""

    QUOTE_ISSUED = "quote_issued"
    QUOTE_MODIFIED = "quote_modified"
    QUOTE_OPENED = "quote_opened"
    QUOTE_EXPIRED = "quote_expired"
    QUOTE_DECLINED = "quote_declined"
    QUOTE_REFUSED = "quote_refused"
    SUBSCRIPTION_SUBMITTED = "subscription_submitted"
    SIGNED_ELECTRONICALLY = "signed_electronically"
    SIGNED_BY_HAND = "signed_by_hand"
    SIGNATURE_WITHDRAWN = "signature_withdrawn"
    SIGNATURE_REFUSED = "signature_refused"
    SIGNATURE_FAILED = "signature_failed"
    SIGNATURE_EXPIRED = "signature_expired"
    SIGNATURE_ON_PAPER = "signature_on_paper"
    PIECE_RECEIVED = "piece_received"
    FILE_TRANSMITTED = "file_transmitted"
    PIECE_ACCEPTED = "piece_accepted"
    PIECE_REFUSED = "piece_refused"
    CONTRACT_CREATED = "contract_created"

    @property
    def label(self) -> str:
        return LABELS[self]


H = Happening
LABELS = {
    H.QUOTE_ISSUED: "Devis émis et envoyé au client",
    H.QUOTE_MODIFIED: "Devis modifié et envoyé au client",
    H.QUOTE_OPENED: "Devis ouvert par le client",
    H.QUOTE_EXPIRED: "Devis expiré sans souscription",
    H.QUOTE_DECLINED: "Devis décliné par le client",
    H.QUOTE_REFUSED: "Devis refusé par la mutuelle",
    H.SUBSCRIPTION_SUBMITTED: "Demande d’adhésion au contrat enregistrée",
    H.SIGNED_ELECTRONICALLY: "Demande d’adhésion au contrat signée électroniquement",
    H.SIGNED_BY_HAND: "Demande d’adhésion au contrat signée à la main",
    H.SIGNATURE_WITHDRAWN: "Signature à la main remise en attente par la mutuelle",
    H.SIGNATURE_REFUSED: "Signature refusée par le client",
    H.SIGNATURE_FAILED: "Signature interrompue après trop de codes erronés",
    H.SIGNATURE_EXPIRED: "Signature abandonnée par le client",
    H.SIGNATURE_ON_PAPER: "Signature poursuivie sur papier",
    H.PIECE_RECEIVED: "Pièce justificative reçue",
    H.FILE_TRANSMITTED: "Dossier transmis à la mutuelle",
    H.PIECE_ACCEPTED: "Pièce justificative acceptée",
    H.PIECE_REFUSED: "Pièce justificative refusée",
    H.CONTRACT_CREATED: "Adhésion créée",
}
_TITLES = {Civility.MADAME: "Mme", Civility.MONSIEUR: "M."}


@dataclass(eq=False)
class AgendaEvent:
    """One row. `words` is what its filter searches besides the client's name; `detail` is for the broker's eyes."""

    id: str
    tenant: str
    broker_id: str
    client_id: str
    quote_id: str
    happening: Happening
    product_name: str
    formula_label: str
    effective_date: date
    domain: str
    words: str
    happened_at: datetime
    detail: str | None = None
    closed_at: datetime | None = None
    revision: int = field(default=1)

    def close(self, at: datetime) -> None:
        """Take it off the home page; closing what is closed changes nothing."""
        self.closed_at = self.closed_at or at

    def reopen(self) -> None:
        """Put it back on the home page."""
        self.closed_at = None


def event_of(quote: Quote, happening: Happening, *, id: str, at: datetime, detail: str | None = None) -> AgendaEvent:
    """Return the row that says what happened to a quote."""
    said = f"Pour le client {_TITLES[quote.client.civility]} dossier {quote.product_name} {quote.formula_label}"
    return AgendaEvent(
        id=id,
        tenant=quote.tenant,
        broker_id=quote.broker_id,
        client_id=quote.client_id,
        quote_id=quote.id,
        happening=happening,
        product_name=quote.product_name,
        formula_label=quote.formula_label,
        effective_date=quote.effective_date,
        domain=f"Devis n°{_NO_BREAK}{quote.label}",
        words=f"{search_name(f'{said} {happening.label}')} {quote.effective_date:%d/%m/%Y}",
        happened_at=at,
        detail=detail,
    )


def contract_domain(number: str) -> str:
    """Return what the rows of a quote go under once it has become a contract."""
    return f"Contrat n°{_NO_BREAK}{number}"


def description(
    happening: Happening, *, civility: Civility, first_name: str, last_name: str, product: str, formula: str
) -> str:
    """Return the row's sentence: « Pour le client : M. X, dossier …, formule …, Demande d’adhésion … signée …. »."""
    client = f"{_TITLES[civility]}{_NO_BREAK}{first_name} {last_name}"
    return f"Pour le client{_NO_BREAK}: {client}, dossier {product}, {formula}, {happening.label}."
