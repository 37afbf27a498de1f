"""Settings: every problem is told at once, and no secret is told at all."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest

from plumbing.resources import CommonSettings
from plumbing.settings import Environment, SettingsError

SECRET = "a-secret-of-good-length"


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


def problems(environment: Environment) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        environment.finish()
    return caught.value.problems


def test_what_is_there_is_read(tmp_path: Path) -> None:
    held = tmp_path / "secret"
    held.write_text(SECRET + "\n")
    environment = Environment(
        {"NAME": " Rives ", "KEY_FILE": str(held), "PORT": "8000", "ON": "yes", "DIR": str(tmp_path), "LEVEL": "high"},
        service="quoting",
    )
    assert environment.text("NAME") == "Rives"
    assert environment.secret("KEY") == SECRET
    assert environment.integer("PORT", minimum=1, maximum=65_535) == 8000
    assert environment.flag("ON")
    assert not environment.flag("OFF")
    assert environment.path("DIR", exists=True) == tmp_path
    assert environment.choice("LEVEL", Level) is Level.HIGH
    environment.finish()


def test_defaults() -> None:
    environment = Environment({}, service="quoting")
    assert environment.text("NAME", "Rives") == "Rives"
    assert environment.secret("KEY", "default") == "default"
    assert environment.integer("PORT", 0) == 0
    assert environment.flag("ON", default=True)
    assert environment.path("DIR", "var") == Path("var")
    assert environment.choice("LEVEL", Level, Level.LOW) is Level.LOW
    environment.finish()


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    values = {
        "PORT": "eighty",
        "LOW": "0",
        "HIGH": "11",
        "LEVEL": "middle",
        "ON": "maybe",
        "DIR": str(tmp_path / "none"),
        "LOST_FILE": str(tmp_path / "none"),
        "EMPTY_FILE": str(empty),
        "TWICE": SECRET,
        "TWICE_FILE": str(empty),
        "BROKEN": "x",
    }
    environment = Environment(values, service="quoting")
    environment.text("NAME")
    environment.secret("KEY")
    environment.integer("COUNT")
    environment.integer("PORT")
    environment.integer("LOW", minimum=1)
    environment.integer("HIGH", maximum=10)
    environment.choice("LEVEL", Level)
    environment.choice("OTHER", Level)
    environment.flag("ON")
    environment.path("DIR", exists=True)
    environment.path("PATH_")
    for name in ("LOST", "EMPTY", "TWICE"):
        environment.secret(name)
    environment.parsed("BROKEN", int, "is no number")
    environment.parsed("ABSENT", int, "is no number")
    environment.problem("ALL", "is too much")
    told = " ".join(problems(environment))
    for name in ("NAME", "KEY", "COUNT", "PORT", "LOW", "HIGH", "LEVEL", "OTHER", "ON", "DIR", "PATH_", "LOST_FILE",
                 "EMPTY_FILE", "TWICE_FILE", "BROKEN", "ALL"):  # fmt: skip
        assert name in told
    assert "ABSENT" not in told
    assert SECRET not in told


def test_one_line_for_each() -> None:
    environment = Environment({}, service="quoting")
    environment.text("A")
    environment.text("B")
    with pytest.raises(SettingsError) as caught:
        environment.finish()
    assert str(caught.value).splitlines() == [
        "quoting cannot start with these settings:",
        "- A is missing",
        "- B is missing",
    ]


def test_the_owner_of_the_tables_is_another_role_than_the_one_that_uses_them() -> None:
    def told(owner: str) -> list[str]:
        values = {"DATABASE_URL": "postgresql://claims:long-enough@db/claims", "MIGRATION_DATABASE_URL": owner}
        environment = Environment(values, service="claims")
        CommonSettings.read(environment)
        return [each for each in problems(environment) if each.startswith("MIGRATION_DATABASE_URL")]

    assert told("postgresql://claims_owner:long-enough@db/claims") == []
    assert told("") == []
    [problem] = told("postgresql://claims:another-password@db/claims")
    assert "names the role of DATABASE_URL" in problem


@pytest.mark.parametrize("value", ["changeme", "Secret", "short", "demo"])
def test_secrets_that_are_none(value: str) -> None:
    environment = Environment({"KEY": value}, service="quoting")
    environment.secret("KEY")
    (problem,) = problems(environment)
    assert problem.startswith("KEY is ")
    assert problem.endswith("only allowed with DEMONSTRATION=1")


def test_a_demonstration_may_be_careless_but_not_wrong() -> None:
    environment = Environment({"DEMONSTRATION": "1", "KEY": "demo", "PORT": "x"}, service="quoting")
    assert environment.demonstration
    assert environment.secret("KEY") == "demo"
    assert environment.secret("OTHER", demonstration="made-up") == "made-up"
    assert environment.text("NAME", demonstration="Rives") == "Rives"
    environment.unsafe("DATABASE_URL", "is SQLite")
    environment.integer("PORT")
    assert len(problems(environment)) == 1


def test_the_default_of_a_demonstration_holds_nowhere_else() -> None:
    environment = Environment({}, service="quoting")
    environment.text("NAME", demonstration="Rives")
    environment.secret("KEY", demonstration="made-up")
    environment.unsafe("DATABASE_URL", "is SQLite")
    assert len(problems(environment)) == 3
