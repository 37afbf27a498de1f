"""The settings of documents: the environment in, a frozen dataclass out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from plumbing.resources import CommonSettings
from plumbing.settings import Environment


class StoreKind(StrEnum):
    """Where the bytes lie."""

    S3 = "s3"
    FOLDER = "folder"


@dataclass(frozen=True)
class S3Settings:
    """Where the store is and who we are there; `url` is http(s)://host:port."""

    url: str
    access_key: str
    secret_key: str
    bucket: str
    region: str = "us-east-1"


@dataclass(frozen=True)
class Config:
    """`s3` is None when the files lie in `folder`, and the other way round. No `antivirus_url`: nothing is scanned."""

    common: CommonSettings
    s3: S3Settings | None
    folder: Path | None
    antivirus_url: str | None
    checkers: int


def load(environ: Mapping[str, str]) -> Config:
    """Read everything; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="documents")
    common = CommonSettings.read(environment)
    kind = environment.choice("STORE", StoreKind, StoreKind.S3)
    s3, folder = None, None
    if kind is StoreKind.S3:
        environment.parsed("S3_URL", _check_http_address, "is not http(s)://host:port")
        s3 = S3Settings(
            url=environment.text("S3_URL"),
            access_key=environment.text("S3_ACCESS_KEY"),
            secret_key=environment.secret("S3_SECRET_KEY"),
            bucket=environment.text("S3_BUCKET", "documents"),
            region=environment.text("S3_REGION", "us-east-1"),
        )
    else:
        folder = environment.path("STORE_DIR")
    environment.parsed("ANTIVIRUS_URL", _check_antivirus_address, "is not tcp://host:port or unix:///path")
    antivirus_url = environment.text("ANTIVIRUS_URL", "") or None
    checkers = environment.integer("CHECKERS", 2, minimum=1, maximum=32)
    environment.finish()
    return Config(common=common, s3=s3, folder=folder, antivirus_url=antivirus_url, checkers=checkers)


def _check_http_address(text: str) -> None:
    parts = urlsplit(text.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.username:
        raise ValueError(text)


def _check_antivirus_address(text: str) -> None:
    parts = urlsplit(text.strip())
    complete = parts.hostname if parts.scheme == "tcp" else parts.path
    if parts.scheme not in {"tcp", "unix"} or not complete:
        raise ValueError(text)
