"""The one error shape: `application/problem+json` (RFC 9457) with a stable code and a French detail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import marshmallow as ma
import sqlalchemy.exc
import structlog
from flask import Response, has_request_context, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from plumbing.auth import IdentityUnavailable, TokenRefused
from plumbing.errors import Forbidden, NotFound, StaleWrite
from plumbing.http import payload
from plumbing.http.messages import errors_of
from plumbing.telemetry.request_info import CURRENT

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"  # seconds: what a caller waits when a database or the identity service is away

Detail = str | Callable[[Any], str]
Errors = Callable[[Any], Sequence[Mapping[str, str]]]

log = structlog.get_logger("plumbing.http")


@dataclass(frozen=True)
class Problem:
    """An answer that says no.

    `detail` is a French sentence for the person, or a function of the exception that gives it. `errors` gives one
    {"field", "code", "message"} for each field at fault. `headers` are added to the answer.
    """

    status: int
    code: str
    title: str
    detail: Detail = ""
    errors: Errors | Sequence[Mapping[str, str]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    type: str = "about:blank"


class ProblemRaised(Exception):
    """Raised by the plumbing (and by a view that has no domain exception for it) to answer with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}")
        self.problem = problem


class ErrorTable:
    """Which problem answers which domain exception; a subclass is found through its bases."""

    def __init__(self, problems: Mapping[type[Exception], Problem] | None = None) -> None:
        self._problems = dict(problems or {})

    def problem_for(self, error: BaseException) -> Problem | None:
        """Return the problem of the nearest class in the exception's line of bases."""
        for cls in type(error).__mro__:
            found = self._problems.get(cls)
            if found is not None:
                return found
        return None

    def statuses(self) -> set[int]:
        """Return every status of the table, for the documentation."""
        return {problem.status for problem in self._problems.values()}

    def __or__(self, other: ErrorTable) -> ErrorTable:
        return ErrorTable({**self._problems, **other._problems})


OF_STATUS: Mapping[int, tuple[str, str, str]] = {
    400: ("request.malformed", "Requête mal formée", "La requête n’a pas pu être lue."),
    401: ("token.missing", "Authentification requise", "Connectez-vous pour continuer."),
    403: ("forbidden", "Accès refusé", "Vous n’avez pas le droit de faire cela."),
    404: ("route.not_found", "Introuvable", "Cette adresse n’existe pas."),
    405: ("method.not_allowed", "Méthode refusée", "Cette adresse n’accepte pas cette méthode."),
    406: ("not_acceptable", "Format indisponible", "La réponse n’existe pas dans le format demandé."),
    408: ("request.timeout", "Délai dépassé", "La requête a mis trop de temps à arriver."),
    409: ("conflict", "Conflit", "L’état actuel ne permet pas cette opération."),
    410: ("gone", "Plus disponible", "Cette ressource n’est plus disponible."),
    411: ("length.required", "Longueur requise", "La requête doit annoncer sa longueur."),
    412: ("precondition.failed", "Version dépassée", "Les données ont changé entre-temps. Rechargez-les."),
    413: ("body.too_large", "Envoi trop volumineux", "L’envoi dépasse la taille acceptée."),
    414: ("uri.too_long", "Adresse trop longue", "L’adresse demandée est trop longue."),
    415: ("media_type.unsupported", "Format non pris en charge", "Le corps de la requête n’a pas le type attendu."),
    416: ("range.unsatisfiable", "Intervalle impossible", "L’intervalle demandé n’existe pas dans ce fichier."),
    422: ("validation", "Données non valables", "Certaines données ne sont pas valables."),
    428: ("if_match.missing", "Version requise", "Indiquez la version modifiée dans l’en-tête If-Match."),
    429: ("rate.limited", "Trop de demandes", "Vous avez fait trop de demandes. Patientez avant de réessayer."),
    431: ("headers.too_large", "En-têtes trop longs", "Les en-têtes de la requête sont trop longs."),
    500: ("internal", "Erreur interne", "Une erreur inattendue s’est produite. Elle a été consignée."),
    501: ("not_implemented", "Non disponible", "Cette opération n’existe pas."),
    503: ("unavailable", "Service indisponible", "Le service est momentanément indisponible. Réessayez bientôt."),
}

DATABASE_UNAVAILABLE = Problem(
    503,
    "database.unavailable",
    "Service indisponible",
    "Le service est momentanément indisponible. Réessayez dans quelques instants.",
    headers={"Retry-After": RETRY_AFTER},
)
IDENTITY_UNAVAILABLE = Problem(
    503,
    "identity.unavailable",
    "Service indisponible",
    "Votre identité ne peut pas être vérifiée pour l’instant. Réessayez dans quelques instants.",
    headers={"Retry-After": RETRY_AFTER},
)


def standard(status: int, code: str | None = None, detail: str | None = None, **more: Any) -> Problem:
    """Return the usual problem of a status, with another code or detail when given."""
    usual_code, title, usual_detail = OF_STATUS.get(status, OF_STATUS[500 if status >= 500 else 400])
    return Problem(status, code or usual_code, title, detail or usual_detail, **more)


def invalid_input(errors: Iterable[Mapping[str, str]]) -> ProblemRaised:
    """Return the 422 to raise for these {"field", "code", "message"} entries."""
    return ProblemRaised(standard(422, errors=list(errors)))


def unauthenticated(code: str = "token.missing", detail: str | None = None) -> Problem:
    """Return a 401, with the challenge that RFC 6750 asks for."""
    challenge = "Bearer" if code == "token.missing" else 'Bearer error="invalid_token"'
    return standard(401, code, detail, headers={"WWW-Authenticate": challenge})


def problem_of(error: Exception, table: ErrorTable) -> Problem | None:
    """Return how to answer an exception, None when it is a fault of ours (answered 500)."""
    if isinstance(error, ProblemRaised):
        return error.problem
    return table.problem_for(error) or _fallback(error)


def answer(problem: Problem, error: BaseException | None = None) -> Response:
    """Write the problem as a response."""
    detail = problem.detail(error) if callable(problem.detail) else problem.detail
    body: dict[str, Any] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": detail,
    }
    errors = problem.errors(error) if callable(problem.errors) else problem.errors
    if errors:
        body["errors"] = [dict(entry) for entry in errors]
    info = CURRENT.get()
    if info is not None:
        body["request_id"] = info.request_id
    response = Response(payload.dumps(body), status=problem.status, mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return response


def _fallback(error: Exception) -> Problem | None:
    match error:
        case ma.ValidationError():
            return standard(422, errors=errors_of(error))
        case NotFound():
            return standard(404, f"{error.kind}.not_found", "Cet élément est introuvable.")
        case Forbidden():
            return standard(403, "forbidden", error.reason)
        case StaleWrite():
            stated = has_request_context() and "If-Match" in request.headers
            return standard(412) if stated else standard(409, "conflict", OF_STATUS[412][2])
        case TokenRefused():
            return token_refused(error)
        case IdentityUnavailable():
            return IDENTITY_UNAVAILABLE
        case sqlalchemy.exc.OperationalError() | sqlalchemy.exc.InterfaceError() | sqlalchemy.exc.TimeoutError():
            return DATABASE_UNAVAILABLE
        case sqlalchemy.exc.DBAPIError() if error.connection_invalidated:
            return DATABASE_UNAVAILABLE
        case HTTPException():
            return _of_werkzeug(error)
    return None


def token_refused(error: TokenRefused) -> Problem:
    """Return the 401 of a token that proves nothing."""
    if error.code == "token.expired":
        return unauthenticated(error.code, "Votre session a expiré. Reconnectez-vous.")
    return unauthenticated(error.code, "Cette session n’est pas valable. Reconnectez-vous.")


def _of_werkzeug(error: HTTPException) -> Problem | None:
    status = error.code or 500
    if status >= 500 and status not in OF_STATUS:
        status = 500
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return standard(status, headers=headers)


def handle(error: Exception, table: ErrorTable) -> Any:
    """Answer any exception that leaves a view; what we did not foresee is logged with its stack and answered 500."""
    if isinstance(error, RequestRedirect) or (isinstance(error, HTTPException) and error.response is not None):
        return error.get_response()
    problem = problem_of(error, table)
    if problem is None:
        log.error("request.failed", exc_info=error)
        problem = standard(500)
    elif problem.status >= 500:
        log.warning("request.unavailable", problem_code=problem.code, exc_info=error)
    info = CURRENT.get()
    if info is not None:
        info.problem_code = problem.code
    return answer(problem, error)
