"""Notifications refuses to start when something is missing, or unsafe outside the demonstration."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifications.adapters.insurers import load_insurers
from notifications.config import ProviderName, load
from plumbing.cipher import new_field_key
from plumbing.settings import SettingsError


def environment(folder: Path, **changes: str) -> dict[str, str]:
    return {
        "DEMONSTRATION": "1",
        "DATABASE_URL": f"sqlite:///{folder}/notifications.db",
        "BUS_URL": f"embedded:///{folder}/bus.db",
        "GATEWAY_URL": "http://gateway.example",
        "SERVICE_SECRET": "n" * 40,
        "FIELD_KEY": new_field_key(),
        "SEALING_KEY": "{a private key, opened later}",
        "SEALING_KEYS_DIR": str(folder),
        "PUBLIC_URL": "https://espace.rives.example",
        "MAILBOX_DIR": str(folder / "mailbox"),
        **changes,
    }


def test_a_demonstration_needs_no_mail_server(tmp_path: Path) -> None:
    config = load(environment(tmp_path))

    assert (config.mail_provider, config.sms_provider) == (ProviderName.FOLDER, ProviderName.FOLDER)
    assert config.mail_server is None


def test_the_mailbox_is_refused_outside_the_demonstration(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(environment(tmp_path, DEMONSTRATION="0", MAIL_PROVIDER="folder", SMS_PROVIDER="folder"))

    assert "MAIL_PROVIDER is a folder" in str(refused.value)
    assert "INSURERS_FILE is missing" in str(refused.value)
    assert "SMS_GATEWAY_DOMAIN is missing" in str(refused.value)


def test_mails_in_clear_are_refused_outside_the_demonstration(tmp_path: Path) -> None:
    production = environment(
        tmp_path, DEMONSTRATION="0", SMTP_HOST="mail.example", SMTP_SECURITY="none", PUBLIC_URL="http://rives.example"
    )

    with pytest.raises(SettingsError) as refused:
        load(production)

    assert "SMTP_SECURITY sends mails and passwords in clear" in str(refused.value)
    assert "PUBLIC_URL is not https" in str(refused.value)


def test_a_user_of_the_mail_server_needs_his_password(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SMTP_PASSWORD"):
        load(environment(tmp_path, MAIL_PROVIDER="smtp", SMTP_HOST="mail.example", SMTP_USER="rives"))


def test_an_insurer_with_a_hole_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "insurers.toml"
    path.write_text('[[insurer]]\ntenant = "rives"\nname = ""\n')

    with pytest.raises(ValueError, match=r"insurer rives: check .*brand.*name.*siren"):
        load_insurers(path)
