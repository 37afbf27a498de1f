"""Lists page by page. A cursor names the last row seen, so a page costs the same at the end as at the start."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import marshmallow as ma

from plumbing.http import fields, payload
from plumbing.http.messages import Message
from plumbing.http.schema import Schema

T = TypeVar("T")

LIMIT = 20
LARGEST_LIMIT = 100
LONGEST_CURSOR = 512

BAD_CURSOR = Message("Ce curseur n’est pas valable\u00a0: reprenez la liste au début.", "cursor")


class Cursor(ma.fields.Field[tuple[Any, ...]]):
    """An opaque place in a list. Loads the tuple of values that `encode_cursor` was given.

    `shape` names a field for each value, which checks it again: a cursor comes back from the caller and may have been
    tampered with. The usual list goes by one id (a UUIDv7, so by age): `(Id(),)`.
    """

    default_error_messages = {"invalid": BAD_CURSOR}

    def __init__(self, *shape: ma.fields.Field[Any], **options: Any) -> None:
        super().__init__(**options)
        self.shape = shape or (fields.Id(),)
        self.metadata = {"type": "string", "maxLength": LONGEST_CURSOR, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Any, ...]:
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_CURSOR:
            raise self.make_error("invalid")
        try:
            values = payload.loads(base64.b64decode(value.encode("ascii") + b"==", altchars=b"-_", validate=False))
            if not isinstance(values, list) or len(values) != len(self.shape):
                raise self.make_error("invalid")
            return tuple(part.deserialize(given) for part, given in zip(self.shape, values, strict=True))
        except (ValueError, binascii.Error, ma.ValidationError):
            raise self.make_error("invalid") from None


class CursorArguments(Schema):
    """The query of a list: `cursor` (None at the start) and `limit`. Subclass it to add filters or another shape."""

    cursor = Cursor(load_default=None, metadata={"description": "next_cursor de la page précédente."})
    limit = fields.Integer(minimum=1, maximum=LARGEST_LIMIT, load_default=LIMIT)


# For `@blp.arguments(cursor_arguments, location="query")`, when the list has no filter.
cursor_arguments = CursorArguments()


def encode_cursor(*values: Any) -> str:
    """Return the cursor of the place after the row with these values (text, numbers, dates, instants)."""
    return base64.urlsafe_b64encode(payload.dumps(list(values))).rstrip(b"=").decode()


def page_of(items: Sequence[Any], next_cursor: str | Sequence[Any] | None = None) -> dict[str, Any]:
    """Return a page for the answer; `next_cursor` is None on the last page, else a cursor or its values."""
    if next_cursor is not None and not isinstance(next_cursor, str):
        next_cursor = encode_cursor(*next_cursor)
    return {"items": items, "next_cursor": next_cursor}


def cut_page(rows: Sequence[T], limit: int, place: Callable[[T], Sequence[Any]]) -> tuple[Sequence[T], str | None]:
    """Split the `limit` + 1 rows a query was asked for into the page and the cursor of the next one.

    `place` gives the values of a row that its cursor holds.
    """
    if len(rows) <= limit:
        return rows, None
    page = rows[:limit]
    return page, encode_cursor(*place(page[-1]))


def page_schema(item: Schema) -> Schema:
    """Return the schema of a page of `item`, named after it: page_schema(QuoteSummary()) documents QuoteSummaryPage."""
    if type(item) in _PAGES:
        return _PAGES[type(item)]
    name = f"{type(item).__name__.removesuffix('Schema')}Page"
    members = {
        "items": fields.List(fields.Nested(item), required=True, max=LARGEST_LIMIT),
        "next_cursor": fields.Text(max=LONGEST_CURSOR, required=True, allow_none=True),
    }
    page = Schema.from_dict(members, name=name)()  # type: ignore[arg-type]
    return _PAGES.setdefault(type(item), page)  # type: ignore[arg-type]


# One page schema for each kind of item, so that the contract has one name for it.
_PAGES: dict[type[Schema], Schema] = {}
