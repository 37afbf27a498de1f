"""The demonstration mailbox: one JSON file a message, in the shape that MailDev's API gives, and its attachments.

    <folder>/<id>.json      {id, time, from, to, cc, subject, text, html, headers, attachments, size}
    <folder>/<id>/<file>    the attachments
    <folder>/handovers.log  one line a hand-over: id, instant

A message sent twice has the same name, so the mailbox shows it once; the log of hand-overs shows it twice.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from notifications.usecases.ports import File, Outgoing, Unreachable
from plumbing.ids import new_id

HANDOVERS = "handovers.log"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class FolderProvider:
    """Writes messages into a folder that belongs to no service. For the demonstration only: nothing is encrypted."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, outgoing: Outgoing) -> str:
        """Write the message and return its Message-ID. The JSON comes last, so a reader never sees half a message."""
        identifier = _UNSAFE.sub("-", outgoing.message_id.partition("@")[0])
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            attachments = self._write_files(identifier, outgoing.files)
            self._write(self._folder / f"{identifier}.json", _dump(_document(identifier, outgoing, attachments)))
            self._note(identifier)
        except OSError as failure:
            raise Unreachable(type(failure).__name__) from failure
        return outgoing.message_id

    def _write_files(self, identifier: str, files: tuple[File, ...]) -> list[dict[str, Any]]:
        described = []
        for number, file in enumerate(files, start=1):
            place = self._folder / identifier
            place.mkdir(exist_ok=True)
            generated = f"{number}-{_UNSAFE.sub('-', file.filename)}"
            self._write(place / generated, file.content)
            described.append(
                {
                    "fileName": file.filename,
                    "contentType": file.media_type,
                    "generatedFileName": generated,
                    "length": len(file.content),
                }
            )
        return described

    def _note(self, identifier: str) -> None:
        # One write to the end of the file: lines of many workers do not run into each other.
        descriptor = os.open(self._folder / HANDOVERS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{identifier} {datetime.now(UTC).isoformat()}\n".encode())
        finally:
            os.close(descriptor)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        unfinished = path.with_name(f".{path.name}.{new_id()}")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def _dump(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _document(identifier: str, outgoing: Outgoing, attachments: list[dict[str, Any]]) -> dict[str, Any]:
    content = outgoing.content
    return {
        "id": identifier,
        "time": datetime.now(UTC).isoformat(),
        "read": False,
        "from": [{"address": outgoing.sender, "name": outgoing.sender_name}],
        "to": [{"address": outgoing.recipient, "name": outgoing.recipient_name}],
        "cc": [{"address": copy, "name": ""} for copy in outgoing.copies],
        "subject": content.subject,
        "text": content.text,
        "html": content.html,
        "headers": {"message-id": f"<{outgoing.message_id}>", "auto-submitted": "auto-generated"},
        "attachments": attachments,
    }
