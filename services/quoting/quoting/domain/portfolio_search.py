"""What a broker types to find his clients and quotes, and what it stands for.

A name is found by the beginnings of its words, in any order, whatever their case and accents: « elo goff » finds
Éloïse Le Goff; a single letter is looked for at the name's beginning only. « % » stands for any text, as the guide has
it: alone it lists the whole portfolio; what is typed with it is read from the beginning of the name, so that « %off »
finds what « off » does not. No other sign means anything but itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from quoting.domain.numbering import DIGITS, format_number
from quoting.domain.people import search_name

ANY = "%"
ESCAPE = "\\"
MOST_WORDS = 6

_IDENTIFIER = re.compile(rf"(?:([A-Z]{{1,10}})[-\s]*)?(\d{{1,{DIGITS}}})(?:\s*/\s*(\d{{1,4}}))?\Z")


def name_patterns(typed: str) -> tuple[tuple[str, ...], ...]:
    """Return LIKE patterns over a file's search name: one of each tuple must match. None at all is the whole portfolio.

    The patterns escape with `ESCAPE`.
    """
    wanted = search_name(typed)
    if not wanted.strip(ANY):
        return ()
    if ANY in wanted:
        return ((_literal(wanted) + ANY,),)
    return tuple(map(_beginnings, wanted.split()[:MOST_WORDS]))


def _beginnings(word: str) -> tuple[str, ...]:
    """Where a word may stand: first, or later; a single letter, which begins far too many words, only first."""
    literal = _literal(word)
    return (f"{literal}{ANY}",) if len(word) == 1 else (f"{literal}{ANY}", f"{ANY} {literal}{ANY}")


def _literal(text: str) -> str:
    """Return a text in which only « % » has a meaning."""
    return text.replace(ESCAPE, ESCAPE * 2).replace("_", f"{ESCAPE}_")


def quote_numbers(typed: str, prefixes: Sequence[str]) -> tuple[tuple[str, ...], int | None] | None:
    """Return the numbers that an identifier may stand for, and the version if one is named; None: every quote.

    « RIS-0000000033 », « ris 33 », « 33 » (of any product) and « RIS-0000000033 / 2 » are understood; what is no
    identifier stands for no number.
    """
    wanted = search_name(typed)
    if not wanted.strip(ANY):
        return None
    match = _IDENTIFIER.match(wanted)
    if match is None or int(match[2]) == 0:
        return (), None
    position, version = int(match[2]), int(match[3]) if match[3] else None
    return tuple(format_number(prefix, position) for prefix in ([match[1]] if match[1] else prefixes)), version
