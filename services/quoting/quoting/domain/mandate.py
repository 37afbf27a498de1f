"""The SEPA mandate: its unique reference, and the days on which it may be collected."""

from __future__ import annotations

import re

DEBIT_DAYS = (5, 10, 15)
LONGEST_REFERENCE = 35
_REFERENCE = re.compile(r"^[A-Z0-9/?:().,'+-]+$")


class ReferenceRefused(Exception):
    """A mandate reference longer than 35 characters, or outside the characters that banks accept."""


def mandate_reference(quote_number: str, version: int) -> str:
    """Return the RUM of the mandate signed with one quote: `RIS-0000000033-1`. One quote version has one mandate.

    The set is SEPA's without the space, which banks trim (EPC 217-08).
    """
    reference = f"{quote_number}-{version}"
    if len(reference) > LONGEST_REFERENCE or not _REFERENCE.match(reference):
        raise ReferenceRefused(reference)
    return reference
