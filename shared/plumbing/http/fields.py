"""The fields of our APIs: bounded, stripped, strict about JSON types, and documented as strictly in OpenAPI.

Stock marshmallow fields are re-exported where they are strict enough. Each field says what it loads and writes.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import marshmallow as ma
from flask_smorest.fields import Upload as _Upload
from marshmallow import ValidationError, validate
from marshmallow.fields import Dict, Nested
from marshmallow.fields import List as _List

from plumbing.http import messages
from plumbing.http.messages import Message
from plumbing.http.texts import Email, Mobile, Postcode, Secret, Text, e164_mobile

LONGEST_LIST = 100
LARGEST_AMOUNT = Decimal("9999999.99")
LARGEST_INTEGER = 2**31 - 1

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)
_AMOUNT = re.compile(r"-?(0|[1-9]\d*)[.]\d{2}\Z", re.ASCII)

AMOUNT = Message("Un montant est attendu, en texte avec deux décimales (par exemple «\u00a051.74\u00a0»).", "amount")
BIRTH_DATE = Message("Cette date de naissance n’est pas possible.", "birth_date")


class Day(ma.fields.Field[date]):
    """A civil date, written AAAA-MM-JJ. Loads `date`; nothing before 1900 or after 2200 is meant seriously."""

    default_error_messages = {"invalid": messages.DATE}
    earliest = date(1900, 1, 1)
    latest = date(2200, 12, 31)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {"type": "string", "format": "date", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DATE.match(value):
            raise self.make_error("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise self.make_error("invalid") from None
        if not self.earliest <= day <= self.latest:
            raise self.make_error("invalid")
        return day

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


class BirthDate(Day):
    """A date of birth: 1900 or later. Whether it lies in the past or gives an acceptable age is a domain rule."""

    default_error_messages = {"invalid": BIRTH_DATE}


class Instant(ma.fields.Field[datetime]):
    """An instant with its offset (ISO 8601). Loads an aware UTC datetime and writes it with Z."""

    default_error_messages = {"invalid": messages.INSTANT}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {"type": "string", "format": "date-time", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.match(value):
            raise self.make_error("invalid")
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Amount(ma.fields.Field[Decimal]):
    """Euros with exactly two decimals, as text: "51.74". Loads and writes Decimal; the bounds are euros."""

    default_error_messages = {"invalid": AMOUNT}

    def __init__(
        self, *, minimum: Decimal | str = "0.00", maximum: Decimal | str = LARGEST_AMOUNT, **options: Any
    ) -> None:
        super().__init__(**options)
        self.minimum, self.maximum = Decimal(minimum), Decimal(maximum)
        sign = "-?" if self.minimum < 0 else ""
        digits = max(len(str(int(abs(bound)))) for bound in (self.minimum, self.maximum)) - 1
        documented = {"type": "string", "pattern": rf"^{sign}(0|[1-9][0-9]{{0,{digits}}})[.][0-9]{{2}}$"}
        self.metadata = {**documented, "example": "51.74", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if not isinstance(value, str) or len(value) > 20 or not _AMOUNT.match(value):
            raise self.make_error("invalid")
        amount = Decimal(value)
        if not self.minimum <= amount <= self.maximum:
            raise ValidationError(messages.OUT_OF_RANGE.format(min=self.minimum, max=self.maximum))
        return amount

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format(value, ".2f")


class Rate(ma.fields.Field[Decimal]):
    """A number that is no amount (a percentage, a coefficient), as text: "13.27", with at most `places` decimals."""

    default_error_messages = {"invalid": messages.NOT_NUMBER}

    def __init__(
        self, *, minimum: Decimal | str = "0", maximum: Decimal | str = "100", places: int = 4, **options: Any
    ) -> None:
        super().__init__(**options)
        self.minimum, self.maximum, self.places = Decimal(minimum), Decimal(maximum), places
        self.metadata = {"type": "string", "pattern": rf"^-?[0-9]{{1,9}}([.][0-9]{{1,{places}}})?$", **self.metadata}
        self._written = re.compile(rf"-?[0-9]{{1,9}}([.][0-9]{{1,{places}}})?\Z", re.ASCII)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if not isinstance(value, str) or not self._written.match(value):
            raise self.make_error("invalid")
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise self.make_error("invalid") from None
        if not self.minimum <= number <= self.maximum:
            raise ValidationError(messages.OUT_OF_RANGE.format(min=self.minimum, max=self.maximum))
        return number

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format(value, "f")


class Integer(ma.fields.Field[int]):
    """A whole JSON number between `minimum` and `maximum`, both included; in a query its text."""

    default_error_messages = {"invalid": messages.NOT_INTEGER}

    def __init__(self, *, minimum: int = 0, maximum: int = LARGEST_INTEGER, **options: Any) -> None:
        super().__init__(**options)
        self.minimum, self.maximum = minimum, maximum
        self.metadata = {"type": "integer", "minimum": minimum, "maximum": maximum, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and _reads_text(self):
            if not re.fullmatch(r"-?[0-9]{1,18}", value):
                raise self.make_error("invalid")
            value = int(value)
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)  # 1.0 is the number 1 in JSON
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        if not self.minimum <= value <= self.maximum:
            raise ValidationError(messages.OUT_OF_RANGE.format(min=self.minimum, max=self.maximum))
        return value


class Boolean(ma.fields.Field[bool]):
    """JSON true or false and nothing that resembles it; in a query "true", "false", "1" or "0"."""

    default_error_messages = {"invalid": messages.NOT_BOOLEAN}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {"type": "boolean", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if isinstance(value, str) and _reads_text(self):
            value = {"true": True, "1": True, "false": False, "0": False}.get(value)
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Agreed(Boolean):
    """A box that must be ticked: only true is taken."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {**self.metadata, "enum": [True]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not super()._deserialize(value, attr, data, **kwargs):
            raise ValidationError(Message("Cette case doit être cochée.", "not_agreed"))
        return True


class Id(ma.fields.Field[str]):
    """An identifier: a UUID in its text form. Loads lower-case str."""

    default_error_messages = {"invalid": messages.IDENTIFIER}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {"type": "string", "format": "uuid", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not _UUID.match(value):
            raise self.make_error("invalid")
        return value.lower()

    def _serialize(self, value: str | uuid.UUID | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Choice(ma.fields.Field[Any]):
    """One of the values of a StrEnum, or of a few plain texts. Loads the member (or the text)."""

    def __init__(self, options: type[StrEnum] | Iterable[str], **more: Any) -> None:
        super().__init__(**more)
        self._options: dict[str, Any] = (
            {member.value: member for member in options}
            if isinstance(options, type)
            else {str(text): str(text) for text in options}
        )
        names: list[Any] = [*self._options]
        self.metadata = {"type": "string", "enum": names + [None] * bool(self.allow_none), **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError(messages.NOT_TEXT)
        try:
            return self._options[value]
        except KeyError:
            raise ValidationError(messages.CHOICE.format(choices=", ".join(self._options))) from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class List(_List[Any]):
    """A list of `min` to `max` entries, both included."""

    def __init__(
        self,
        inner: ma.fields.Field[Any] | type[ma.fields.Field[Any]],
        *,
        min: int = 0,
        max: int = LONGEST_LIST,
        **options: Any,
    ) -> None:
        bounds = validate.Length(min=min or None, max=max)
        own = options.pop("validate", None)
        super().__init__(inner, validate=bounds if own is None else [bounds, own], **options)
        self.longest = max

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        # Before the entries are looked at: a megabyte of empty ones is not worth the time.
        if isinstance(value, list) and len(value) > self.longest:
            raise ValidationError(messages.TOO_MANY.format(max=self.longest))
        return super()._deserialize(value, attr, data, **kwargs)


class Upload(_Upload):  # type: ignore[misc]
    """A file of a multipart form. Loads werkzeug's FileStorage, whose stream is not read here."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not hasattr(value, "stream"):
            raise ValidationError(messages.NOT_FILE)
        return value


class Computed(ma.fields.Field[Any]):
    """An answer's value that a function of the object gives; documented with `like`, another field."""

    _CHECK_ATTRIBUTE = False

    def __init__(self, compute: Callable[[Any], Any], *, like: ma.fields.Field[Any], **options: Any) -> None:
        super().__init__(dump_only=True, **options)
        self._compute, self._like = compute, like
        self.metadata = {**like.metadata, **self.metadata}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self._like._serialize(self._compute(obj), attr, obj, **kwargs)  # noqa: SLF001 - a field of fields


def _reads_text(field: ma.fields.Field[Any]) -> bool:
    return bool(getattr(field.root, "from_text", False))


__all__ = [
    "Agreed",
    "Amount",
    "BirthDate",
    "Boolean",
    "Choice",
    "Computed",
    "Day",
    "Dict",
    "Email",
    "Id",
    "Instant",
    "Integer",
    "List",
    "Mobile",
    "Nested",
    "Postcode",
    "Rate",
    "Secret",
    "Text",
    "Upload",
    "e164_mobile",
]
