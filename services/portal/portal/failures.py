"""What a visitor reads when a page cannot be shown."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from plumbing.http.clients import ServiceError
from portal.backend import SignedOut
from portal.formats import french
from portal.security import ForgedForm

log = structlog.get_logger()


def answer_failures(app: Flask) -> None:
    """Answer every failure with a page in French."""
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(ServiceError, _refused)
    app.register_error_handler(ForgedForm, _forged)
    app.register_error_handler(HTTPException, _http)


def message_page(title: str, text: str, status: int, **more: Any) -> tuple[str, int]:
    """Return a page that says one thing, and its status. `link` and `link_text` offer a way on."""
    return render_template("message.html", title=title, text=text, **more), status


def _signed_out(failure: SignedOut) -> Any:
    if failure.door == "guest":
        return message_page(
            gettext("Votre session est terminée"),
            gettext("Rouvrez le lien reçu par e-mail pour reprendre votre souscription."),
            401,
        )
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("public.sign_in_page", motif="fin" if failure.ended else "acces", suite=back or None))


def _refused(failure: ServiceError) -> Any:
    status = failure.status or 503
    if status == 404:
        return message_page(gettext("Introuvable"), gettext("Cet élément n’existe pas ou ne vous est pas ouvert."), 404)
    if status == 403:
        return message_page(gettext("Accès refusé"), gettext("Cette page ne vous est pas ouverte."), 403)
    if 400 <= status < 500 and failure.detail:
        return message_page(gettext("Impossible pour l’instant"), french(failure.detail), status)
    log.warning("portal.service_unavailable", service=failure.service, status=failure.status, code=failure.code)
    return message_page(
        gettext("Indisponibilité momentanée"),
        gettext(
            "Une partie du service ne répond pas. Vos données sont intactes\u00a0; réessayez dans quelques minutes."
        ),
        503,
    )


def _forged(_failure: ForgedForm) -> Any:
    return message_page(
        gettext("Formulaire expiré"),
        gettext("Cette page était ouverte depuis trop longtemps. Revenez en arrière, rechargez-la et recommencez."),
        400,
    )


def _http(failure: HTTPException) -> Any:
    status = failure.code or 500
    if 300 <= status < 400:
        return failure
    texts = {
        404: (gettext("Page introuvable"), gettext("Cette adresse n’existe pas.")),
        405: (gettext("Page introuvable"), gettext("Cette adresse n’existe pas.")),
        413: (gettext("Envoi trop volumineux"), gettext("Taille totale des fichiers acceptée\u00a0: 10\u00a0Mo.")),
    }
    fallback = (gettext("Demande refusée"), gettext("Cette demande n’a pas pu être comprise."))
    if status >= 500:
        log.error("portal.page_failed", **_where(getattr(failure, "original_exception", None) or failure))
        fallback = (
            gettext("Une erreur est survenue"),
            gettext("Cette page n’a pas pu être affichée. Vos données sont intactes\u00a0; réessayez dans un instant."),
        )
    title, text = texts.get(status, fallback)
    return message_page(title, text, status)


def _where(failure: BaseException) -> dict[str, str]:
    """What failed and at which line; the text of an exception may hold what a visitor typed."""
    frames = traceback.extract_tb(failure.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"failure": type(failure).__name__, "place": place}
