"""The one password rule (F-007; A-13: it also replaces the eight characters of F-226)."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

SHORTEST = 12
LONGEST = 128
_SHORTEST_NAME = 4


class Weakness(StrEnum):
    """What a password lacks; the words for people are in `api/errors.py`."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_UPPERCASE = "no_uppercase"
    NO_LOWERCASE = "no_lowercase"
    NO_DIGIT = "no_digit"
    NO_SPECIAL = "no_special"
    CONTAINS_LOGIN = "contains_login"


class WeakPassword(Exception):
    """The password does not follow the rule; `weaknesses` lists every reason."""

    def __init__(self, weaknesses: tuple[Weakness, ...]) -> None:
        super().__init__(", ".join(weaknesses))
        self.weaknesses = weaknesses


def canonical(password: str) -> str:
    """Return the form that is hashed, the same whichever way a keyboard composes its accents."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, identifiers: tuple[str, ...]) -> None:
    """Raise WeakPassword unless it has 12 to 128 characters of the four classes and no identifier of its holder.

    `identifiers` are in their compared form. Of an e-mail address the part before the @ counts too, from four
    characters on: it is what people put in passwords.
    """
    text = canonical(password)
    tests = {
        Weakness.TOO_SHORT: len(text) < SHORTEST,
        Weakness.TOO_LONG: len(text) > LONGEST,
        Weakness.NO_UPPERCASE: not any(character.isupper() for character in text),
        Weakness.NO_LOWERCASE: not any(character.islower() for character in text),
        Weakness.NO_DIGIT: not any(character.isdecimal() for character in text),
        Weakness.NO_SPECIAL: not any(_is_special(character) for character in text),
        Weakness.CONTAINS_LOGIN: _contains_one_of(text, identifiers),
    }
    weaknesses = tuple(weakness for weakness, found in tests.items() if found)
    if weaknesses:
        raise WeakPassword(weaknesses)


def _is_special(character: str) -> bool:
    # Punctuation and symbols. Blanks are allowed but do not count: nobody sees them on paper.
    return unicodedata.category(character)[0] in "PS"


def _contains_one_of(text: str, identifiers: tuple[str, ...]) -> bool:
    folded = unicodedata.normalize("NFKC", text).casefold()
    names = {identifier for identifier in identifiers if identifier}
    names |= {name for name in (i.partition("@")[0] for i in identifiers) if len(name) >= _SHORTEST_NAME}
    return any(name in folded for name in names)
