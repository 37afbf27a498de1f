"""What signature refuses to start with, and that its tables are the ones the code expects."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from plumbing.settings import SettingsError
from signature.__main__ import SERVICE
from signature.adapters.sealer import demo_pki
from signature.adapters.tables import METADATA
from signature.bootstrap import build_sealer
from signature.config import load, load_sealer
from tests.services.signature.world import World, environment


def production(folder: Path, **changes: str | None) -> dict[str, str]:
    settings, _ = environment(folder, "postgresql://signature:a-long-enough-secret@database/signature")
    demo_pki.make(folder / "pki", operator="Sigillaire")
    values: dict[str, str | None] = {
        **settings,
        "DEMONSTRATION": None,
        "PKI_DIR": None,
        "BUS_URL": "amqp://signature:a-long-enough-secret@bus/",
        "SIGNATURE_PROVIDER": "Sigillaire",
        "TSA_URL": "none",
        "SEALER_KEY_FILE": str(folder / "pki" / demo_pki.KEY_FILE),
        "SEALER_CHAIN_FILE": str(folder / "pki" / demo_pki.CHAIN_FILE),
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def test_a_demonstration_certificate_is_refused_outside_a_demonstration(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SEALER_CHAIN is the demonstration authority's"):
        load(production(tmp_path))
    with pytest.raises(SettingsError, match="SEALER_CHAIN is the demonstration authority's"):
        load_sealer(production(tmp_path))
    assert load_sealer(production(tmp_path, DEMONSTRATION="1")).sealer_key is not None


@pytest.mark.parametrize("read", [load, load_sealer])
def test_the_demonstration_s_timestamps_are_refused_outside_a_demonstration(
    tmp_path: Path, read: Callable[[dict[str, str]], object]
) -> None:
    with pytest.raises(SettingsError, match="TSA_URL is the demonstration's authority"):
        read(production(tmp_path, TSA_URL="local"))


def test_each_process_reads_its_own_secrets_alone(tmp_path: Path) -> None:
    settings = production(tmp_path, DEMONSTRATION="1")
    web = {name: value for name, value in settings.items() if not name.startswith("SEALER_KEY")}
    sealer = {name: value for name, value in settings.items() if name != "OTP_KEY"}
    assert not hasattr(load(web), "sealer_key")
    assert not hasattr(load_sealer(sealer), "code_key")
    assert (tmp_path / "pki" / demo_pki.KEY_FILE).read_text().strip() in str(load_sealer(sealer).sealer_key)


@pytest.mark.parametrize(
    ("read", "missing"),
    [
        *((load, name) for name in ("OTP_KEY", "SEALER_CHAIN_FILE", "SIGNATURE_PROVIDER", "TSA_URL")),
        *((load_sealer, name) for name in ("SEALER_KEY_FILE", "SEALER_CHAIN_FILE", "SIGNATURE_PROVIDER", "TSA_URL")),
    ],
)
def test_production_needs_its_keys_and_its_provider(
    tmp_path: Path, read: Callable[[dict[str, str]], object], missing: str
) -> None:
    with pytest.raises(SettingsError, match=missing.removesuffix("_FILE")):
        read(production(tmp_path, **{missing: None}))


@pytest.mark.parametrize("key", ["x" * 44, base64.b64encode(b"short").decode() * 3, "not base64 at all !!!!"])
def test_the_key_of_the_codes_is_32_bytes(tmp_path: Path, key: str) -> None:
    settings, _ = environment(tmp_path)
    with pytest.raises(SettingsError, match="OTP_KEY is not base64 of 32 bytes"):
        load({**settings, "OTP_KEY": key})


def test_an_authority_needs_its_roots_and_production_says_where_the_lists_are(tmp_path: Path) -> None:
    settings, _ = environment(tmp_path)
    with pytest.raises(SettingsError, match="TSA_ROOTS"):
        load({**settings, "TSA_URL": "https://tsa.example/"})
    with pytest.raises(SettingsError, match="CRL_URLS"):
        load(production(tmp_path, TSA_URL="https://tsa.example/"))


def test_a_key_that_is_not_the_chain_s_is_told_at_the_start(tmp_path: Path) -> None:
    settings = production(tmp_path, DEMONSTRATION="1")
    demo_pki.make(tmp_path / "other", operator="Sigillaire")
    settings["SEALER_KEY_FILE"] = str(tmp_path / "other" / demo_pki.KEY_FILE)
    with pytest.raises(SettingsError, match="SEALER_KEY and SEALER_CHAIN"):
        build_sealer(load_sealer(settings))


def test_secrets_do_not_show_in_a_representation(tmp_path: Path) -> None:
    settings, _ = environment(tmp_path)
    assert settings["OTP_KEY"] not in repr(load(settings))
    assert "PRIVATE" not in repr(load_sealer(production(tmp_path, DEMONSTRATION="1")))


def test_the_migrations_make_the_tables_that_the_code_maps(world: World) -> None:
    with world.services.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []


def test_the_demonstration_authority_is_made_from_the_command_line(tmp_path: Path) -> None:
    assert demo_pki.make_from_arguments(["--dir", str(tmp_path / "pki")]) == 0
    assert (tmp_path / "pki" / demo_pki.KEY_FILE).exists()


def test_counters_are_forgotten_after_two_days(world: World) -> None:
    from signature.adapters.broom import forget_allowances

    guest = world.guest(world.ready_to_sign())
    guest.accept_all()
    guest.ask_code()
    now = world.clock.now()
    assert forget_allowances(world.services.engine, now - timedelta(days=1)) == 0
    assert forget_allowances(world.services.engine, now + timedelta(seconds=1)) == 5


def test_the_service_is_wired(world: World) -> None:
    assert set(SERVICE.jobs.kinds) == {"forget", "lapse_ceremony", "purge"}
    assert set(SERVICE.apart["sealer"].jobs.kinds) == {"fetch_revocation_lists", "seal_envelope"}
    assert set(SERVICE.subscriptions.entries) == {"quoting.subscription.ready_to_sign.v1"}
    for declaration in SERVICE.events.declarations.values():
        declaration.clear_part(declaration.example)
        declaration.sealed_parts(declaration.sealed_example)
