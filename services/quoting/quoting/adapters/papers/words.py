"""How papers write dates, amounts and account numbers for a French reader."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from plumbing.clock import PARIS
from plumbing.money import format_euros

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_NO_BREAK = "\u00a0"


def long_date(day: date) -> str:
    """Return « 1er janvier 2027 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{_NO_BREAK}{_MONTHS[day.month - 1]}{_NO_BREAK}{day.year}"


def short_date(day: date) -> str:
    """Return « 01/01/2027 »."""
    return f"{day:%d/%m/%Y}"


def long_moment(instant: datetime) -> str:
    """Return « 1er janvier 2027 à 9 h 05 », Paris time."""
    local = instant.astimezone(PARIS)
    return f"{long_date(local.date())} à {local.hour}{_NO_BREAK}h{_NO_BREAK}{local:%M}"


def euros(amount: Decimal) -> str:
    """Return « 1 382,76 € »."""
    return format_euros(amount)


def grouped_iban(iban: str) -> str:
    """Return an account number in groups of four, as banks print it."""
    return _NO_BREAK.join(iban[start : start + 4] for start in range(0, len(iban), 4))


def grouped_nir(nir: str) -> str:
    """Return a social-security number as the card shows it: 1 85 05 16 015 123 45."""
    parts = (nir[0], nir[1:3], nir[3:5], nir[5:7], nir[7:10], nir[10:13], nir[13:])
    return _NO_BREAK.join(parts)


def masked_mobile(mobile: str) -> str:
    """Return a mobile number with its last two digits only."""
    return f"•• •• •• •• {mobile[-2:]}"


def phone(number: str) -> str:
    """Return a French number in pairs: 06 12 34 56 78; another one as it is."""
    if number.startswith("+33") and len(number) == 12:
        number = "0" + number[3:]
    if len(number) == 10 and number.isdigit():
        return _NO_BREAK.join(number[start : start + 2] for start in range(0, 10, 2))
    return number
