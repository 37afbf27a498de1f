"""Read a service's settings from the environment, and refuse to start when one is missing or unsafe.

Every problem is collected first: an operator who has to fix five variables learns of all five at the first start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)
V = TypeVar("V")

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})
# Values that only ever come from an example file: nobody generates them.
PLACEHOLDERS = frozenset({"changeme", "change-me", "password", "secret", "example", "test", "demo", "guest", "admin"})
SHORTEST_SECRET = 16


class SettingsError(Exception):
    """The environment does not describe a service that may start; the text has one line for each problem."""

    def __init__(self, service: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join([f"{service} cannot start with these settings:", *(f"- {p}" for p in self.problems)])
        )


class Environment:
    """Typed access to a mapping of settings.

    A reader that finds a problem notes it and returns a harmless placeholder; `finish()` raises `SettingsError` with
    all of them. So nothing read here may be used before `finish()`.
    """

    def __init__(self, values: Mapping[str, str], service: str) -> None:
        self._values = values
        self.service = service
        self._problems: list[str] = []
        self.demonstration: bool = self.flag("DEMONSTRATION", default=False)

    def text(self, name: str, default: str | None = None, *, demonstration: str | None = None) -> str:
        """Return a non-empty text; `demonstration` is a second default that holds only with DEMONSTRATION=1."""
        value = self._values.get(name, "").strip()
        if value:
            return value
        if self.demonstration and demonstration is not None:
            return demonstration
        if default is not None:
            return default
        return self._missing(name)

    def secret(self, name: str, default: str | None = None, *, demonstration: str | None = None) -> str:
        """Return a secret given as NAME, or as a file whose path is in NAME_FILE (one trailing newline is dropped).

        Short secrets and those copied from an example are unsafe. The value never appears in a problem's text.
        """
        value = self._secret_value(name)
        if value is None:
            if self.demonstration and demonstration is not None:
                return demonstration
            return default if default is not None else self._missing(f"{name} (or {name}_FILE)")
        if value.lower() in PLACEHOLDERS:
            self.unsafe(name, "is a placeholder from an example")
        elif len(value) < SHORTEST_SECRET:
            self.unsafe(name, f"is shorter than {SHORTEST_SECRET} characters")
        return value

    def integer(
        self, name: str, default: int | None = None, *, minimum: int | None = None, maximum: int | None = None
    ) -> int:
        """Return a whole number between `minimum` and `maximum`, both included."""
        raw = self._values.get(name, "").strip()
        if not raw:
            if default is None:
                self._missing(name)
            return default or 0
        try:
            value = int(raw)
        except ValueError:
            return self._wrong(name, "is not a whole number", default or 0)
        if minimum is not None and value < minimum:
            return self._wrong(name, f"is below {minimum}", value)
        if maximum is not None and value > maximum:
            return self._wrong(name, f"is above {maximum}", value)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a yes or no: 1/true/yes/on or 0/false/no/off."""
        raw = self._values.get(name)
        if raw is None:
            return default
        value = raw.strip().lower()
        if value in TRUE:
            return True
        if value not in FALSE:
            self._problems.append(f"{name} is neither 1 nor 0")
        return False

    def path(self, name: str, default: str | Path | None = None, *, exists: bool = False) -> Path:
        """Return a path; with `exists` it has to be there already."""
        raw = self._values.get(name, "").strip()
        if not raw:
            if default is None:
                return Path(self._missing(name))
            return Path(default)
        value = Path(raw)
        if exists and not value.exists():
            return self._wrong(name, "names a path that does not exist", value)
        return value

    def choice(self, name: str, options: type[E], default: E | None = None) -> E:
        """Return the member of `options` that the text names."""
        raw = self._values.get(name, "").strip()
        first = next(iter(options))
        if not raw:
            if default is None:
                self._missing(name)
            return default or first
        try:
            return options(raw)
        except ValueError:
            return self._wrong(name, f"is none of {', '.join(options)}", default or first)

    def parsed(self, name: str, parse: Callable[[str], object], why: str) -> None:
        """Note a problem when `parse` refuses the value of `name` with ValueError; an absent value is no problem."""
        value = self._secret_value(name)
        if value is None:
            return
        try:
            parse(value)
        except ValueError:
            self._problems.append(f"{name} {why}")

    def unsafe(self, name: str, why: str) -> None:
        """Note a setting that only a demonstration may have."""
        if not self.demonstration:
            self._problems.append(f"{name} {why}: only allowed with DEMONSTRATION=1")

    def problem(self, name: str, why: str) -> None:
        """Note a setting that no start may have, not even a demonstration."""
        self._problems.append(f"{name} {why}")

    def finish(self) -> None:
        """Raise `SettingsError` when anything is missing, malformed or unsafe."""
        if self._problems:
            raise SettingsError(self.service, self._problems)

    def _secret_value(self, name: str) -> str | None:
        direct, pointer = self._values.get(name, ""), self._values.get(f"{name}_FILE", "").strip()
        if direct and pointer:
            self._problems.append(f"{name} and {name}_FILE are both set: keep one")
        if direct:
            return direct
        if not pointer:
            return None
        try:
            content = Path(pointer).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            self._problems.append(f"{name}_FILE names a file that cannot be read")
            return ""
        content = content.removesuffix("\n").removesuffix("\r")
        if not content:
            self._problems.append(f"{name}_FILE names an empty file")
        return content

    def _missing(self, name: str) -> str:
        self._problems.append(f"{name} is missing")
        return ""

    def _wrong(self, name: str, why: str, placeholder: V) -> V:
        self._problems.append(f"{name} {why}")
        return placeholder
