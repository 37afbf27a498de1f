"""No start with anything missing or unsafe."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson
import pytest
from joserfc.jwk import OKPKey

from member.config import DEMONSTRATION_PASSWORD, demonstration_key, load, read_clients, read_key
from plumbing.cipher import new_field_key
from plumbing.sealing import new_sealing_key
from plumbing.settings import SettingsError
from tests.services.member.keys import new_token_key

SECRET = "s" * 40


def environment(folder: Path, **changes: str | None) -> dict[str, str]:
    settings: dict[str, str | None] = {
        "DATABASE_URL": "postgresql://member:long-enough@database/member",
        "BUS_URL": "amqp://member:long-enough@bus/parapluie",
        "GATEWAY_URL": "http://gateway:8000",
        "SERVICE_SECRET": SECRET,
        "SERVICE_CLIENTS": f"quoting={SECRET}",
        "FIELD_KEY": new_field_key(),
        "SEALING_KEY": new_sealing_key()[0],
        "SEALING_KEYS_DIR": str(folder),
        "TOKEN_KEY": new_token_key(),
        **changes,
    }
    return {name: value for name, value in settings.items() if value is not None}


def problems(settings: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refusal:
        load(settings)
    return str(refusal.value)


def test_everything_needed_and_nothing_unsafe_starts(tmp_path: Path) -> None:
    config = load(environment(tmp_path))

    assert config.token_key.is_private
    assert config.other_token_keys == ()
    assert config.hashes_at_once == 2
    assert config.service_clients == {"quoting": (hashlib.sha256(SECRET.encode()).hexdigest(),)}


@pytest.mark.parametrize("name", ["TOKEN_KEY", "SERVICE_CLIENTS", "FIELD_KEY", "DATABASE_URL", "SEALING_KEY"])
def test_what_is_missing_is_named(tmp_path: Path, name: str) -> None:
    assert f"{name} " in problems(environment(tmp_path, **{name: None}))


def test_the_demonstrations_key_needs_the_demonstration(tmp_path: Path) -> None:
    known = orjson.dumps(demonstration_key().as_dict(private=True)).decode()
    settings = environment(tmp_path, TOKEN_KEY=known)

    assert "demonstration's key" in problems(settings)
    assert load({**settings, "DEMONSTRATION": "1"}).token_key.thumbprint() == demonstration_key().thumbprint()
    without = load(environment(tmp_path, TOKEN_KEY=None, DEMONSTRATION="1"))
    assert without.token_key.thumbprint() == demonstration_key().thumbprint()
    assert without.demonstration_password == DEMONSTRATION_PASSWORD


@pytest.mark.parametrize("name", ["TOKEN_KEY", "OTHER_TOKEN_KEY"])
@pytest.mark.parametrize("text", ["not a key at all", '{"kty": "OKP"}', "-----BEGIN PRIVATE KEY-----\nAAAA"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, name: str, text: str) -> None:
    assert name in problems(environment(tmp_path, **{name: text}))


def test_a_key_of_another_curve_or_a_public_one_cannot_sign(tmp_path: Path) -> None:
    other_curve = orjson.dumps(OKPKey.generate_key("X25519").as_dict(private=True)).decode()
    public = orjson.dumps(OKPKey.generate_key("Ed25519").as_dict(private=False)).decode()

    assert "TOKEN_KEY" in problems(environment(tmp_path, TOKEN_KEY=other_curve))
    assert "TOKEN_KEY" in problems(environment(tmp_path, TOKEN_KEY=public))
    assert len(load(environment(tmp_path, OTHER_TOKEN_KEY=public)).other_token_keys) == 1


def test_the_key_may_be_a_pem_in_a_file(tmp_path: Path) -> None:
    pem = OKPKey.generate_key("Ed25519").as_pem(private=True).decode()
    (tmp_path / "token.key").write_text(pem)

    settings = environment(tmp_path, TOKEN_KEY=None, TOKEN_KEY_FILE=str(tmp_path / "token.key"))

    assert load(settings).token_key.thumbprint() == read_key(pem).thumbprint()


def test_a_service_may_have_two_secrets_and_be_known_by_their_hashes() -> None:
    hashed = hashlib.sha256(b"another secret").hexdigest()

    clients = read_clients(f"quoting={SECRET}, quoting=sha256:{hashed}\nclaims={SECRET}=")

    assert clients["quoting"] == (hashlib.sha256(SECRET.encode()).hexdigest(), hashed)
    assert clients["claims"] == (hashlib.sha256(f"{SECRET}=".encode()).hexdigest(),)


@pytest.mark.parametrize("text", ["quoting", "quoting=short", f"={SECRET}", f"Quoting={SECRET}", "quoting=sha256:abc"])
def test_a_malformed_list_of_services_is_refused(tmp_path: Path, text: str) -> None:
    assert "SERVICE_CLIENTS" in problems(environment(tmp_path, SERVICE_CLIENTS=text))
