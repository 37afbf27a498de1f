"""A service can be taken out and run alone: nothing of the others is needed, and nothing that it does not declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.embedded.settings import environments, portal_environment
from deploy.tools.house import PORTAL
from tests.support.alone import build_wheel, copy_sources, install, link_dependencies, run_alone, run_in
from tests.support.sources import HOUSE, ROOT, SERVICES, SPEAKING

TESTED = [name for name in SERVICES if (ROOT / "tests" / "services" / name / "unit").is_dir()]

PREPARE = """
import os, sys
from plumbing.service import run
from {service}.__main__ import SERVICE
services = SERVICE.build(SERVICE.load(os.environ))
services.bus.declare_exchanges()
sys.exit(run(SERVICE, ["migrate"]))
"""
"""What the operator does, and then `migrate`: exchanges, tables, the service's queue and bindings."""


@pytest.fixture(scope="module")
def plumbing_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(HOUSE.shared, tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def environment(request: pytest.FixtureRequest, plumbing_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an image of one service holds: its wheel, plumbing's, and what these two declare."""
    workplace = tmp_path_factory.mktemp(request.param)
    folder = workplace / "environment"
    install(plumbing_wheel, folder)
    install(build_wheel(HOUSE.service(request.param), workplace), folder)
    link_dependencies(HOUSE, ["shared", request.param], folder)
    return folder


@pytest.mark.parametrize(("environment", "service"), [(name, name) for name in SPEAKING], indirect=["environment"])
def test_a_service_boots_where_nothing_else_is(environment: Path, service: str, tmp_path: Path) -> None:
    settings = environments(tmp_path / "state", "http://127.0.0.1:8000")[service]
    prepared = run_alone(environment, ["-c", PREPARE.format(service=service)], settings)
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    done = run_alone(environment, ["-m", service, "check"], settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith(f"{service}: ready")


@pytest.mark.parametrize("environment", [PORTAL] if PORTAL in SERVICES else [], indirect=True)
def test_the_portal_starts_where_nothing_else_is(environment: Path, tmp_path: Path) -> None:
    settings = portal_environment(tmp_path / "state", "http://127.0.0.1:8000")
    wire = "import os; from portal.app import create_app; from portal.config import load; create_app(load(os.environ))"
    done = run_alone(environment, ["-c", wire], settings)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("environment", "service"), [(name, name) for name in SERVICES], indirect=["environment"])
def test_the_distribution_holds_every_file_of_the_package(environment: Path, service: str) -> None:
    """Templates, data and fonts too: in this checkout they would be found although nobody ships them."""
    package = HOUSE.package(service)
    files = {path.relative_to(package) for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    explained = {file for file in files if file.suffix == ".md"}  # for those who read the sources
    shipped = {path.relative_to(environment / service) for path in (environment / service).rglob("*")}
    assert files - explained - shipped == set()


@pytest.mark.parametrize("environment", SERVICES[:1], indirect=True)
def test_what_is_not_declared_is_not_there(environment: Path) -> None:
    done = run_alone(environment, ["-c", "import pytest"], {})
    assert "No module named 'pytest'" in done.stderr


@pytest.mark.parametrize("service", TESTED)
def test_unit_tests_need_no_other_service(service: str, tmp_path: Path) -> None:
    """With every other service's folder deleted at once, the unit tests of this one still pass."""
    alone = copy_sources(HOUSE, tmp_path, [service])
    done = run_in(alone, ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/services/{service}/unit"])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_every_service_with_a_domain_has_unit_tests() -> None:
    assert set(SPEAKING) <= set(TESTED)
