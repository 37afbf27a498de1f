"""No start with missing or unsafe settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.config import load
from plumbing.cipher import new_field_key
from plumbing.sealing import new_sealing_key
from plumbing.settings import SettingsError


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": "postgresql://documents:0123456789abcdef@db/documents",
        "BUS_URL": "amqp://documents:0123456789abcdef@bus/",
        "GATEWAY_URL": "http://gateway",
        "SERVICE_SECRET": "d" * 40,
        "FIELD_KEY": new_field_key(),
        "SEALING_KEY": new_sealing_key()[0],
        "SEALING_KEYS_DIR": str(tmp_path),
        "S3_URL": "https://s3.example:8333",
        "S3_ACCESS_KEY": "documents",
        "S3_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    }


def problems(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refusal:
        load(environment)
    return str(refusal.value)


def test_production_keeps_its_files_in_s3(environment: dict[str, str]) -> None:
    config = load(environment)
    assert config.s3 is not None
    assert (config.s3.bucket, config.s3.region, config.folder) == ("documents", "us-east-1", None)
    assert (config.antivirus_url, config.checkers) == (None, 2)


def test_a_folder_needs_no_s3(environment: dict[str, str]) -> None:
    kept = {name: value for name, value in environment.items() if not name.startswith("S3_")}
    config = load({**kept, "STORE": "folder", "STORE_DIR": "/srv/files"})
    assert (config.s3, config.folder) == (None, Path("/srv/files"))
    assert "STORE_DIR is missing" in problems({**kept, "STORE": "folder"})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"S3_URL": ""}, "S3_URL is missing"),
        ({"S3_URL": "s3.example:8333"}, "S3_URL is not"),
        ({"S3_URL": "https://key:secret@s3.example"}, "S3_URL is not"),
        ({"S3_URL": "https://s3.example/bucket"}, "S3_URL is not"),
        ({"S3_ACCESS_KEY": ""}, "S3_ACCESS_KEY is missing"),
        ({"S3_SECRET_KEY": "changeme"}, "S3_SECRET_KEY is a placeholder"),
        ({"STORE": "ftp"}, "STORE is none of"),
        ({"ANTIVIRUS_URL": "clamd"}, "ANTIVIRUS_URL is not"),
        ({"ANTIVIRUS_URL": "tcp://"}, "ANTIVIRUS_URL is not"),
        ({"CHECKERS": "0"}, "CHECKERS is below 1"),
    ],
)
def test_each_wrong_setting_is_told(environment: dict[str, str], changes: dict[str, str], told: str) -> None:
    assert told in problems({**environment, **changes})


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:3310", "unix:///run/clamav/clamd.sock"])
def test_an_antivirus_is_optional(environment: dict[str, str], url: str) -> None:
    assert load({**environment, "ANTIVIRUS_URL": url}).antivirus_url == url
