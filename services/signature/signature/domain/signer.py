"""The person who signs: who he is, and the telephone that proves it.

Mobile and e-mail are the two identity factors (F-113): a ceremony is not opened without both. The number comes from the
client's file, never from a request: whoever could choose where the code goes could sign for somebody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from signature.domain import code as codes
from signature.domain.canonical import sha256_hex
from signature.domain.code import IssuedCode

# French mobiles in E.164: mainland; Réunion and Mayotte; Guadeloupe, Saint-Martin and Saint-Barthélemy; Guyane;
# Martinique. A number outside them gets no SMS: the fraud called SMS pumping lives on foreign and surtaxed ranges.
_FRENCH_MOBILES: Final = re.compile(r"\+(?:33|262|590|594|596)[67]\d{8}", re.ASCII)
# First four digits of overseas mobiles dialled at home (ARCEP's numbering plan): they are none of the mainland's.
_OVERSEAS: Final = {
    **dict.fromkeys(("0639", "0692", "0693"), "262"),
    **dict.fromkeys(("0690", "0691"), "590"),
    "0694": "594",
    **dict.fromkeys(("0696", "0697"), "596"),
}
_COUNTRY_CODE: Final = re.compile(r"\+(33|262|590|594|596)(\d{9})")


class IdentityIncomplete(Exception):
    """The file lacks the e-mail address or a mobile that can get the code; `missing` says which."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"the signer has no usable {missing}")
        self.missing = missing


@dataclass(frozen=True)
class Identity:
    """The signer's own facts, encrypted wherever they rest. `mobile` is E.164."""

    civility: str
    first_name: str
    last_name: str
    email: str
    mobile: str

    def __post_init__(self) -> None:
        if "@" not in self.email:
            raise IdentityIncomplete("e-mail")
        if not _FRENCH_MOBILES.fullmatch(self.mobile):
            raise IdentityIncomplete("mobile")

    @property
    def full_name(self) -> str:
        civility = f"{self.civility[:1].upper()}{self.civility[1:]}"
        return f"{civility} {self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Adviser:
    """Whom the signer turns to when the ceremony does not work."""

    name: str
    phone: str
    email: str
    id: str = ""


@dataclass(frozen=True)
class NewSigner:
    """Somebody who is to sign, before the ceremony is open; the order of the list is the order of signing."""

    id: str
    identity: Identity


@dataclass(frozen=True)
class Reading:
    """How far the signer is with one document: pages handed out, in order, and when he accepted it."""

    document_id: str
    pages: int = 0
    accepted_at: datetime | None = None


@dataclass(eq=False)
class Signer:
    """One signer of a ceremony, with what he has done so far. `wrong_tries` is never set back.

    A round is one SMS and its resends; `codes_before_round` were sent before the one that runs, and `reliefs` counts
    the rounds that the adviser added.
    """

    id: str
    rank: int
    identity: Identity
    wrong_tries: int = 0
    codes_before_round: int = 0
    reliefs: int = 0
    signed_at: datetime | None = None
    readings: tuple[Reading, ...] = ()
    codes: list[IssuedCode] = field(default_factory=list)

    @property
    def last_code(self) -> IssuedCode | None:
        return self.codes[-1] if self.codes else None

    @property
    def round_is_spent(self) -> bool:
        return self.sends_left == 0

    def reading(self, document_id: str) -> Reading:
        return next((each for each in self.readings if each.document_id == document_id), Reading(document_id))

    def note(self, reading: Reading) -> None:
        """Keep how far he is with a document from now on."""
        others = (each for each in self.readings if each.document_id != reading.document_id)
        self.readings = (*others, reading)

    def accepted_at(self, document_id: str) -> datetime | None:
        return self.reading(document_id).accepted_at

    def pages_viewed(self, document_id: str) -> int:
        """Return up to which page the document was handed out: pages are handed out in order."""
        return self.reading(document_id).pages

    @property
    def accepted(self) -> int:
        """Return how many documents he has accepted."""
        return sum(1 for each in self.readings if each.accepted_at is not None)

    @property
    def tries_left(self) -> int:
        return codes.WRONG_TRIES - self.wrong_tries

    @property
    def sends_left(self) -> int:
        return codes.SENDS - (len(self.codes) - self.codes_before_round)

    def resend_at(self) -> datetime | None:
        """Return when another code may be asked for; None when there is none to send, or none was sent."""
        return codes.resend_at(self.last_code, earlier=self.codes_before_round) if self.last_code else None

    def next_sequence(self, now: datetime) -> int:
        """Return the sequence of the next code; raises CodeTooSoon or NoSendsLeft."""
        return codes.check_may_send(self.last_code, earlier=self.codes_before_round, now=now)

    def void_codes(self) -> None:
        for code in self.codes:
            code.void()

    def relieve(self, mobile: str | None) -> None:
        """Give another round, on another number when one is given. Wrong tries stay spent."""
        if mobile is not None:
            self.identity = replace(self.identity, mobile=mobile)
        self.void_codes()
        self.codes_before_round = len(self.codes)
        self.reliefs += 1


def masked(mobile: str) -> str:
    """Show enough of an E.164 French number to recognise one's own: 06 •• •• •• 78."""
    parts = _COUNTRY_CODE.fullmatch(mobile)
    national = f"0{parts[2]}" if parts else mobile[-10:]
    return f"{national[:2]} •• •• •• {national[-2:]}"


def mobile_by_hand(text: str) -> str:
    """Return the E.164 of a French mobile that an adviser vouches for, when the numbering plan at hand lacks it.

    ValueError unless it has the shape of one: ten digits of 06 or 07, overseas ranges by their first four, or E.164.
    """
    digits = re.sub(r"[\s.\-()\u00a0\u202f]", "", text)
    digits = re.sub(r"^00", "+", digits)
    if re.fullmatch(r"0[67][0-9]{8}", digits):
        digits = f"+{_OVERSEAS.get(digits[:4], '33')}{digits[1:]}"
    if not _FRENCH_MOBILES.fullmatch(digits):
        raise ValueError("no French mobile")
    return digits


def country_code(mobile: str) -> str:
    """Return the calling code of an E.164 French mobile: 33, 262, 590, 594 or 596."""
    parts = _COUNTRY_CODE.fullmatch(mobile)
    return parts[1] if parts else ""


def mobile_fingerprint(ceremony_id: str, mobile: str) -> str:
    """Return the hash of the number for this ceremony alone, so that it links no two ceremonies of one person."""
    return sha256_hex(f"{ceremony_id}|{mobile}".encode())
