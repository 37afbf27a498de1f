"""What comes in beside a file, and what goes out about one."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from documents.domain.access import InvalidReference, Reader, Subject
from documents.domain.kinds import is_well_formed
from documents.domain.limits import MAX_READERS, TITLE_LENGTH
from plumbing.http import CursorArguments, Schema, fields, payload
from plumbing.http.messages import Message

_SUBJECT = Message("Indiquez le dossier concerné, par exemple subscription:<identifiant>.", "subject")
_KIND = Message("Ce type de document n’est pas valable.", "kind")
_READERS = Message("Une liste JSON de lecteurs est attendue, chacun sous la forme rôle:identifiant.", "readers")
_LONGEST_REFERENCE = 100
# For the contract; what holds are `Subject.parse` and `is_well_formed`.
SUBJECT_PATTERN = "^(subscription|quote|claim|contract|ceremony|product):[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"
KIND_PATTERN = "^[a-z][a-z0-9_]{0,29}([.][a-z][a-z0-9_]{0,29}){0,2}$"


class SubjectField(ma.fields.Field[Subject]):
    """ "subscription:<id>" and the like. Loads a Subject."""

    default_error_messages = {"invalid": _SUBJECT}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {"type": "string", "pattern": SUBJECT_PATTERN, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Subject:
        if not isinstance(value, str) or len(value) > _LONGEST_REFERENCE:
            raise self.make_error("invalid")
        try:
            return Subject.parse(value)
        except InvalidReference:
            raise self.make_error("invalid") from None


class KindField(ma.fields.Field[str]):
    """A kind: up to three dotted lower-case words."""

    default_error_messages = {"invalid": _KIND}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {"type": "string", "pattern": KIND_PATTERN, "example": "piece.identity", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not is_well_formed(value):
            raise self.make_error("invalid")
        return value


class ReadersField(ma.fields.Field[tuple[Reader, ...]]):
    """A JSON list of "role:id", as the text of a form field. Loads Readers."""

    default_error_messages = {"invalid": _READERS}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {"type": "string", "maxLength": 4096, "example": '["manager:*"]', **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Reader, ...]:
        try:
            listed = payload.loads(value)
        except (ValueError, TypeError):
            raise self.make_error("invalid") from None
        if not isinstance(listed, list) or len(listed) > MAX_READERS:
            raise self.make_error("invalid")
        try:
            return tuple(Reader.parse(text) for text in listed if _is_reference(text) or self._refuse())
        except InvalidReference:
            raise self.make_error("invalid") from None

    def _refuse(self) -> bool:
        raise self.make_error("invalid")


def _is_reference(text: object) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST_REFERENCE


class UploadForm(Schema):
    """The fields beside the file."""

    kind = KindField(required=True)
    subject = SubjectField(required=True)
    title = fields.Text(max=TITLE_LENGTH, load_default=None, metadata={"description": "Par défaut, le nom du fichier."})
    readers = ReadersField(load_default=(), metadata={"description": "Pour les services seulement."})


class DocumentOut(Schema):
    """A stored document. `sha256` is that of the stored bytes."""

    id = fields.Id(required=True)
    kind = fields.Text(max=100, required=True)
    subject = fields.Text(max=100, required=True)
    owner = fields.Text(max=100, required=True, metadata={"description": "Qui l’a déposé, rôle:identifiant."})
    title = fields.Text(max=TITLE_LENGTH, required=True)
    media_type = fields.Text(max=100, required=True)
    size = fields.Integer(minimum=1, required=True)
    sha256 = fields.Text(max=64, required=True)
    pages = fields.Integer(minimum=1, required=True, allow_none=True)
    stored_at = fields.Instant(required=True)
    read_at = fields.Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Dernière lecture par l’appelant\u00a0; null\u00a0: non lu."},
    )


class ListArguments(CursorArguments):
    """Which documents."""

    subject = SubjectField(load_default=None)


class ContentArguments(Schema):
    """How the bytes are wanted."""

    inline = fields.Boolean(load_default=False, metadata={"description": "Afficher un PDF au lieu de l’enregistrer."})


class KindArguments(Schema):
    """For which subject the kinds are asked."""

    subject_kind = fields.Choice(("subscription", "quote", "claim", "contract"), load_default="subscription")


class KindOut(Schema):
    """A kind of file that a person may send."""

    code = fields.Text(max=100, required=True)
    label = fields.Text(max=200, required=True)
    request = fields.Text(max=500, required=True)


class PageOut(Schema):
    """A page to read: a PNG in base64 with its size in pixels, and the text that is on it."""

    number = fields.Integer(minimum=1, required=True)
    pages = fields.Integer(minimum=1, required=True)
    width = fields.Integer(minimum=1, required=True)
    height = fields.Integer(minimum=1, required=True)
    picture = fields.Text(max=20_000_000, required=True)
    text = fields.Text(max=100_000, min=0, lines=True, required=True)
