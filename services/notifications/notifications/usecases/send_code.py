"""Send a one-time code by SMS."""

from __future__ import annotations

import re
from datetime import datetime

from notifications.domain.people import Person
from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_sms

_CODE = re.compile(r"\b[0-9]{6}\b")


def send_code(*, uow: Begin, writer: Writer, event_id: str, mobile: str, text: str, expires_at: datetime) -> None:
    """Queue the SMS as signature wrote it. Whatever in it looks like a code is blanked once it is sent or too old."""
    letter = Letter(
        kind="signature.code",
        event_id=event_id,
        to=Person("", "", "", ""),
        facts={"text": text},
        secrets=sorted(set(_CODE.findall(text))) or [text],
        expires_at=expires_at,
    )
    with uow() as work:
        queue_sms(work, writer, letter, mobile=mobile)
        work.commit()
