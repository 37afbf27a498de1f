"""What people type to say who they are: an e-mail address or a member number, and the code of their mutuelle."""

from __future__ import annotations

import unicodedata


def comparable(identifier: str) -> str:
    """Return the form in which identifiers are compared: case, outer blanks and Unicode variants do not count.

    A member number may be typed with blanks between its digits, as the card prints it.
    """
    text = unicodedata.normalize("NFKC", identifier).strip().casefold()
    digits = "".join(text.split())
    return digits if digits.isdecimal() else text


def is_email(identifier: str) -> bool:
    return "@" in identifier


def member_number(mutuelle_number: str, rank: int) -> str:
    """Return the number printed on the card of the member of this rank (from 1) in his mutuelle: twelve digits.

    Four name the mutuelle, so that no two mutuelles share a number; the last two are a check (97 minus the rest modulo
    97, as in the social-security number), so that a slip of the finger is not somebody else's number.
    """
    body = f"{mutuelle_number:0>4}{rank:06d}"
    return f"{body}{97 - int(body) % 97:02d}"
