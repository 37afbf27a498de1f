"""Which answer says which refusal, in the words that the signer reads."""

from __future__ import annotations

from datetime import datetime

from plumbing.clock import PARIS
from plumbing.http import ErrorTable, Problem
from signature.domain.code import CodeElsewhere, CodeTooSoon, NoSendsLeft
from signature.domain.consents import ConsentMissing
from signature.domain.dual_control import Act, ActImpossible, RequestOver, SamePerson
from signature.domain.limits import CountryRefused, TooManyCodes
from signature.domain.manifest import EnvelopeEmpty
from signature.domain.relief import NoReliefLeft, NotBlocked
from signature.domain.signer import IdentityIncomplete
from signature.domain.state import Blocked, CeremonyOver, State
from signature.domain.steps import DocumentsNotAccepted, NoCodeSent, OutOfTurn, PagesUnread, UnknownDocument
from signature.usecases.open_ceremony import AlreadyOpen
from signature.usecases.sign_ceremony import TriesSpent, WrongCode

_ASK_ADVISER = "Reprenez contact avec votre conseiller."
_NEW_QUOTE = (
    "Pour adhérer, reprenez contact avec votre conseiller\u00a0: il établira une nouvelle version du devis, et l’étape"
    " de souscription sera à refaire."
)

_ENDINGS = {
    State.SIGNED: "Vos documents sont signés. Leur scellement est en cours.",
    State.SEALED: "Vos documents sont signés.",
    State.REFUSED: f"Vous avez refusé de signer. {_NEW_QUOTE}",
    State.FAILED: f"Votre signature électronique a échoué. {_NEW_QUOTE}",
    State.EXPIRED: f"Le délai pour signer est dépassé. {_NEW_QUOTE}",
}


_IMPOSSIBLE = {
    Act.EXPORT: "Le dossier de preuve n’existe pas encore, ou plus.",
    Act.RESEAL: "Il n’y a pas de scellement à reprendre\u00a0: rien n’est signé, ou tout est déjà scellé.",
    Act.PURGE: "La durée de conservation n’est pas écoulée, ou un litige impose de conserver.",
    Act.LIFT_HOLD: "Aucune conservation pour litige n’est en place.",
}


def _time(instant: datetime) -> str:
    return instant.astimezone(PARIS).strftime("%H\u00a0h\u00a0%M\u00a0min\u00a0%S\u00a0s")


def _over(over: CeremonyOver) -> str:
    return _ENDINGS.get(over.state, "Cette signature est terminée.")


def _remaining(refusal: DocumentsNotAccepted) -> str:
    if refusal.remaining == 1:
        return "Il reste un document à lire et à accepter avant de recevoir le code."
    return f"Il reste {refusal.remaining} documents à lire et à accepter avant de recevoir le code."


def _unread(refusal: PagesUnread) -> str:
    return f"Lisez d’abord la page {refusal.next_page} sur {refusal.pages}."


def _wrong(refusal: WrongCode) -> str:
    left = "Il vous reste un essai." if refusal.tries_left == 1 else f"Il vous reste {refusal.tries_left} essais."
    return f"Ce code n’est pas valable, ou il a expiré. {left}"


def _boxes(missing: ConsentMissing) -> list[dict[str, str]]:
    return [{"field": code, "code": "not_agreed", "message": "Cette case doit être cochée."} for code in missing.codes]


ERRORS = ErrorTable(
    {
        CeremonyOver: Problem(409, "ceremony.over", "Signature terminée", _over),
        UnknownDocument: Problem(404, "document.not_found", "Introuvable", "Ce document n’est pas de ceux à signer."),
        OutOfTurn: Problem(
            409,
            "document.out_of_turn",
            "Document suivant",
            "Les documents se lisent l’un après l’autre\u00a0: acceptez d’abord celui qui précède.",
        ),
        ConsentMissing: Problem(
            422, "consent.missing", "Case à cocher", "Toutes les cases doivent être cochées.", errors=_boxes
        ),
        DocumentsNotAccepted: Problem(409, "documents.not_accepted", "Documents à accepter", _remaining),
        PagesUnread: Problem(409, "document.pages_unread", "Pages à lire", _unread),
        Blocked: Problem(
            409,
            "ceremony.blocked",
            "Signature en attente",
            f"Les codes envoyés n’ont pas pu servir. {_ASK_ADVISER}",
        ),
        CodeElsewhere: Problem(
            409,
            "code.not_sent",
            "Aucun code envoyé",
            "Demandez d’abord un code par SMS.",
        ),
        CountryRefused: Problem(
            409, "code.country_refused", "Numéro non desservi", f"Aucun SMS ne part vers ce pays. {_ASK_ADVISER}"
        ),
        NotBlocked: Problem(
            409, "ceremony.not_blocked", "Signature en cours", "Le client peut encore demander un code lui-même."
        ),
        NoReliefLeft: Problem(
            409,
            "ceremony.no_relief_left",
            "Plus d’envoi possible",
            "Deux relances ont déjà été faites\u00a0: proposez la signature sur papier.",
        ),
        IdentityIncomplete: Problem(
            422, "mobile.refused", "Numéro refusé", "Ce numéro n’est pas celui d’un téléphone mobile français."
        ),
        EnvelopeEmpty: Problem(422, "envelope.empty", "Rien à signer", "L’enveloppe ne contient rien à signer."),
        AlreadyOpen: Problem(409, "ceremony.already_open", "Signature en cours", "Une signature existe déjà."),
        NoCodeSent: Problem(409, "code.not_sent", "Aucun code envoyé", "Demandez d’abord un code par SMS."),
        CodeTooSoon: Problem(
            429,
            "code.too_soon",
            "Patientez avant un nouvel envoi",
            lambda refusal: f"Vous pourrez demander un nouveau code à partir de {_time(refusal.resend_at)}.",
        ),
        NoSendsLeft: Problem(
            409,
            "code.no_sends_left",
            "Plus d’envoi possible",
            f"Le code vous a été envoyé autant de fois que possible. {_ASK_ADVISER}",
        ),
        TooManyCodes: Problem(
            429,
            "code.limit_reached",
            "Trop de codes demandés",
            lambda refusal: (
                "Trop de codes ont été demandés. Réessayez après"
                f" {refusal.retry_at.astimezone(PARIS):%H\u00a0h\u00a0%M}, ou reprenez contact avec votre conseiller."
            ),
        ),
        SamePerson: Problem(
            403,
            "request.same_person",
            "Deux personnes",
            "La décision revient à un autre gestionnaire que le demandeur.",
        ),
        RequestOver: Problem(
            409,
            "request.over",
            "Demande close",
            "Cette demande a déjà été décidée, ou son délai de sept jours est passé.",
        ),
        ActImpossible: Problem(409, "act.impossible", "Acte sans objet", lambda refusal: _IMPOSSIBLE[refusal.act]),
        WrongCode: Problem(422, "code.wrong", "Code refusé", _wrong),
        TriesSpent: Problem(
            409, "code.tries_spent", "Échec de signature électronique", f"Cinq codes ont été refusés. {_NEW_QUOTE}"
        ),
    }
)
