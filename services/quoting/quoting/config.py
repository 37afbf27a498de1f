"""Quoting's settings: the environment in, a frozen dataclass out; no start when something is missing or unsafe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plumbing.resources import CommonSettings
from plumbing.settings import Environment


@dataclass(frozen=True)
class Config:
    """What quoting reads: the settings that all services share, and none of its own."""

    common: CommonSettings


def load(environ: Mapping[str, str]) -> Config:
    """Read everything; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="quoting")
    common = CommonSettings.read(environment)
    environment.finish()
    return Config(common=common)
