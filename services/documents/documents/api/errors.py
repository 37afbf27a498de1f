"""Which answer says which refusal."""

from __future__ import annotations

from collections.abc import Mapping

from documents.api.refusals import MESSAGES
from documents.domain.refusals import CheckUnavailable, RefusalCode, Refused
from documents.usecases.ports import ObjectMissing, StoreUnavailable
from documents.usecases.store_document import KindRefused, ReadersRefused
from plumbing.http import ErrorTable, Problem, ProblemRaised

_AGAIN = {"Retry-After": "5"}


def refused(code: RefusalCode) -> ProblemRaised:
    """Return the 422 of a refused file: the sentence is both the detail and the message of the field `file`."""
    message = MESSAGES[code]
    errors: list[Mapping[str, str]] = [{"field": "file", "code": str(code), "message": message}]
    return ProblemRaised(Problem(422, f"document.{code}", "Fichier refusé", message, errors=errors))


def _field_error(field: str, code: str, message: str) -> list[dict[str, str]]:
    return [{"field": field, "code": code, "message": message}]


_KIND = "Ce type de pièce ne peut pas être envoyé ici."
_READERS = "Seul un service peut choisir les lecteurs d’un document."

ERRORS = ErrorTable(
    {
        # Answered by `refused`; this line keeps the contract honest and catches what slips through.
        Refused: Problem(422, "document.refused", "Fichier refusé", lambda refusal: MESSAGES[refusal.code]),
        KindRefused: Problem(
            422, "document.kind_refused", "Type de pièce refusé", _KIND, errors=_field_error("kind", "choice", _KIND)
        ),
        ReadersRefused: Problem(
            422,
            "document.readers_refused",
            "Lecteurs refusés",
            _READERS,
            errors=_field_error("readers", "unknown", _READERS),
        ),
        CheckUnavailable: Problem(
            503,
            "document.check_unavailable",
            "Vérification indisponible",
            "Votre fichier n’a pas pu être vérifié pour l’instant. Réessayez dans quelques instants.",
            headers=_AGAIN,
        ),
        StoreUnavailable: Problem(
            503,
            "document.store_unavailable",
            "Stockage indisponible",
            "Les fichiers ne sont pas accessibles pour l’instant. Réessayez dans quelques instants.",
            headers=_AGAIN,
        ),
        ObjectMissing: Problem(
            503,
            "document.content_missing",
            "Contenu indisponible",
            "Le contenu de ce document n’est pas accessible pour l’instant. Réessayez plus tard.",
            headers=_AGAIN,
        ),
    }
)
