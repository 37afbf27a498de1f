"""People as quoting knows them: the client, his relatives, and the broker who advises him."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Civility(StrEnum):
    """How a person is addressed."""

    MADAME = "madame"
    MONSIEUR = "monsieur"

    @property
    def label(self) -> str:
        return "Madame" if self is Civility.MADAME else "Monsieur"


@dataclass(frozen=True, slots=True)
class Identity:
    """A client's identity and contact details; `country` is an ISO 3166 code, `mobile` in E.164."""

    civility: Civility
    last_name: str
    birth_name: str | None
    first_name: str
    birth_date: date
    address: str
    address_extra: str | None
    postcode: str
    town: str
    country: str
    email: str
    mobile: str | None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Broker:
    """The adviser as papers and mails name him; member owns these facts."""

    id: str
    company: str
    display_name: str
    email: str
    phone: str
    orias: str


@dataclass(eq=False)
class ClientFile:
    """One client or prospect of one broker: what his quotes and contracts hang on. Its id is the person's id."""

    id: str
    tenant: str
    broker_id: str
    civility: str
    last_name: str
    first_name: str
    birth_date: date
    email: str


def same_mailbox(one: str, other: str) -> bool:
    """Tell whether two e-mail addresses reach the same box, whatever their case."""
    return one.strip().casefold() == other.strip().casefold()


def same_number(one: str, other: str) -> bool:
    """Tell whether two French telephone numbers are one, however they are written."""
    return bool(_digits(one)) and _digits(one) == _digits(other)


def _digits(number: str) -> str:
    """Return what follows the trunk prefix: `+33 (0)6 12…`, `0033612…` and `06 12…` are one number."""
    digits = "".join(character for character in number if character.isdigit())
    return re.sub("^(0033|33)?0?", "", digits)


def search_name(text: str) -> str:
    """Return a name as it is searched, without accents, in upper case: « Éloïse Le Goff » is `ELOISE LE GOFF`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.upper().replace("-", " ").replace("’", "'").split())
