"""The providers against what they really talk to: a mail server on a socket, a folder on the disk."""

from __future__ import annotations

import asyncio
import email
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from notifications.adapters.providers import smtp as smtp_provider
from notifications.adapters.providers.folder import FolderProvider
from notifications.adapters.providers.sms import SmsByMail
from notifications.adapters.providers.smtp import SmtpProvider
from notifications.config import MailServer, Security
from notifications.domain.message import Content
from notifications.usecases.ports import File, Outgoing, Refused, Unreachable


@dataclass
class Mailroom:
    """A mail server's hands: it keeps what it takes, and answers recipients as told."""

    answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 taken"
    taken: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 — aiosmtpd's name
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 fine")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: smtp.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return self.data_answer

    def only_mail(self) -> EmailMessage:
        (envelope,) = self.taken
        mail = email.message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(mail, EmailMessage)
        return mail


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def mailroom() -> Mailroom:
    return Mailroom()


@pytest.fixture
def server(mailroom: Mailroom) -> Iterator[Controller]:
    controller = Controller(mailroom, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def provider(server: Controller) -> SmtpProvider:
    return SmtpProvider(MailServer("127.0.0.1", server.port, Security.NONE, None, None))


def outgoing(**changes: Any) -> Outgoing:
    facts: dict[str, Any] = {
        "message_id": "0192-abc@rives.example",
        "sender": "noreply@rives.example",
        "sender_name": "Mutuelle des Rives",
        "recipient": "anne.roche@client.example",
        "recipient_name": "Anne Roche",
        "copies": ("courtier@lemaire.example",),
        "content": Content("Bonjour Madame, à bientôt", "Votre devis — été", "<p>Bonjour Madame, à bientôt</p>"),
        "files": (File("DEVIS é.pdf", "application/pdf", b"%PDF-1.7 quote"),),
    }
    return Outgoing(**{**facts, **changes})


def test_a_mail_arrives_whole(provider: SmtpProvider, mailroom: Mailroom) -> None:
    assert provider.send(outgoing()) == "0192-abc@rives.example"

    mail = mailroom.only_mail()
    assert mailroom.taken[0].rcpt_tos == ["anne.roche@client.example", "courtier@lemaire.example"]
    assert mail["Subject"] == "Votre devis — été"
    assert mail["From"] == "Mutuelle des Rives <noreply@rives.example>"
    assert mail["To"] == "Anne Roche <anne.roche@client.example>"
    assert mail["Cc"] == "courtier@lemaire.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert "à bientôt" in plain.get_content()
    assert html is not None
    assert "<p>Bonjour" in html.get_content()
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("DEVIS é.pdf", "application/pdf")
    assert attached.get_content() == b"%PDF-1.7 quote"


def test_a_second_sending_bears_the_same_message_id(provider: SmtpProvider, mailroom: Mailroom) -> None:
    provider.send(outgoing())
    provider.send(outgoing())

    seen = {email.message_from_bytes(taken.content or b"")["Message-ID"] for taken in mailroom.taken}  # type: ignore[arg-type]
    assert len(mailroom.taken) == 2
    assert seen == {"<0192-abc@rives.example>"}


@pytest.mark.parametrize(("answer", "failure"), [("550 no such mailbox", Refused), ("450 mailbox busy", Unreachable)])
def test_a_recipient_turned_away(
    provider: SmtpProvider, mailroom: Mailroom, answer: str, failure: type[Refused | Unreachable]
) -> None:
    mailroom.answers["anne.roche@client.example"] = answer

    with pytest.raises(failure) as raised:
        provider.send(outgoing(copies=()))

    assert raised.value.code == answer[:3]  # type: ignore[attr-defined]


def test_a_copy_turned_away_does_not_hold_the_message_back(provider: SmtpProvider, mailroom: Mailroom) -> None:
    mailroom.answers["courtier@lemaire.example"] = "550 no such mailbox"

    provider.send(outgoing())

    assert mailroom.taken[0].rcpt_tos == ["anne.roche@client.example"]


@pytest.mark.parametrize(("answer", "failure"), [("554 spam", Refused), ("451 try again", Unreachable)])
def test_a_message_turned_away(
    provider: SmtpProvider, mailroom: Mailroom, answer: str, failure: type[Refused | Unreachable]
) -> None:
    mailroom.data_answer = answer

    with pytest.raises(failure):
        provider.send(outgoing())


def test_no_server_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        SmtpProvider(MailServer("127.0.0.1", free_port(), Security.NONE, None, None)).send(outgoing())


class Silence(Mailroom):
    """A mail server that takes its time at one command."""

    def __init__(self, at: str, seconds: float) -> None:
        super().__init__()
        self.at, self.seconds = at, seconds

    async def handle_RCPT(  # noqa: N802
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.seconds if self.at == "RCPT" else 0)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: smtp.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.seconds if self.at == "DATA" else 0)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second for what takes ten, so that a test need not wait."""
    monkeypatch.setattr(smtp_provider._Connection, "_patience", 0.1)
    monkeypatch.setattr(smtp_provider, "ANSWER_SECONDS", 0.1)


def send_to(room: Mailroom) -> str:
    controller = Controller(room, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        return SmtpProvider(MailServer("127.0.0.1", controller.port, Security.NONE, None, None)).send(outgoing())
    finally:
        controller.stop()


@pytest.mark.usefixtures("hurried")
def test_a_silent_server_does_not_hold_up_the_messages_behind() -> None:
    with pytest.raises(Unreachable):
        send_to(Silence("RCPT", 1.0))


@pytest.mark.usefixtures("hurried")
def test_a_server_that_has_the_whole_message_may_take_longer_to_judge_it() -> None:
    room = Silence("DATA", 0.5)

    assert send_to(room) == "0192-abc@rives.example"
    assert len(room.taken) == 1


def test_a_server_is_not_long_knocked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def nobody(address: object, timeout: float, source_address: object) -> socket.socket:
        waited.append(timeout)
        raise TimeoutError

    monkeypatch.setattr("socket.create_connection", nobody)
    for security in (Security.NONE, Security.TLS):
        with pytest.raises(Unreachable):
            SmtpProvider(MailServer("127.0.0.1", 25, security, None, None)).send(outgoing())

    assert waited == [3.0, 3.0]


def test_starttls_is_not_given_up_silently(server: Controller, mailroom: Mailroom) -> None:
    with pytest.raises((Refused, Unreachable)):
        SmtpProvider(MailServer("127.0.0.1", server.port, Security.STARTTLS, None, None)).send(outgoing())

    assert mailroom.taken == []


def test_a_wrong_password_can_be_mended_later(mailroom: Mailroom) -> None:
    def check(server: object, session: object, envelope: object, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)

    controller = Controller(
        mailroom, hostname="127.0.0.1", port=free_port(), authenticator=check, auth_require_tls=False
    )
    controller.start()
    try:
        settings = MailServer("127.0.0.1", controller.port, Security.NONE, "rives", "wrong")
        with pytest.raises(Unreachable):
            SmtpProvider(settings).send(outgoing())
        SmtpProvider(MailServer("127.0.0.1", controller.port, Security.NONE, "rives", "right")).send(outgoing())
    finally:
        controller.stop()
    assert len(mailroom.taken) == 1


def test_the_demonstration_mailbox_has_maildevs_shape(tmp_path: Path) -> None:
    FolderProvider(tmp_path / "mailbox").send(outgoing())

    document = json.loads((tmp_path / "mailbox" / "0192-abc.json").read_text())
    assert document["id"] == "0192-abc"
    assert document["from"] == [{"address": "noreply@rives.example", "name": "Mutuelle des Rives"}]
    assert document["to"] == [{"address": "anne.roche@client.example", "name": "Anne Roche"}]
    assert document["cc"] == [{"address": "courtier@lemaire.example", "name": ""}]
    assert (document["subject"], document["html"]) == ("Votre devis — été", "<p>Bonjour Madame, à bientôt</p>")
    (attached,) = document["attachments"]
    assert (attached["fileName"], attached["contentType"]) == ("DEVIS é.pdf", "application/pdf")
    assert (tmp_path / "mailbox" / "0192-abc" / attached["generatedFileName"]).read_bytes() == b"%PDF-1.7 quote"


def test_the_mailbox_shows_a_message_sent_twice_once(tmp_path: Path) -> None:
    mailbox = FolderProvider(tmp_path)
    mailbox.send(outgoing())
    mailbox.send(outgoing())

    assert [path.name for path in tmp_path.glob("*.json")] == ["0192-abc.json"]
    assert [line.split()[0] for line in (tmp_path / "handovers.log").read_text().splitlines()] == ["0192-abc"] * 2


def test_an_attachment_cannot_leave_its_folder(tmp_path: Path) -> None:
    FolderProvider(tmp_path / "mailbox").send(outgoing(files=(File("../../x.pdf", "application/pdf", b"x"),)))

    assert sorted(path.name for path in (tmp_path / "mailbox" / "0192-abc").iterdir()) == ["1-..-..-x.pdf"]
    assert [path.name for path in tmp_path.iterdir()] == ["mailbox"]


def test_an_sms_is_a_mail_to_its_number(provider: SmtpProvider, mailroom: Mailroom) -> None:
    sms = SmsByMail(provider, "sms.example")

    sms.send(outgoing(recipient="+33612345678", content=Content("Votre code : 123456")))

    assert mailroom.taken[0].rcpt_tos == ["33612345678@sms.example"]
    assert mailroom.only_mail().get_content().strip() == "Votre code : 123456"
    assert sms.name == "sms-smtp"


def test_an_sms_to_no_number_is_refused(provider: SmtpProvider) -> None:
    with pytest.raises(Refused):
        SmsByMail(provider, "sms.example").send(outgoing(recipient="0612345678"))
