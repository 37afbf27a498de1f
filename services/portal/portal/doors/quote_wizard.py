"""The four steps that make a quote: a first one, the next version of one, or a copy of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from portal.backend import person
from portal.doors.broker import DOOR, Send, Wizard, pages

_PERSON = (
    "civility",
    "last_name",
    "first_name",
    "birth_name",
    "birth_date",
    "address",
    "address_extra",
    "email",
    "mobile",
)
_PLACE = ("postcode", "town", "country")


@pages.route("/devis/nouveau/<product>", methods=["GET", "POST"])
def make_quote(product: str) -> Any:
    """A quote from the beginning; of a client who is known, his identity is filled in."""
    me = person(DOOR)
    client_id = request.args.get("client")
    known = _of_client(me.get("quoting", f"portfolio/clients/{client_id}")) if client_id else {}
    return Wizard(me.get("quoting", f"products/{product}"), _store_as(product)).answer(known)


@pages.route("/devis/<id:quote_id>/dupliquer", methods=["GET", "POST"])
def duplicate(quote_id: str) -> Any:
    """Another quote, with everything filled in as in this one."""
    me = person(DOOR)
    quote = me.get("quoting", f"quotes/{quote_id}")
    product = quote["product_code"]
    wizard = Wizard(me.get("quoting", f"products/{product}"), _store_as(product), about={**quote, "act": "duplicate"})
    return wizard.answer(_of_quote(quote))


@pages.route("/devis/<id:quote_id>/modifier", methods=["GET", "POST"])
def modify(quote_id: str) -> Any:
    """The next version of this quote, with everything filled in as in this one (F-080)."""
    me = person(DOOR)
    quote = me.get("quoting", f"quotes/{quote_id}")

    def send(body: dict[str, Any], key: str) -> Any:
        return me.post("quoting", f"quotes/{quote_id}/versions", body, key=key)

    product = me.get("quoting", f"products/{quote['product_code']}")
    return Wizard(product, send, about={**quote, "act": "modify"}).answer(_of_quote(quote))


def _store_as(product: str) -> Send:
    return lambda body, key: person(DOOR).post("quoting", "quotes", {"product": product, **body}, key=key)


def _of_client(client: Mapping[str, Any]) -> dict[str, str]:
    """What the form knows of a client before it is filled in."""
    values = {name: client[name] or "" for name in _PERSON}
    values |= {f"client_{name}": client[name] for name in _PLACE}
    # Most people are insured where they live; the page asks all the same.
    return values | {"postcode": client["postcode"] if client["country"] == "FR" else ""}


def _of_quote(quote: Mapping[str, Any]) -> dict[str, str]:
    """What was entered for a quote, as the form holds it."""
    profile = quote["profile"]
    return {
        **_of_client(quote["client"]),
        **quote["needs"],
        "effective_date": quote["effective_date"],
        **{name: profile[name] for name in ("regime", "postcode", "town", "birth_date")},
        "spouse": "yes" if profile["spouse_birth_date"] else "no",
        "spouse_birth_date": profile["spouse_birth_date"] or "",
        "has_children": "yes" if profile["children"] else "no",
        "children": str(profile["children"] or ""),
        "formula": quote["formula"],
        "with_option": "on" if quote["with_option"] else "",
        "choice_reason": quote["choice_reason"] or "",
    }
