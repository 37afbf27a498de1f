"""Claims' settings: the environment in, a frozen dataclass out; no start when something is missing or unsafe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from plumbing.resources import CommonSettings
from plumbing.settings import Environment


class PaymentsProvider(StrEnum):
    """Who pays benefits."""

    FOLDER = "folder"


@dataclass(frozen=True)
class Config:
    """`history_years` is how many calendar years before the current one a member's list goes back."""

    common: CommonSettings
    payments_provider: PaymentsProvider
    payments_dir: Path
    history_years: int


def load(environ: Mapping[str, str]) -> Config:
    """Read everything; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="claims")
    common = CommonSettings.read(environment)
    provider = environment.choice("PAYMENTS_PROVIDER", PaymentsProvider, PaymentsProvider.FOLDER)
    environment.unsafe("PAYMENTS_PROVIDER", "only writes order files, no money moves")
    config = Config(
        common=common,
        payments_provider=provider,
        payments_dir=environment.path("PAYMENTS_DIR"),
        history_years=environment.integer("HISTORY_YEARS", 1, minimum=0, maximum=50),
    )
    environment.finish()
    return config
