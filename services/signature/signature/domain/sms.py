"""The text of the SMS: one part of GSM-7, with what the signer can check against the page before he types the code."""

from __future__ import annotations

import unicodedata
from typing import Final

SEPTETS: Final = 160
"""Room in a single SMS; a longer one is cut in parts that may arrive apart, and is billed twice."""

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("^{}\\[~]|€")
_PLAIN: Final = {"’": "'", "«": '"', "»": '"', "\u00a0": " ", "\u202f": " ", "–": "-", "—": "-", "œ": "oe", "Œ": "OE"}
_HIDDEN_CODE: Final = "••••••"


def code_text(*, product: str, documents: int, reference: str, code: str, origin: str | None) -> str:
    """Write the SMS. `origin` is the signing page's domain: browsers fill the code in for that domain alone
    (origin-bound one-time codes, last line « @domain #code »). A product name too long for one part is cut.
    """
    ending = f"\n@{origin} #{code}" if origin else ""
    papers = "1 document" if documents == 1 else f"{documents} documents"
    body = f" : code de signature {code} pour {papers}, réf. {reference}. Ne pas communiquer.{ending}"
    return _fitting(to_gsm7(product), SEPTETS - septets(body)) + body


def hidden(text: str, code: str) -> str:
    """Return the text as the evidence keeps it, without the digits."""
    return text.replace(code, _HIDDEN_CODE)


def to_gsm7(text: str) -> str:
    """Replace what GSM-7 lacks by its nearest letters (ê becomes e); what has none becomes « ? »."""
    return "".join(_nearest(character) for character in text)


def septets(text: str) -> int:
    """Return the room `text` takes; ValueError when GSM-7 cannot write it."""
    return sum(_septets(character) for character in text)


def _septets(character: str) -> int:
    if character in _BASIC:
        return 1
    if character in _EXTENSION:
        return 2
    raise ValueError(f"{character!r} is not in GSM-7")


def _nearest(character: str) -> str:
    if character in _BASIC or character in _EXTENSION:
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    letters = "".join(part for part in unicodedata.normalize("NFD", character) if part in _BASIC)
    return letters or "?"


def _fitting(text: str, room: int) -> str:
    while septets(text) > room:
        text = text[:-1]
    return text.rstrip()
