"""Imports point inward and nowhere else; each contract is shown to go red on what it forbids."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deploy.tools.house import ROOT, House
from deploy.tools.imports import LAYERS, lint
from tests.support.sources import HOUSE, imported_modules, python_files, short

AMQP = {"kombu", "pika"}


def test_the_house_keeps_its_contracts(tmp_path: Path) -> None:
    done = lint(HOUSE, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_imports_both_kombu_and_pika() -> None:
    files = python_files(ROOT / "shared", ROOT / "services", ROOT / "deploy", ROOT / "tests")
    both = [short(path) for path in files if AMQP.issubset(roots(path))]
    assert both == []


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_modules(path)}


@pytest.fixture
def small_house(tmp_path: Path) -> House:
    """Two empty services with every room, and a plumbing to lean on."""
    house = House(tmp_path / "house")
    plumbing = house.shared / "plumbing"
    plumbing.mkdir(parents=True)
    (plumbing / "__init__.py").touch()
    (plumbing / "database.py").write_text("import sqlalchemy\n")
    for service in ("apples", "pears"):
        for room in (name.strip() for layer in LAYERS for name in layer.split("|") if "(" not in name):
            path = house.package(service) / f"{room}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        (house.package(service) / "__init__.py").touch()
    return house


def test_empty_rooms_are_green(small_house: House, tmp_path: Path) -> None:
    done = lint(small_house, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("apples/usecases", "import pears.domain"),
        ("apples/usecases", "import apples.adapters"),
        ("apples/domain", "import apples.config"),
        ("apples/domain", "import sqlalchemy"),
        ("apples/domain", "import plumbing.database"),
        ("apples/usecases", "from flask import Flask"),
        ("apples/adapters", "import kombu"),
        ("apples/messages", "import pika"),
        ("apples/utils", "HANDY = 1"),
        ("../../shared/plumbing/ids", "import apples.domain"),
    ],
)
def test_what_points_elsewhere_is_red(small_house: House, tmp_path: Path, room: str, line: str) -> None:
    (small_house.service("apples") / f"{room}.py").write_text(f"{line}\n")
    assert lint(small_house, tmp_path).returncode != 0


def test_a_missing_room_is_red(small_house: House, tmp_path: Path) -> None:
    (small_house.package("apples") / "messages.py").unlink()
    assert lint(small_house, tmp_path).returncode != 0


def test_a_service_may_go(small_house: House, tmp_path: Path) -> None:
    shutil.rmtree(small_house.service("pears"))
    assert lint(small_house, tmp_path).returncode == 0
