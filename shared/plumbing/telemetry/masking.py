"""Keep personal facts and secrets out of logs: by the name of the field, and by the look of the text."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"

# A field whose name has one of these words in it is masked, whatever it holds.
SECRET_WORDS = frozenset(
    {"password", "passwd", "secret", "token", "authorization", "cookie", "code", "pin", "otp", "iban", "bic", "nir"}
    | {"email", "mail", "mobile", "phone", "address", "birth", "firstname", "lastname", "surname", "body", "payload"}
    | {"jwt", "key", "credential", "credentials", "identifier", "login", "nom", "prenom", "holder", "sealed"}
)
# These have such a word in their name and tell nothing about anybody.
HARMLESS = frozenset(
    {"error_code", "problem_code", "status_code", "product_code", "routing_key", "key_id", "dedup_key"}
)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

_LOOKS_SECRET = re.compile(
    r"""
      [\w.+-]+@[\w-]+(?:[.][\w-]+)+                                  # an e-mail address
    | \beyJ[\w-]{8,}[.][\w-]+[.][\w-]*                               # a JSON web token
    | \b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,4})?\b  # an IBAN
    | \b[12][ ]?\d{2}[ ]?(?:0[1-9]|1[0-2]|[2-9]\d)[ ]?(?:\d{2}|2[AB])[ ]?\d{3}[ ]?\d{3}(?:[ ]?\d{2})?\b  # a NIR
    | (?:\+33|\+262|\+590|\+594|\+596|\b0)[ .-]?[1-9](?:[ .-]?\d{2}){4}\b  # a French telephone number
    | ://[^/\s:@]+:[^/\s@]+@                                         # a password in an address
    """,
    re.VERBOSE,
)
LONGEST_VALUE = 2_000


def is_secret_name(name: str) -> bool:
    """Say whether a field of this name is masked."""
    if name in HARMLESS:
        return False
    return any(word.lower() in SECRET_WORDS for word in _WORD.findall(name))


def masked(value: Any, depth: int = 0) -> Any:
    """Return the value with everything secret in it masked, and long texts cut."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        if depth > 4:
            return MASK
        return {k: MASK if is_secret_name(str(k)) else masked(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return MASK if depth > 4 else [masked(entry, depth + 1) for entry in value]
    return value


def redacted(text: str) -> str:
    """Return the text with what looks like an address, a number of somebody or a token masked."""
    return _LOOKS_SECRET.sub(MASK, text[:LONGEST_VALUE])
