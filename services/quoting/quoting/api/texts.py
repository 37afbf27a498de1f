"""The texts that people type, within what our papers can print: Latin letters and everyday punctuation."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError

from plumbing.http import fields
from plumbing.http.messages import EMAIL

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u1ea0-\u1ef9"
_PRINTED = " -~\u00a0-\u017f\u1ea0-\u1ef9\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u202f\u20ac"
_ADDRESS = re.compile(f"[{_PRINTED}]+")

NAME_LENGTH = 80
ADDRESS_LENGTH = 120
COMMENT_LENGTH = 500
FRANCE = "FR"


class Name(fields.Text):
    """A person's name: letters, spaces, apostrophes, hyphens and full stops."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max=NAME_LENGTH,
            pattern=f"[{_LETTERS}][{_LETTERS} '’.\\-]*",
            message="Un nom ne contient que des lettres, des espaces, des apostrophes et des tirets.",
            code="name",
            **options,
        )


class Printed(fields.Text):
    """A text that goes on a paper as it was typed."""

    def __init__(self, *, max: int = ADDRESS_LENGTH, **options: Any) -> None:
        super().__init__(
            max=max,
            pattern=f"[{_PRINTED}]+",
            message="Ce texte contient des caractères que nos documents ne peuvent pas imprimer.",
            code="not_printable",
            **options,
        )


class PrintedEmail(fields.Email):
    """An e-mail address that our papers can print."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs)
        if not _ADDRESS.fullmatch(address):
            raise ValidationError(EMAIL)
        return address


class Country(fields.Text):
    """A country as its ISO 3166 code of two letters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min=2,
            max=2,
            pattern="[A-Z]{2}",
            message="Le pays est attendu en code ISO de deux lettres, par exemple «\u00a0FR\u00a0».",
            code="country",
            **options,
        )
