"""`make new-service` makes a service that works, and refuses names that would not."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.tools.house import House
from deploy.tools.imports import lint
from deploy.tools.new_service import NameRefused, plant
from tests.support.alone import copy_sources, run_in
from tests.support.sources import HOUSE

NAME = "gardens"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A copy of the repository with no service in it."""
    return copy_sources(HOUSE, tmp_path / "house", [])


def test_a_new_service_works_at_once(house: House, tmp_path: Path) -> None:
    made = plant(house, NAME)
    assert {path.suffix for path in made} == {".py", ".md", ".toml"}
    assert [path for path in made if "seedling" in str(path) + path.read_text("utf-8").lower()] == []

    steps = [
        ["-m", "ruff", "check", "services", "tests/services"],
        ["-m", "ruff", "format", "--check", "services", "tests/services"],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/services/{NAME}"],
        ["-m", "deploy.tools.contracts"],
        ["-m", "deploy.tools.contracts", "--check"],
        ["-c", BOOT.format(name=NAME, folder=tmp_path / "state")],
    ]
    said = ""
    for step in steps:
        done = run_in(house, step)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        said = done.stdout
    assert said.strip().endswith(f"{NAME}: ready")
    assert (house.service(NAME) / "contracts" / "events" / f"{NAME}.note.written.v1.json").is_file()

    rooms = lint(house, tmp_path / "lint")
    assert rooms.returncode == 0, rooms.stdout


BOOT = """
import os, sys
from pathlib import Path
from deploy.embedded.settings import environments
from plumbing.service import run
from {name}.__main__ import SERVICE
os.environ |= environments(Path("{folder}"), "http://127.0.0.1:8000")["{name}"]
services = SERVICE.build(SERVICE.load(os.environ))
services.bus.declare_exchanges()
sys.exit(run(SERVICE, ["migrate"]) or run(SERVICE, ["check"]))
"""


@pytest.mark.parametrize("name", ["", "a", "Gardens", "two-words", "json", "class", "plumbing", "x" * 30])
def test_a_name_that_would_not_work_is_refused(house: House, name: str) -> None:
    with pytest.raises(NameRefused):
        plant(house, name)


def test_a_service_is_never_overwritten(house: House) -> None:
    plant(house, NAME)
    with pytest.raises(NameRefused, match="there already"):
        plant(house, NAME)
