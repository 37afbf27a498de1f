"""The portal's settings: the environment in, a frozen dataclass out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plumbing.cipher import FieldCipher
from plumbing.settings import Environment


@dataclass(frozen=True)
class Config:
    """`session_key` closes the session cookie and what travels in hidden fields."""

    gateway_url: str
    public_url: str
    session_key: str
    demonstration: bool
    secure_cookies: bool
    trusted_proxies: int
    mailbox_url: str
    support_email: str
    publisher: str
    hosting: str


def load(environ: Mapping[str, str]) -> Config:
    """Read everything; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, "portal")
    public_url = environment.text("PUBLIC_URL").rstrip("/")
    environment.parsed("SESSION_KEY", FieldCipher.from_setting, "is not base64 of 32 bytes")
    if not public_url.startswith("https://"):
        environment.unsafe("PUBLIC_URL", "is not https")
    config = Config(
        gateway_url=environment.text("GATEWAY_URL").rstrip("/"),
        public_url=public_url,
        session_key=environment.secret("SESSION_KEY"),
        demonstration=environment.demonstration,
        secure_cookies=public_url.startswith("https://"),
        trusted_proxies=environment.integer("TRUSTED_PROXIES", 0, minimum=0, maximum=5),
        mailbox_url=environment.text("MAILBOX_URL", "") if environment.demonstration else "",
        support_email=environment.text("SUPPORT_EMAIL", ""),
        publisher=environment.text("PUBLISHER", ""),
        hosting=environment.text("HOSTING", ""),
    )
    environment.finish()
    return config
