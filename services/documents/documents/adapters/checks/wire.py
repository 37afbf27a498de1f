"""How the service and its checking child speak over a pipe: a length, a JSON head, the bytes of the file."""

from __future__ import annotations

import json
import struct
from typing import BinaryIO

_LENGTHS = struct.Struct(">IQ")
_MAX_HEAD = 4096
_MAX_CONTENT = 64 * 1024 * 1024


class BrokenPipe(Exception):
    """The other side went away in the middle of a message, or speaks nonsense."""


def write_message(pipe: BinaryIO, head: dict[str, object], content: bytes) -> None:
    """Send one message and flush it."""
    encoded = json.dumps(head).encode()
    pipe.write(_LENGTHS.pack(len(encoded), len(content)))
    pipe.write(encoded)
    pipe.write(content)
    pipe.flush()


def read_message(pipe: BinaryIO) -> tuple[dict[str, object], bytes] | None:
    """Return the next message, None when the other side has closed between two; raises BrokenPipe."""
    start = pipe.read(_LENGTHS.size)
    if not start:
        return None
    if len(start) < _LENGTHS.size:
        raise BrokenPipe
    head_length, content_length = _LENGTHS.unpack(start)
    if head_length > _MAX_HEAD or content_length > _MAX_CONTENT:
        raise BrokenPipe
    encoded, content = pipe.read(head_length), pipe.read(content_length)
    if len(encoded) < head_length or len(content) < content_length:
        raise BrokenPipe
    head = json.loads(encoded)
    if not isinstance(head, dict):
        raise BrokenPipe
    return head, content
