"""Each distribution declares what it imports, imports what it declares, and the lock pins all of it."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from deploy.tools.house import requirement_name
from deploy.tools.install import requirements
from deploy.tools.lock import closure
from tests.support.sources import HOUSE, ROOT, SERVICES, imported_modules, python_files

PLUMBING = "parapluie-plumbing"
USED_WITHOUT_IMPORT = {
    "psycopg": "SQLAlchemy loads it by the address of the database",
    "tzdata": "zoneinfo reads it where the machine has no time zones of its own",
    "flask": "flask-smorest builds on it, and the version is ours to choose",
}


@pytest.mark.parametrize("name", ["shared", *SERVICES])
def test_what_is_imported_is_declared(name: str) -> None:
    assert {module for module in foreign_modules(name) if not providers(module) & declared(name)} == set()


@pytest.mark.parametrize("name", ["shared", *SERVICES])
def test_what_is_declared_is_imported(name: str) -> None:
    imported = {distribution for module in foreign_modules(name) for distribution in providers(module)}
    assert declared(name) - imported - set(USED_WITHOUT_IMPORT) - {PLUMBING} == set()


def test_what_tests_and_tools_import_is_declared() -> None:
    known = {requirement_name(name) for group in HOUSE.groups() for name in requirements(HOUSE, group)}
    ours = {"plumbing", "deploy", "tests", "seedling", *SERVICES}
    imported = {module for path in python_files(ROOT / "tests", ROOT / "deploy") for module in imported_modules(path)}
    foreign = {module for module in imported if module.split(".")[0] not in ours | set(sys.stdlib_module_names)}
    assert {module for module in foreign if not providers(module) & known} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_depends_on_plumbing_and_on_no_other_service(name: str) -> None:
    ours = {requirement_name(other["name"]) for _, other in HOUSE.distributions()}
    assert declared(name) & ours == {PLUMBING}
    assert project(name)["name"] == f"parapluie-{name}"


@pytest.mark.parametrize("name", ["shared", *SERVICES])
def test_versions_are_chosen_in_the_lock_alone(name: str) -> None:
    assert [it for it in project(name)["dependencies"] if re.search(r"[=<>~!@;]", it)] == []


def test_the_lock_pins_everything_that_is_declared() -> None:
    lines = HOUSE.lock.read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert all(re.fullmatch(r"[a-z0-9-]+==[^\s]+|#.*|", line) for line in lines)
    assert list(pins) == sorted(pins)
    missing = set(closure(requirements(HOUSE, "run") | requirements(HOUSE, "test"))) - set(pins)
    assert missing == set()


def project(name: str) -> dict[str, Any]:
    found: dict[str, Any] = dict(HOUSE.distributions())[name]
    return found


def declared(name: str) -> set[str]:
    """What a distribution depends on, its extras included."""
    extras = [one for extra in project(name).get("optional-dependencies", {}).values() for one in extra]
    return {requirement_name(requirement) for requirement in [*project(name)["dependencies"], *extras]}


def foreign_modules(name: str) -> set[str]:
    """What a distribution imports and neither Python nor the house has."""
    folder: Path = HOUSE.shared / "plumbing" if name == "shared" else HOUSE.package(name)
    imported = {module for path in python_files(folder) for module in imported_modules(path)}
    house = {"plumbing", folder.name, *sys.stdlib_module_names}
    return {module for module in imported if module.split(".")[0] not in house}


@cache
def providers(module: str) -> set[str]:
    """The distributions a module may come from: all that have its first name, or those that have the module itself."""
    named = set(metadata.packages_distributions().get(module.split(".", maxsplit=1)[0], ()))
    if len(named) > 1:  # a name that several share, such as opentelemetry
        place = module.replace(".", "/")
        own = {name for name in named if {f"{place}.py", f"{place}/__init__.py"} & files_of(name)}
        named = own or named
    # The bench's peers are not installed where tests run: those have the name of their distribution.
    return {requirement_name(name) for name in named or {module.split(".", maxsplit=1)[0]}}


@cache
def files_of(distribution: str) -> set[str]:
    return {str(file) for file in metadata.files(distribution) or []}
