"""The way of a client without e-mail: what his broker prints, fills with him and sends by post (F-051)."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.backend import person
from portal.doors.broker import DOOR

pages = Blueprint("paper_path", __name__, url_prefix="/courtier/bulletin")

PRINTED = ("blank_bia", "ipid", "rules", "pieces_list")
"""In the order in which they are used."""


@pages.get("/<product>")
def papers(product: str) -> str:
    found = person(DOOR).get("quoting", f"products/{product}")
    by_kind = {document["kind"]: document for document in found["documents"]}
    printed = [by_kind[kind] for kind in PRINTED if kind in by_kind]
    return render_template(
        "broker/paper_path.html", product=found, papers=printed, complete=len(printed) == len(PRINTED)
    )
