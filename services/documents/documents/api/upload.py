"""Reads an upload from the request as it comes: one file part and a few small fields, in bounded memory.

werkzeug's own form parser writes each file to disk and keeps all parts until the end. Here at most one file is held, no
more of it than its sender may send, and nothing touches the disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from flask import g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import NEED_DATA, Data, Epilogue, Field, File, MultipartDecoder

from plumbing.http import ProblemRaised, payload
from plumbing.http.problems import invalid_input, standard

FILE_PART: Final = "file"
_PIECE: Final = 65_536
# What the decoder may hold between two pieces: part headers and half a boundary, never a file.
_DECODER_BYTES: Final = 4 * _PIECE
_FIELD_BYTES: Final = 16_384
_MAX_PARTS: Final = 20
_LONGEST_NAME: Final = 255


@dataclass
class Upload:
    """One file with the form fields beside it. `content` stops one byte after the caller's limit."""

    form: MultiDict[str, str] = field(default_factory=MultiDict)
    name: str = ""
    declared_type: str = ""
    content: bytes = b""
    files: int = 0

    def fingerprint(self) -> bytes:
        """What makes two uploads the same: every field, the file's name and its bytes."""
        digest = hashlib.sha256(self.content).hexdigest()
        return payload.canonical([sorted(self.form.items(multi=True)), self.name, self.declared_type, digest])


def upload_of_request(limit: Callable[[], int]) -> Upload:
    """Return the upload of the request at hand, read once; `limit` gives the largest file of its caller in bytes.

    415 when it is no multipart form, 400 when it is malformed, 413 when it is longer than anybody may send, 422 when
    the parts are not one file and the fields.
    """
    upload: Upload | None = g.get("upload")
    if upload is None:
        upload = _read(limit())
        g.upload = upload
    return upload


def _read(limit: int) -> Upload:
    decoder = MultipartDecoder(_boundary(), max_form_memory_size=_DECODER_BYTES, max_parts=_MAX_PARTS)
    parts = _Parts(limit)
    stream = request.stream
    try:
        while not parts.ended:
            piece = stream.read(_PIECE)
            decoder.receive_data(piece or None)
            for event in iter(decoder.next_event, NEED_DATA):
                parts.take(event)
                if parts.ended:
                    break
    except RequestEntityTooLarge:
        raise ProblemRaised(standard(413)) from None
    except (ValueError, LookupError, AttributeError) as error:
        # The decoder's own failures on malformed input are of these kinds.
        raise _malformed() from error
    return parts.upload()


def _boundary() -> bytes:
    mimetype, options = parse_options_header(request.headers.get("Content-Type"))
    if mimetype != "multipart/form-data":
        detail = "Le corps de la requête doit être un formulaire (multipart/form-data)."
        raise ProblemRaised(standard(415, detail=detail))
    boundary = options.get("boundary", "")
    if not 1 <= len(boundary) <= 70 or not boundary.isascii():
        raise _malformed()
    return boundary.encode()


def _malformed() -> ProblemRaised:
    return ProblemRaised(standard(400, "multipart.malformed", "Le formulaire n’a pas pu être lu."))


class _Parts:
    """Sorts what the decoder finds into fields and the file."""

    def __init__(self, limit: int) -> None:
        self.ended = False
        self._limit = limit
        self._upload = Upload()
        self._content = bytearray()
        self._field: tuple[str, bytearray] | None = None
        self._in_file = False
        self._errors: list[dict[str, str]] = []

    def take(self, event: object) -> None:
        """Take one event of the decoder."""
        match event:
            case Field(name=str(name)):
                self._begin_field(name)
            case File(name=str(name), filename=filename, headers=headers):
                self._begin_file(name, filename, headers.get("Content-Type", ""))
            case Field() | File():
                raise ValueError("a part without a name")
            case Data(data=data, more_data=more):
                self._add(data)
                if not more:
                    self._end_part()
            case Epilogue():
                self.ended = True
            case _:
                pass  # whatever stands before the first boundary

    def upload(self) -> Upload:
        """Return what was read; 422 when it is not what is expected."""
        if not self._upload.files:
            self._refuse(FILE_PART, "required", "Ce champ est obligatoire\u00a0: joignez un fichier.")
        if self._errors:
            raise invalid_input(self._errors)
        self._upload.content = bytes(self._content)
        return self._upload

    def _begin_field(self, name: str) -> None:
        if name == FILE_PART:
            self._refuse(name, "type", "Un fichier est attendu.")
            self._upload.files += 1  # it is there, in the wrong form: not also « missing »
            self._field = (name, bytearray())
            return
        self._field = (name, bytearray())

    def _begin_file(self, name: str, filename: str, declared_type: str) -> None:
        self._in_file = name == FILE_PART and not self._upload.files
        if name != FILE_PART:
            self._refuse(name, "unknown", "Aucun fichier n’est attendu dans ce champ.")
            return
        self._upload.files += 1
        if self._upload.files > 1:
            self._refuse(name, "too_many", "Un seul fichier est attendu par envoi.")
            return
        self._upload.name = filename[:_LONGEST_NAME]
        self._upload.declared_type = parse_options_header(declared_type)[0].lower()[:100]

    def _add(self, data: bytes) -> None:
        if self._field is not None:
            self._field[1].extend(data)
            if len(self._field[1]) > _FIELD_BYTES:
                raise RequestEntityTooLarge
        elif self._in_file:
            # The rest is read and forgotten, so that the sender gets an answer instead of a broken connection.
            self._content.extend(data[: max(0, self._limit + 1 - len(self._content))])

    def _end_part(self) -> None:
        if self._field is not None and self._field[0] != FILE_PART:
            name, value = self._field
            self._upload.form.add(name, value.decode("utf-8"))
        self._field, self._in_file = None, False

    def _refuse(self, name: str, code: str, message: str) -> None:
        entry = {"field": name[:120], "code": code, "message": message}
        if entry not in self._errors:
            self._errors.append(entry)
