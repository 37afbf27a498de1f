"""Is this signed paper authentic? Open to all: a bank, a judge, whoever was handed one."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from plumbing.http.clients import ServiceError
from portal.backend import backend
from portal.failures import message_page
from portal.formats import french

pages = Blueprint("verifying", __name__)

_PRINT = re.compile("[0-9a-f]{64}")


@pages.get("/verifier")
def verify() -> Any:
    """Ask for a file; or, with the print of one, answer about it. Nothing but the print came here then."""
    print_ = request.args.get("empreinte", "").strip().lower()
    if not print_:
        return render_template("public/verify.html", answer=None, wrong="")
    if not _PRINT.fullmatch(print_):
        wrong = gettext("Une empreinte SHA-256 compte 64 chiffres hexadécimaux.")
        return render_template("public/verify.html", answer=None, wrong=wrong, print=print_[:100]), 422
    answer = backend().service("signature").get(f"verifications/{print_}")
    return render_template("public/verify.html", answer=answer, wrong="", sent=False)


@pages.get("/verifier/empreinte/<print_>")
def known(print_: str) -> Response:
    """Tell the page's script whether a print is known, so that a file that is need not be sent: 204, else 200."""
    if not _PRINT.fullmatch(print_):
        return Response(status=404)
    answer = backend().service("signature").get(f"verifications/{print_}")
    return Response(status=204 if answer["verdict"] == "authentic" else 200)


@pages.post("/verifier")
def check() -> Any:
    """Have the file looked at; it is kept neither here nor there."""
    file = request.files.get("file")
    content = file.read() if file is not None else b""
    if not content:
        wrong = gettext("Choisissez le fichier à vérifier.")
        return render_template("public/verify.html", answer=None, wrong=wrong), 422
    try:
        answer = (
            backend()
            .service("signature")
            .upload("verifications", fields={}, file=content, filename="document.pdf", media_type="application/pdf")
        )
    except ServiceError as refusal:
        if refusal.status == 413:
            return render_template("public/verify.html", answer=None, wrong=french(refusal.detail)), 413
        if refusal.status == 429:
            return message_page(gettext("Trop de vérifications"), french(refusal.detail), 429)
        if refusal.code == "verification.not_ready":
            return message_page(gettext("La vérification n’est pas encore prête"), french(refusal.detail), 503)
        raise
    return render_template("public/verify.html", answer=answer, wrong="", sent=True)
