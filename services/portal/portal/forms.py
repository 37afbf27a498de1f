"""Forms that keep what was typed: values, the API's refusals beside their fields, and data carried between steps."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import current_app, request, session

from plumbing.cipher import FieldCipher, UnreadableField
from plumbing.http.clients import ServiceError
from portal.formats import french

CARRIED_SECONDS = 2 * 3600

REQUIRED = "Ce champ est obligatoire."
INCOMPLETE = "Certaines réponses manquent ou ne conviennent pas."
UNAVAILABLE = (
    "Le service est momentanément indisponible. Vos réponses sont conservées\u00a0: réessayez dans un instant."
)

# What an API says to programs, said to whoever fills a page: by the code of a field's error.
_OF_CODE = {
    "required": REQUIRED,
    "null": REQUIRED,
    "blank": REQUIRED,
    "choice": "Choisissez une des réponses proposées.",
    "date": "Indiquez une date valable, au format JJ/MM/AAAA.",
    "amount": "Indiquez un montant en euros, par exemple 51,74.",
    "not_agreed": "Cette case doit être cochée.",
}


@dataclass
class Form:
    """What a page shows of a form. `errors` are French texts by the field's name in the page."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: int = 200

    @classmethod
    def sent(cls) -> Form:
        """Return the form as the browser sent it; its key makes a double click one act.

        A box that is not ticked is not sent: the page names its boxes, so that « no » replaces an earlier « yes ».
        """
        values = dict.fromkeys(request.form.getlist("_box"), "")
        values |= {name: text.strip() for name, text in request.form.items() if not name.startswith("_")}
        return cls(values=values, key=request.form.get("_key") or str(uuid.uuid4()))

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def optional(self, name: str) -> str | None:
        return self.values.get(name) or None

    def ticked(self, name: str) -> bool:
        return self.values.get(name) == "on"

    def refuse(self, message: str, **errors: str) -> None:
        """Say what is wrong: a sentence above the form, and one beside each field named."""
        self.message = self.message or message
        self.errors |= errors
        self.status = max(self.status, 422)

    def require(self, names: Iterable[str]) -> bool:
        """Note each empty field of `names`; True when the form has no error."""
        missing = {name: REQUIRED for name in names if not self.values.get(name)}
        if missing or self.errors:
            self.refuse(INCOMPLETE, **missing)
        return not self.errors

    def faults(self) -> list[tuple[str, str]]:
        """Return what the summary lists, as (field to go to, text): what is said of several fields is said once."""
        missing = [name for name, text in self.errors.items() if text == REQUIRED]
        count = (
            "Une réponse obligatoire manque."
            if len(missing) == 1
            else f"{len(missing)} réponses obligatoires manquent."
        )
        listed = [(missing[0], count)] if missing else []
        for name, text in self.errors.items():
            if text not in {REQUIRED, self.message, *(said for _name, said in listed)}:
                listed.append((name, text))
        return listed

    def take_refusal(self, refusal: ServiceError, fields: Mapping[str, str] | None = None) -> None:
        """Put an API's refusal beside the fields. `fields` maps an API path (`client.email`) to a field of the page.

        After a refusal the next try is another act, so it gets another key; without an answer the act may have been
        done, and keeps its own.
        """
        answered = 400 <= refusal.status < 500
        if answered:
            self.key = str(uuid.uuid4())
        self.status = refusal.status if answered else 503
        fields_say_it = refusal.code == "validation" and refusal.errors
        said_above = INCOMPLETE if fields_say_it else french(refusal.detail) or INCOMPLETE
        self.message = said_above if answered else UNAVAILABLE
        for entry in refusal.errors:
            path = entry["field"]
            name = (fields or {}).get(path, path.rsplit(".", 1)[-1])
            text = _OF_CODE.get(entry["code"]) or french(entry["message"])
            said = self.errors.get(name, "")
            self.errors[name] = said if text in said else f"{said} {text}".strip()


def carry(purpose: str, values: Mapping[str, Any]) -> str:
    """Close values for a hidden field: earlier steps travel with the visitor and are stored nowhere.

    They are good for two hours, in this browser's session and for this purpose alone.
    """
    until = int(time.time()) + CARRIED_SECONDS
    body = {"purpose": purpose, "until": until, "session": session["csrf"], "values": values}
    return _cipher().close(orjson.dumps(body).decode())


def carried(purpose: str) -> dict[str, Any] | None:
    """Return what `carry` closed in the hidden field; None when it is missing, too old, altered, or another's."""
    return uncovered(purpose, request.form.get("_carried", ""))


def uncovered(purpose: str, text: str) -> dict[str, Any] | None:
    """Return what `carry` closed, wherever it came back; None when it is too old, altered, or another's."""
    try:
        body = orjson.loads(_cipher().open(text))
    except (UnreadableField, ValueError):
        return None
    if body["purpose"] != purpose or body["until"] < time.time() or body["session"] != session["csrf"]:
        return None
    values: dict[str, Any] = body["values"]
    return values


def _cipher() -> FieldCipher:
    cipher: FieldCipher = current_app.extensions["cipher"]
    return cipher
