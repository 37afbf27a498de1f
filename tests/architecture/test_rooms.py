"""Every service has the same rooms with the same names, so that who knows one knows all."""

from __future__ import annotations

import pytest

from deploy.tools.house import PORTAL
from tests.support.sources import HOUSE, SERVICES, SPEAKING

ROOMS = (
    "domain",
    "usecases",
    "adapters",
    "api",
    "messages",
    "jobs",
    "bootstrap",
    "config",
    "app",
    "worker",
    "__main__",
)
PAPERS = ("README.md", "pyproject.toml", "contracts")
README_LINES = 60
README_SAYS = ("owns", "publishes", "consumes", "processes", "setting")


@pytest.mark.parametrize("service", SPEAKING)
def test_every_room_is_a_file_or_a_folder(service: str) -> None:
    places = {room: HOUSE.package(service) / room for room in ROOMS}
    missing = [
        room
        for room, place in places.items()
        if not place.with_suffix(".py").is_file() and not (place / "__init__.py").is_file()
    ]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_its_papers(service: str) -> None:
    papers = PAPERS if service != PORTAL else PAPERS[:2]
    assert [paper for paper in papers if not (HOUSE.service(service) / paper).exists()] == []


@pytest.mark.parametrize("service", SPEAKING)
def test_migrations_stand_apart_in_their_own_room(service: str) -> None:
    assert list((HOUSE.package(service) / "migrations").glob("0001_*.py"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_readme_is_one_screen_and_says_the_same_things_everywhere(service: str) -> None:
    text = (HOUSE.service(service) / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= README_LINES
    wanted = README_SAYS if service != PORTAL else ("owns", "setting")
    missing = [word for word in wanted if word not in text.lower()]
    assert missing == []


def test_the_portal_has_no_database() -> None:
    if PORTAL in SERVICES:
        assert not (HOUSE.package(PORTAL) / "migrations").exists()
