"""Hands messages to a mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from typing import Any

from notifications.config import MailServer, Security
from notifications.usecases.ports import Outgoing, Refused, Unreachable

# Codes that live five minutes wait behind the mail that is being handed over, so a server has little time to answer.
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
# It has the whole message and may be scanning it: giving up on this answer sends the message again.
VERDICT_SECONDS = 20.0


class _Connection(smtplib.SMTP):
    """Waits for each answer on its own; smtplib waits for all as long as for the connection."""

    _patience = ANSWER_SECONDS

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            self.sock.settimeout(self._patience)
        return super().getreply()

    def data(self, msg: Any) -> tuple[int, bytes]:
        self._patience = VERDICT_SECONDS
        try:
            return super().data(msg)
        finally:
            self._patience = ANSWER_SECONDS


class _TlsConnection(_Connection, smtplib.SMTP_SSL):
    """The same, closed from its first byte."""


class SmtpProvider:
    """One connection a message: jobs are few, and a connection kept open would have to be kept alive."""

    name = "smtp"

    def __init__(self, settings: MailServer) -> None:
        self._settings = settings

    def send(self, outgoing: Outgoing) -> str:
        """Hand the message over and return its Message-ID, which is also its name at the server."""
        mail = as_mail(outgoing)
        recipients = [outgoing.recipient, *outgoing.copies]
        try:
            with self._connected() as server:
                turned_away = server.send_message(mail, from_addr=outgoing.sender, to_addrs=recipients)
        except smtplib.SMTPRecipientsRefused as failure:
            raise _verdict(code for code, _ in failure.recipients.values()) from None
        except smtplib.SMTPNotSupportedError:
            raise Refused("not-supported") from None
        except smtplib.SMTPAuthenticationError as failure:
            # The house's own password is wrong: no fault of the message, and somebody will mend it.
            raise Unreachable(str(failure.smtp_code)) from None
        except smtplib.SMTPResponseException as failure:
            raise _verdict([failure.smtp_code]) from None
        except (smtplib.SMTPException, OSError) as failure:
            raise Unreachable(type(failure).__name__) from None
        if outgoing.recipient in turned_away:
            raise _verdict([turned_away[outgoing.recipient][0]])
        return outgoing.message_id

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if settings.security is Security.TLS:
            server = _TlsConnection(settings.host, settings.port, timeout=CONNECT_SECONDS, context=context)
        else:
            server = _Connection(settings.host, settings.port, timeout=CONNECT_SECONDS)
        with server:
            if settings.security is Security.STARTTLS:
                server.starttls(context=context)
            if settings.user is not None and settings.password is not None:
                server.login(settings.user, settings.password)
            yield server


def _verdict(codes: Iterator[int] | list[int]) -> Refused | Unreachable:
    worst = max(codes)
    return Refused(str(worst)) if worst >= 500 else Unreachable(str(worst))


def as_mail(outgoing: Outgoing) -> EmailMessage:
    """Return the MIME message. It says that a machine wrote it, so that no other machine answers it."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=200))
    mail["Subject"] = outgoing.content.subject
    mail["From"] = _address(outgoing.sender, outgoing.sender_name)
    mail["To"] = _address(outgoing.recipient, outgoing.recipient_name)
    if outgoing.copies:
        mail["Cc"] = [_address(copy, "") for copy in outgoing.copies]
    mail["Date"] = localtime()
    mail["Message-ID"] = f"<{outgoing.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(outgoing.content.text)
    if outgoing.content.html is not None:
        mail.add_alternative(outgoing.content.html, subtype="html")
    for file in outgoing.files:
        main, _, sub = file.media_type.partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=sub or "octet-stream", filename=file.filename)
    return mail


def _address(address: str, name: str) -> Address:
    return Address(display_name=name, addr_spec=address)
