"""Which answer says which refusal, in the words that people read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from plumbing.http import ErrorTable, Problem
from quoting.adapters.clients.identity import BrokerUnknown, IdentityUnavailable
from quoting.adapters.papers.words import long_date
from quoting.domain.catalogue import OptionNotOffered, RegimeNotAccepted, UnknownFormula, UnknownProduct
from quoting.domain.dated import NoVersion
from quoting.domain.effective_date import EffectiveDateRefused
from quoting.domain.membership_file import (
    AlreadyDecided,
    DateRefused,
    FileClosed,
    NoPieceReceived,
    NotSigned,
    PieceNotAskedFor,
    PieceUnknown,
    ReasonMissing,
    SignedOnMissing,
)
from quoting.domain.quote import (
    BrokersOwnEmail,
    ChoiceUnexplained,
    IllegalQuoteMove,
    NotTheLatestVersion,
    QuoteLapsed,
    QuoteNotOpen,
    QuoteNotRevisable,
    QuoteReplaced,
)
from quoting.domain.rating import AgeNotAccepted, ZoneNotPriced
from quoting.domain.submission import SubmissionRefused
from quoting.domain.subscription import AlreadySubmitted, IllegalSignatureMove
from quoting.usecases.create_quote import BirthDatesDiffer
from quoting.usecases.open_guest_session import LinkClosed, LinkUnknown
from quoting.usecases.price_household import TownUnknown

_INVALID = "Données non valables"
_PAPER_PATH = "Cette situation demande une adhésion par bulletin papier."


def _refused(code: str, field: str | Callable[[Any], str], sentence: str | Callable[[Any], str]) -> Problem:
    """Return a 422 whose one fault is in one field."""

    def said(error: Any) -> str:
        return sentence(error) if callable(sentence) else sentence

    def faults(error: Any) -> list[dict[str, str]]:
        name = field(error) if callable(field) else field
        return [{"field": name, "code": code.rpartition(".")[2], "message": said(error)}]

    return Problem(422, code, _INVALID, said, errors=faults)


def _effective_date(error: EffectiveDateRefused) -> str:
    return f"La date d’effet va du {long_date(error.first)} au {long_date(error.last)}."


def _age(error: AgeNotAccepted) -> str:
    who = "du conjoint" if error.who == "spouse" else "de l’assuré principal"
    return f"L’âge {who} à l’adhésion est de {error.first} à {error.last} ans, par différence d’années."


def _submission_faults(error: SubmissionRefused) -> list[dict[str, str]]:
    return [{"field": fault.field, "code": fault.code, "message": fault.message} for fault in error.faults]


def _missing_pieces(error: NoPieceReceived) -> list[dict[str, str]]:
    return [{"field": "pieces", "code": "missing", "message": label} for label in error.missing]


def _lapsed(error: QuoteLapsed) -> str:
    last_day = long_date(error.expires_on)
    return f"Ce devis était valable jusqu’au {last_day} inclus. Demandez-en un nouveau à votre conseiller."


def _paper_date(error: DateRefused) -> str:
    return f"Cette date va du {long_date(error.first)} au {long_date(error.last)}."


def _in_profile(name: str) -> Callable[[Any], str]:
    """The profile stands at the top of a request for prices, and under `profile` in a quote."""
    return lambda _error: name if request.path.rstrip("/").endswith("/prices") else f"profile.{name}"


def _town_field(error: TownUnknown) -> str:
    return _in_profile("town")(error) if error.field == "town" else error.field


def _age_field(error: AgeNotAccepted) -> str:
    return _in_profile("spouse_birth_date" if error.who == "spouse" else "birth_date")(error)


_LINK = {
    LinkUnknown: Problem(
        404, "link.unknown", "Lien inconnu", "Ce lien n’existe pas. Vérifiez que vous l’avez recopié en entier."
    ),
    QuoteLapsed: Problem(410, "link.expired", "Devis expiré", _lapsed),
    QuoteReplaced: Problem(
        410,
        "link.replaced",
        "Devis remplacé",
        "Un devis plus récent remplace celui-ci\u00a0: suivez le lien du dernier message de votre conseiller.",
    ),
    LinkClosed: Problem(
        410, "link.closed", "Lien fermé", "Ce lien n’a plus d’objet. Retrouvez votre contrat dans votre espace client."
    ),
}

_ENTRIES = {
    UnknownProduct: Problem(404, "product.not_found", "Produit introuvable", "Ce produit n’est pas proposé."),
    UnknownFormula: _refused("formula.unknown", "formula", "Cette formule n’existe pas dans ce produit."),
    OptionNotOffered: _refused(
        "option.not_offered", "with_option", lambda e: f"L’option n’est pas proposée avec la formule {e.formula}."
    ),
    RegimeNotAccepted: _refused(
        "regime.not_accepted",
        _in_profile("regime"),
        f"Ce régime n’est pas accepté en ligne pour ce produit. {_PAPER_PATH}",
    ),
    EffectiveDateRefused: _refused("effective_date.out_of_range", "effective_date", _effective_date),
    NoVersion: _refused("tariff.missing", "effective_date", "Aucun tarif n’est publié pour cette date d’effet."),
    TownUnknown: _refused("town.unknown", _town_field, "Aucune ville de ce nom n’a ce code postal."),
    ZoneNotPriced: _refused(
        "zone.not_priced", _in_profile("postcode"), f"Le tarif en ligne ne couvre pas ce département. {_PAPER_PATH}"
    ),
    AgeNotAccepted: _refused("age.not_accepted", _age_field, _age),
    BrokersOwnEmail: _refused(
        "client.email_is_brokers",
        "client.email",
        "Indiquez l’adresse e-mail du client, et non la vôtre\u00a0: elle sera son identifiant de connexion.",
    ),
    BirthDatesDiffer: _refused(
        "client.birth_date_differs", "client.birth_date", "Cette date de naissance n’est pas celle du tarif."
    ),
    ChoiceUnexplained: _refused(
        "choice.unexplained",
        "choice_reason",
        "Indiquez pourquoi le client retient une autre formule que la formule conseillée.",
    ),
}

_SUBMISSION = {
    SubmissionRefused: Problem(
        422, "validation", _INVALID, "Certaines données de la souscription sont à corriger.", errors=_submission_faults
    ),
    AlreadySubmitted: Problem(
        409,
        "subscription.already_submitted",
        "Souscription déjà validée",
        "Cette souscription a déjà été validée\u00a0: il ne reste qu’à signer et à transmettre vos pièces.",
    ),
    QuoteNotOpen: Problem(
        409,
        "quote.not_open",
        "Devis non disponible",
        lambda e: f"Le devis {e.number} ne peut pas être souscrit\u00a0: son état est «\u00a0{e.status.label}\u00a0».",
    ),
}

_VERSIONS = {
    NotTheLatestVersion: Problem(
        409,
        "quote.replaced",
        "Devis déjà modifié",
        lambda e: f"Le devis {e.number} a déjà été modifié\u00a0: reprenez à partir de la version {e.latest}.",
    ),
    QuoteNotRevisable: Problem(
        409,
        "quote.not_modifiable",
        "Devis non modifiable",
        lambda e: f"Le devis {e.number} ne peut plus être modifié\u00a0: son état est «\u00a0{e.status.label}\u00a0».",
    ),
}

_FILES = {
    NoPieceReceived: Problem(
        409,
        "file.no_piece",
        "Aucune pièce reçue",
        lambda e: f"Aucune pièce justificative n’a été reçue. Pièces attendues\u00a0: {', '.join(e.missing)}.",
        errors=_missing_pieces,
    ),
    NotSigned: Problem(
        409, "file.not_signed", "Dossier non signé", "L’adhésion ne peut pas être créée avant la signature du client."
    ),
    FileClosed: Problem(409, "file.already_created", "Adhésion déjà créée", "L’adhésion de ce dossier est déjà créée."),
    PieceUnknown: Problem(404, "piece.not_found", "Pièce introuvable", "Ce dossier n’a pas de pièce avec ce document."),
    PieceNotAskedFor: Problem(
        404, "piece.not_asked_for", "Pièce introuvable", "Ce dossier ne demande pas cette pièce."
    ),
    AlreadyDecided: Problem(
        409,
        "piece.already_decided",
        "Pièce déjà traitée",
        lambda e: f"Cette pièce a changé entre-temps\u00a0: son statut est «\u00a0{e.status.label}\u00a0».",
    ),
    DateRefused: _refused("date.refused", lambda e: e.field, _paper_date),
    SignedOnMissing: _refused("signed_on.missing", "signed_on", "Indiquez la date écrite sur le papier signé."),
    ReasonMissing: _refused("reason.missing", "reason", "Indiquez au client pourquoi la pièce est refusée."),
    IllegalQuoteMove: Problem(
        409, "quote.state", "État du devis", "L’état actuel du devis ne permet pas cette opération."
    ),
    IllegalSignatureMove: Problem(
        409, "signature.state", "État de la signature", "L’état de la signature ne permet pas cette opération."
    ),
}

_NEIGHBOURS = {
    IdentityUnavailable: Problem(
        503,
        "identity.unavailable",
        "Service indisponible",
        "Le service d’identification ne répond pas pour l’instant. Réessayez dans quelques instants.",
        headers={"Retry-After": "5"},
    ),
    BrokerUnknown: Problem(
        403, "broker.unknown", "Courtier inconnu", "Votre habilitation de courtier est introuvable."
    ),
}

ERRORS = ErrorTable({**_LINK, **_ENTRIES, **_SUBMISSION, **_VERSIONS, **_FILES, **_NEIGHBOURS})
