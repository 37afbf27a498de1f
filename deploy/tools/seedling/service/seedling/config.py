"""The settings: the environment in, a frozen dataclass out; no start when something is missing or unsafe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plumbing.resources import CommonSettings
from plumbing.settings import Environment


@dataclass(frozen=True)
class Config:
    """What the environment says."""

    common: CommonSettings


def load(environ: Mapping[str, str]) -> Config:
    """Read everything; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="seedling")
    common = CommonSettings.read(environment)
    environment.finish()
    return Config(common=common)
