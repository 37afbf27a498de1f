"""Notifications' settings: the environment in, a frozen dataclass out; no start when something is missing or unsafe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from plumbing.resources import CommonSettings
from plumbing.settings import Environment


class ProviderName(StrEnum):
    """Who takes messages."""

    SMTP = "smtp"
    FOLDER = "folder"


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class MailServer:
    """Where the mail server is; empty in a demonstration that only has the mailbox."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None


@dataclass(frozen=True)
class Config:
    """`sms_domain` is the gateway's: an SMS is a mail to <digits>@<sms_domain>. Without `insurers_file` the
    demonstration's insurers print their names."""

    common: CommonSettings
    public_url: str
    mail_provider: ProviderName
    sms_provider: ProviderName
    sms_domain: str
    mail_server: MailServer | None
    mailbox_dir: Path | None
    insurers_file: Path | None


def load(environ: Mapping[str, str]) -> Config:
    """Read everything; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="notifications")
    common = CommonSettings.read(environment)
    usual = ProviderName.FOLDER if environment.demonstration else ProviderName.SMTP
    mail_provider = environment.choice("MAIL_PROVIDER", ProviderName, usual)
    sms_provider = environment.choice("SMS_PROVIDER", ProviderName, usual)
    chosen = {mail_provider, sms_provider}
    for name, provider in (("MAIL_PROVIDER", mail_provider), ("SMS_PROVIDER", sms_provider)):
        if provider is ProviderName.FOLDER:
            environment.unsafe(name, "is a folder that everybody on the machine may read")
    config = Config(
        common=common,
        public_url=_public_url(environment),
        mail_provider=mail_provider,
        sms_provider=sms_provider,
        sms_domain=environment.text("SMS_GATEWAY_DOMAIN", demonstration="sms.example"),
        mail_server=_mail_server(environment) if ProviderName.SMTP in chosen else None,
        mailbox_dir=environment.path("MAILBOX_DIR") if ProviderName.FOLDER in chosen else None,
        insurers_file=_insurers_file(environment),
    )
    environment.finish()
    return config


def _public_url(environment: Environment) -> str:
    url = environment.text("PUBLIC_URL").rstrip("/")
    if url and not url.startswith("https://"):
        environment.unsafe("PUBLIC_URL", "is not https")
    return url


def _insurers_file(environment: Environment) -> Path | None:
    text = environment.text("INSURERS_FILE", demonstration="-")
    return None if text == "-" else environment.path("INSURERS_FILE", exists=True)


def _mail_server(environment: Environment) -> MailServer:
    security = environment.choice("SMTP_SECURITY", Security, Security.STARTTLS)
    if security is Security.NONE:
        environment.unsafe("SMTP_SECURITY", "sends mails and passwords in clear")
    user = environment.text("SMTP_USER", "")
    return MailServer(
        host=environment.text("SMTP_HOST"),
        port=environment.integer("SMTP_PORT", 587, minimum=1, maximum=65535),
        security=security,
        user=user or None,
        password=environment.secret("SMTP_PASSWORD") if user else None,
    )
