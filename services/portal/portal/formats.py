"""How amounts, dates and codes look to a French reader: filters of the templates, and amounts as they are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.dates import format_date
from flask import Flask

from plumbing.clock import PARIS
from plumbing.money import CENT, format_euros

_BEFORE_SIGN = re.compile(r" (?=[:;!?»%€](?:\s|[.,)]|$))")
_AFTER_QUOTE = re.compile(r"(?<=«) ")
_SPACES = re.compile(r"[\s\u00a0\u202f€]")


def euros(amount: str | Decimal) -> str:
    """`1 382,76 €`."""
    return format_euros(Decimal(amount))


def day(text: str | None) -> str:
    """`14 septembre 2026`, of an ISO date or instant; an em dash when there is none."""
    return format_date(_date(text), "d MMMM yyyy", locale="fr") if text else "—"


def short_day(text: str | None) -> str:
    """`14/09/2026`."""
    return format_date(_date(text), "dd/MM/yyyy", locale="fr") if text else "—"


def moment(text: str | None) -> str:
    """`14/09/2026 à 08:25`, Paris time."""
    if not text:
        return "—"
    local = datetime.fromisoformat(text).astimezone(PARIS)
    return f"{local:%d/%m/%Y} à {local:%H:%M}"


def clock_time(text: str) -> str:
    """`8 h 25`, Paris time, of an ISO instant."""
    local = datetime.fromisoformat(text).astimezone(PARIS)
    return f"{local.hour}\u00a0h\u00a0{local:%M}"


def french(text: str) -> str:
    """Set the no-break spaces of French typography in a text that came without."""
    return _AFTER_QUOTE.sub("\u00a0", _BEFORE_SIGN.sub("\u00a0", text))


def civil_name(person: Mapping[str, Any]) -> str:
    """`Mme Camille Roussel`."""
    title = {"madame": "Mme ", "monsieur": "M. "}.get(str(person.get("civility")), "")
    return f"{title}{person['first_name']} {person['last_name']}"


def telephone(number: str | None) -> str:
    """`01 45 67 00 01` of `+33145670001`; other countries' numbers stay as they are."""
    if not number or not number.startswith("+33") or len(number) != 12:
        return number or ""
    national = f"0{number[3:]}"
    return "\u00a0".join(national[place : place + 2] for place in range(0, 10, 2))


def options(rows: Iterable[Mapping[str, Any]], value: str, label: str) -> list[tuple[str, str]]:
    """The (value, label) pairs of a choice, out of the API's rows."""
    return [(row[value], french(row[label])) for row in rows]


def typed_amount(text: str) -> str:
    """Return an amount typed as French people do (`1 200`, `60,5`) as the API writes it; anything else unchanged."""
    plain = _SPACES.sub("", text).replace(",", ".")
    try:
        amount = Decimal(plain)
        exact = amount == amount.quantize(CENT)
    except InvalidOperation:
        return text
    return f"{amount:.2f}" if exact else text


def _date(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(PARIS).date() if "T" in text else date.fromisoformat(text)


def _short(text: str) -> str:
    """A date typed by the visitor may be none."""
    try:
        return day(text)
    except ValueError:
        return text


def add_filters(app: Flask) -> None:
    app.jinja_env.filters.update(
        euros=euros,
        day=day,
        typed_day=_short,
        short_day=short_day,
        moment=moment,
        clock_time=clock_time,
        french=french,
        civil_name=civil_name,
        telephone=telephone,
        options=options,
    )
