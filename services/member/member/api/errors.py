"""Which answer says which refusal, in the words that people read."""

from __future__ import annotations

from member.domain.accounts import AccountClosed
from member.domain.attempts import Attempt, TooManyAttempts
from member.domain.links import LinkExpired, LinkUsed, UnknownLink
from member.domain.passwords import Weakness, WeakPassword
from member.domain.sessions import SessionOver
from member.domain.tenants import UnknownTenant
from member.usecases.issue_tokens import ClientRefused, ScopeRefused
from member.usecases.ports import HashingBusy
from member.usecases.sign_in import SignInRefused
from plumbing.clock import PARIS
from plumbing.http import ErrorTable, Problem
from plumbing.http.messages import Message

RULE = (
    "Votre mot de passe doit comporter au moins 12 caractères dont 1 majuscule, 1 minuscule, 1 chiffre et"
    " 1 caractère spécial."
)

_WEAKNESSES = {
    Weakness.TOO_SHORT: "Le mot de passe doit compter au moins 12 caractères.",
    Weakness.TOO_LONG: "Le mot de passe ne peut pas dépasser 128 caractères.",
    Weakness.NO_UPPERCASE: "Il manque une majuscule.",
    Weakness.NO_LOWERCASE: "Il manque une minuscule.",
    Weakness.NO_DIGIT: "Il manque un chiffre.",
    Weakness.NO_SPECIAL: "Il manque un caractère spécial, par exemple un tiret ou un point d’exclamation.",
    Weakness.CONTAINS_LOGIN: "Le mot de passe ne peut pas contenir votre identifiant.",
}


def _weaknesses(refusal: WeakPassword) -> list[dict[str, str]]:
    return [
        {"field": "password", "code": str(weakness), "message": Message(_WEAKNESSES[weakness], weakness)}
        for weakness in refusal.weaknesses
    ]


def _pause(refusal: TooManyAttempts) -> str:
    time = refusal.until.astimezone(PARIS).strftime("%Hh%M")
    if refusal.kind is Attempt.RESET:
        return f"Trop de demandes ont été faites pour cet identifiant. Réessayez après {time}."
    return (
        f"Trop de tentatives de connexion. Réessayez après {time}, ou choisissez un nouveau mot de passe avec"
        " «\u00a0Mot de passe oublié\u00a0»\u00a0: le lien reçu débloque votre accès."
    )


ERRORS = ErrorTable(
    {
        SignInRefused: Problem(401, "session.refused", "Connexion refusée", "Identifiants invalides."),
        TooManyAttempts: Problem(
            429, "attempts.exceeded", "Trop de tentatives", _pause, headers={"Retry-After": "900"}
        ),
        SessionOver: Problem(401, "session.over", "Session terminée", "Votre session est terminée. Reconnectez-vous."),
        UnknownLink: Problem(
            404, "link.unknown", "Lien inconnu", "Ce lien n’existe pas. Vérifiez que vous l’avez recopié en entier."
        ),
        LinkUsed: Problem(
            410, "link.used", "Lien déjà utilisé", "Ce lien a déjà servi. Connectez-vous, ou demandez un nouveau lien."
        ),
        LinkExpired: Problem(410, "link.expired", "Lien expiré", "Ce lien a expiré. Demandez un nouveau lien."),
        AccountClosed: Problem(410, "account.closed", "Compte fermé", "Ce compte est fermé. Contactez votre mutuelle."),
        WeakPassword: Problem(422, "password.weak", "Mot de passe trop faible", RULE, errors=_weaknesses),
        ClientRefused: Problem(401, "client.refused", "Service refusé", "Ce service n’est pas reconnu."),
        ScopeRefused: Problem(
            403, "scope.refused", "Accès refusé", "Un accès invité ne vaut que pour une souscription de votre mutuelle."
        ),
        UnknownTenant: Problem(
            422,
            "tenant.unknown",
            "Mutuelle inconnue",
            "Aucune mutuelle ne porte ce code.",
            errors=[{"field": "tenant", "code": "unknown", "message": "Aucune mutuelle ne porte ce code."}],
        ),
        HashingBusy: Problem(
            503,
            "sign_in.busy",
            "Service très demandé",
            "Beaucoup de personnes se connectent en ce moment. Réessayez dans quelques secondes.",
            headers={"Retry-After": "5"},
        ),
    }
)
