"""Which answer says which refusal, in the words that people read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from claims.domain.claim import (
    MOST_DOCUMENTS,
    AccountMissing,
    CareInFuture,
    ClaimState,
    DocumentsMissing,
    IllegalMove,
    LinesMissing,
    NothingToPay,
    ReasonMissing,
)
from claims.domain.contract import OutsideCover
from claims.domain.parameters import ParameterMissing, UnknownAct
from claims.domain.reimbursement import BasketPriceExceeded, OptamUnknown, OtherInsurersAboveExpense, Refusal
from claims.domain.statement import UnknownFormula
from claims.usecases.open_claim import BeneficiaryUnknown
from claims.usecases.submit_claim import DocumentUnknown
from plumbing.http import ErrorTable, Problem
from plumbing.money import format_euros

REFUSALS = {
    Refusal.OUTSIDE_COVER: "Soins reçus en dehors de la période de validité du contrat.",
    Refusal.NOT_TAKEN_BY_SCHEME: (
        "Dépense non prise en charge par le régime obligatoire et sans garantie prévue dans la formule souscrite."
    ),
    Refusal.NO_GUARANTEE: "Acte sans garantie prévue dans la formule souscrite.",
    Refusal.CEILING_REACHED: "Le plafond de cette garantie est atteint pour la période.",
}

_TOO_LATE = {
    ClaimState.SUBMITTED: "Cette demande a déjà été envoyée\u00a0: elle ne peut plus être modifiée.",
    ClaimState.ACCEPTED: "Cette demande a déjà fait l’objet d’une décision.",
    ClaimState.REFUSED: "Cette demande a déjà fait l’objet d’une décision.",
    ClaimState.PAYMENT_ORDERED: "Le règlement de cette demande a déjà été ordonné.",
    ClaimState.PAID: "Cette demande est déjà réglée.",
}
_TOO_EARLY = {
    ClaimState.DRAFT: "Cette demande n’a pas encore été envoyée par l’adhérent.",
    ClaimState.SUBMITTED: "Cette demande attend encore une décision.",
    ClaimState.REFUSED: "Cette demande a été refusée\u00a0: il n’y a rien à régler.",
}


def _move(error: IllegalMove) -> str:
    paying = error.wanted in {ClaimState.PAYMENT_ORDERED, ClaimState.PAID}
    if error.state is ClaimState.DRAFT or (paying and error.state in {ClaimState.SUBMITTED, ClaimState.REFUSED}):
        return _TOO_EARLY[error.state]
    return _TOO_LATE[error.wanted]


def _at(field: str, code: str, sentence: Callable[[Any], str]) -> Callable[[Any], Sequence[dict[str, str]]]:
    return lambda error: [{"field": field, "code": code, "message": sentence(error)}]


def _outside(error: OutsideCover) -> str:
    if error.valid_from is None:
        return "Ce contrat n’est pas encore en vigueur."
    start = f"{error.valid_from:%d/%m/%Y}"
    end = f" au {error.valid_until:%d/%m/%Y}" if error.valid_until else ""
    since = f"du {start}{end}" if end else f"à partir du {start}"
    return f"Ces soins du {error.care_date:%d/%m/%Y} sont en dehors de la période de validité du contrat ({since})."


def _documents(error: DocumentsMissing) -> str:
    if not error.count:
        return "Joignez au moins un justificatif."
    if error.count > MOST_DOCUMENTS:
        return f"Nombre maximal de fichiers\u00a0: {MOST_DOCUMENTS}."
    return "Le même justificatif est joint deux fois."


def _price(error: BasketPriceExceeded) -> str:
    return (
        f"Cet article 100\u00a0% Santé ne peut pas coûter plus de {format_euros(error.limit)}\u00a0: "
        "choisissez l’acte hors panier."
    )


def _unknown_documents(error: DocumentUnknown) -> list[dict[str, str]]:
    message = "Ce justificatif n’est pas encore arrivé ou n’appartient pas à cette demande."
    return [{"field": "document_ids", "code": "unknown", "message": message} for _ in error.document_ids]


def _invalid(code: str, title: str, field: str, sentence: Callable[[Any], str]) -> Problem:
    return Problem(422, code, title, sentence, errors=_at(field, code.partition(".")[2], sentence))


ERRORS = ErrorTable(
    {
        IllegalMove: Problem(409, "claim.state", "Étape impossible", _move),
        OutsideCover: _invalid("claim.outside_cover", "Soins hors de la période couverte", "care_date", _outside),
        CareInFuture: _invalid(
            "claim.care_in_future",
            "Date de soins à venir",
            "care_date",
            lambda error: f"La date des soins ({error.care_date:%d/%m/%Y}) n’est pas encore passée.",
        ),
        BeneficiaryUnknown: _invalid(
            "claim.beneficiary_unknown",
            "Bénéficiaire inconnu",
            "beneficiary_id",
            lambda _: "Cette personne n’est pas couverte par ce contrat.",
        ),
        DocumentsMissing: _invalid("claim.documents", "Justificatifs à revoir", "document_ids", _documents),
        DocumentUnknown: Problem(
            409,
            "claim.document_unknown",
            "Justificatif inconnu",
            "Un justificatif n’est pas encore arrivé ou n’appartient pas à cette demande. Réessayez dans un instant.",
            errors=_unknown_documents,
            headers={"Retry-After": "2"},
        ),
        ReasonMissing: _invalid(
            "claim.reason_missing", "Motif absent", "reason", lambda _: "Indiquez à l’adhérent le motif du refus."
        ),
        LinesMissing: _invalid(
            "claim.lines_missing", "Actes absents", "lines", lambda _: "Saisissez au moins un acte à rembourser."
        ),
        UnknownAct: _invalid(
            "claim.act_unknown",
            "Acte inconnu",
            "lines",
            lambda error: f"L’acte «\u00a0{error.code}\u00a0» est inconnu.",
        ),
        OptamUnknown: _invalid(
            "claim.optam_unknown",
            "Adhésion à l’OPTAM à préciser",
            "lines",
            lambda _: "Les honoraires dépassent la base\u00a0: indiquez si le praticien adhère à l’OPTAM.",
        ),
        BasketPriceExceeded: _invalid("claim.basket_price", "Prix du panier dépassé", "lines", _price),
        OtherInsurersAboveExpense: _invalid(
            "claim.other_insurers",
            "Montants incohérents",
            "lines",
            lambda _: "Le régime obligatoire et les autres mutuelles paient déjà plus que la dépense.",
        ),
        ParameterMissing: Problem(
            409,
            "claim.parameter_missing",
            "Barème incomplet",
            lambda error: (
                f"Le barème «\u00a0{error.table}\u00a0» ne connaît pas {' / '.join(error.key) or 'cette date'} "
                f"au {error.day:%d/%m/%Y}\u00a0: saisissez la base et le taux, ou complétez le barème."
            ),
        ),
        UnknownFormula: Problem(
            409,
            "claim.formula_unknown",
            "Formule inconnue",
            "Le tableau de garanties de cette formule est inconnu\u00a0: le remboursement ne peut pas être calculé.",
        ),
        NothingToPay: Problem(
            409, "claim.nothing_to_pay", "Rien à régler", "Le montant de cette demande est de 0,00\u00a0€."
        ),
        AccountMissing: Problem(
            409,
            "claim.account_missing",
            "Compte absent",
            "Aucun compte bancaire n’est connu pour les remboursements de ce contrat.",
        ),
    }
)
