"""Reads frames so that nobody's properties can end who receives them.

py-amqp raises on a property that is no UTF-8 or a header it cannot read, after it has taken the frame from the socket:
the connection is lost, the message comes again, and with each turn every message that was held counts one delivery
more, until innocent ones die with it. Whoever may publish to an inbox could do that. Here such a message arrives with
its body and without any property. And kombu would unpack a body that a header calls compressed, whatever its size then
is: the header is taken off, since nobody of ours compresses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amqp.basic_message import Message
from amqp.method_framing import frame_handler

_HEADER = 2
_FIXED_PART = 12  # class, weight, body size; the flags of the properties follow
_NO_PROPERTIES = b"\x00\x00"

Frame = tuple[int, int, bytes]


def tolerant_frames(connection: Any, callback: Callable[..., Any]) -> Callable[[Frame], bool]:
    """Return what `amqp.Connection` calls with each frame; for its argument `frame_handler`."""

    def hand_over(channel: int, method: tuple[int, int], arguments: bytes, content: Any) -> Any:
        headers = content.properties.get("application_headers") if content is not None else None
        if isinstance(headers, dict):
            headers.pop("compression", None)
        return callback(channel, method, arguments, content)

    read: Callable[[Frame], bool] = frame_handler(connection, hand_over)

    def on_frame(frame: Frame) -> bool:
        try:
            return read(frame)
        except Exception:
            kind, channel, content = frame
            if kind != _HEADER or _readable(content):
                raise
            return read((kind, channel, bytes(content[:_FIXED_PART]) + _NO_PROPERTIES))

    return on_frame


def _readable(header: bytes) -> bool:
    # Reading a header may also hand over a message without a body: then the failure is the receiver's own.
    try:
        Message().inbound_header(header)
    except Exception:  # noqa: BLE001  whatever a sender found to write
        return False
    return True
