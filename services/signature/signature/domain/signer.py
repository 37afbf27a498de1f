"""The person who signs: who he is, and the telephone that proves it.

Mobile and e-mail are the two identity factors (F-113): a ceremony is not opened without both. The number comes from the
client's file, never from a request: whoever could choose where the code goes could sign for somebody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from signature.domain import code as codes
from signature.domain.canonical import sha256_hex
from signature.domain.code import IssuedCode

# French mobiles in E.164: mainland; Réunion and Mayotte; Guadeloupe, Saint-Martin and Saint-Barthélemy; Guyane;
# Martinique. A number outside them gets no SMS: the fraud called SMS pumping lives on foreign and surtaxed ranges.
_FRENCH_MOBILES: Final = re.compile(r"\+(?:33|262|590|594|596)[67]\d{8}", re.ASCII)
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
        return f"{self.civility} {self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Adviser:
    """Whom the signer turns to when the ceremony does not work."""

    name: str
    phone: str
    email: str


@dataclass(eq=False)
class Acceptance:
    """The signer read this document and ticked its boxes."""

    document_id: str
    accepted_at: datetime
    tenant: str = ""


@dataclass(eq=False)
class Signer:
    """One signer of a ceremony, with what he has done so far. `wrong_tries` is never set back."""

    id: str
    rank: int
    identity: Identity
    wrong_tries: int = 0
    signed_at: datetime | None = None
    acceptances: list[Acceptance] = field(default_factory=list)
    codes: list[IssuedCode] = field(default_factory=list)
    tenant: str = ""

    @property
    def last_code(self) -> IssuedCode | None:
        return self.codes[-1] if self.codes else None

    def accepted_at(self, document_id: str) -> datetime | None:
        return next((each.accepted_at for each in self.acceptances if each.document_id == document_id), None)

    @property
    def tries_left(self) -> int:
        return codes.WRONG_TRIES - self.wrong_tries

    @property
    def sends_left(self) -> int:
        return codes.SENDS - len(self.codes)


def masked(mobile: str) -> str:
    """Show enough of an E.164 French number to recognise one's own: 06 •• •• •• 78."""
    parts = _COUNTRY_CODE.fullmatch(mobile)
    national = f"0{parts[2]}" if parts else mobile[-10:]
    return f"{national[:2]} •• •• •• {national[-2:]}"


def mobile_fingerprint(ceremony_id: str, mobile: str) -> str:
    """Return the hash of the number for this ceremony alone, so that it links no two ceremonies of one person."""
    return sha256_hex(f"{ceremony_id}|{mobile}".encode())
