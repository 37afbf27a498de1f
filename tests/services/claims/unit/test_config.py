"""Claims refuses to start when something is missing, or unsafe outside the demonstration."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.config import load
from plumbing.cipher import new_field_key
from plumbing.settings import SettingsError


def environment(folder: Path, **changes: str) -> dict[str, str]:
    return {
        "DEMONSTRATION": "1",
        "DATABASE_URL": f"sqlite:///{folder}/claims.db",
        "BUS_URL": f"embedded:///{folder}/bus.db",
        "GATEWAY_URL": "http://gateway.example",
        "SERVICE_SECRET": "c" * 40,
        "FIELD_KEY": new_field_key(),
        "SEALING_KEY": "{a private key, opened later}",
        "SEALING_KEYS_DIR": str(folder),
        "PAYMENTS_DIR": str(folder / "payments"),
        **changes,
    }


def test_a_demonstration_starts(tmp_path: Path) -> None:
    assert load(environment(tmp_path)).history_years == 1


def test_without_demonstration_no_pretended_payments(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PAYMENTS_PROVIDER only writes order files"):
        load(environment(tmp_path, DEMONSTRATION="0"))


def test_everything_missing_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        load({})

    for name in ("DATABASE_URL", "FIELD_KEY", "SEALING_KEY", "PAYMENTS_DIR"):
        assert name in str(refused.value)
