"""The social-security number (NIR): its shape, its key and what it says of its bearer (CSS R115-1)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import nir as fr_nir

from quoting.domain.people import Civility

_FIRST_DIGITS = "123478"
"""1 and 2 for those registered for good, 3, 4, 7 and 8 while their papers are being checked."""


class NirFault(StrEnum):
    """What is wrong with a number."""

    FORMAT = "format"
    KEY = "key"
    SEX = "sex"
    BIRTH_DATE = "birth_date"


class NirRefused(Exception):
    """The number cannot be this person's; `fault` says why. The number itself is never in the message."""

    def __init__(self, fault: NirFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def check_nir(text: str, *, civility: Civility | None, birth_date: date) -> str:
    """Return the number as fifteen characters without spaces; NirRefused when it cannot be this person's.

    The first digit is odd for a man and even for a woman, temporary numbers included. The month may be a filler (20
    and above) when it was not known at registration: only the year is compared then.
    """
    number = "".join(text.split()).replace(".", "").replace("-", "").upper()
    if not number.isascii():
        raise NirRefused(NirFault.FORMAT)
    try:
        number = fr_nir.validate(number)
    except InvalidChecksum:
        raise NirRefused(NirFault.KEY) from None
    except ValidationError:
        raise NirRefused(NirFault.FORMAT) from None
    if number[0] not in _FIRST_DIGITS:
        raise NirRefused(NirFault.FORMAT)
    if civility is not None and (int(number[0]) % 2 == 1) != (civility is Civility.MONSIEUR):
        raise NirRefused(NirFault.SEX)
    year, month = int(number[1:3]), int(number[3:5])
    if year != birth_date.year % 100 or (1 <= month <= 12 and month != birth_date.month):
        raise NirRefused(NirFault.BIRTH_DATE)
    return number


def masked_nir(number: str) -> str:
    """Return a number fit for a screen: sex, year and month, the rest hidden."""
    return f"{number[0]} {number[1:3]} {number[3:5]} •• ••• ••• ••"
