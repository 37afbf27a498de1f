"""What compose.yaml promises: everybody is in it, nobody has more than he needs, nothing has a default secret."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own that nothing else needs

from deploy.stack.files import COMPOSE_FILE
from deploy.tools.house import PORTAL
from tests.support.servers import POSTGRES_IMAGE, RABBITMQ_IMAGE, S3_IMAGE
from tests.support.sources import ROOT, SERVICES, SPEAKING

APART = ("signature-sealer",)
OURS = [*(f"{name}-web" for name in SERVICES), *(f"{name}-worker" for name in SPEAKING), *APART]
ONE_SHOTS = {*(f"{name}-migrate" for name in SPEAKING), "postgres-setup", "store-volume"}
# Images that drop to their own user once their volume is theirs, and need these rights until then.
DROPS_BY_ITSELF = {"postgres", "rabbitmq"}
TO_DROP = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
CAPABILITIES = dict.fromkeys(DROPS_BY_ITSELF, TO_DROP) | {"store-volume": {"CHOWN"}}
# Owner of the engine's socket, and of a new volume; neither has a network that anybody else's words come through.
ROOT_WITHOUT_RIGHTS = {"discovery", "store-volume"}


@cache
def stack() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    return found


def services() -> dict[str, Any]:
    found: dict[str, Any] = stack()["services"]
    return found


def sources(service: str) -> list[str]:
    return [volume.rpartition(":/")[0] for volume in services()[service].get("volumes", [])]


def networks(service: str) -> set[str]:
    return set(services()[service].get("networks", []))


def test_every_service_has_its_web_its_worker_and_its_migrations() -> None:
    wanted = {*OURS, *(f"{name}-migrate" for name in SPEAKING)}
    assert wanted <= set(services())
    others = {"gateway", "discovery", "maintenance", "postgres", "postgres-setup", "rabbitmq", "store", "store-volume"}
    assert set(services()) - wanted == others | {"mailbox"}


def test_only_the_gateway_is_published_and_only_to_this_machine() -> None:
    published = {name: each["ports"] for name, each in services().items() if each.get("ports")}
    assert set(published) == {"gateway"}
    assert all(port.startswith("${PUBLISH_ADDRESS:-127.0.0.1}:") for port in published["gateway"])
    assert not any(each.get("network_mode") == "host" or each.get("privileged") for each in services().values())


@pytest.mark.parametrize("name", sorted(services()))
def test_a_container_may_do_only_what_it_has_to(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) == CAPABILITIES.get(name, set())
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"].partition(":")[0] == ("on-failure" if name in ONE_SHOTS else "unless-stopped")
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory", "pids"} <= set(limits)
    assert ("healthcheck" in service) != (name in ONE_SHOTS)


@pytest.mark.parametrize("name", sorted(set(services()) - DROPS_BY_ITSELF - ROOT_WITHOUT_RIGHTS))
def test_a_container_runs_as_an_ordinary_user(name: str) -> None:
    service = services()[name]
    if name in OURS or name.endswith("-migrate"):
        # The Dockerfile says it; the sealer, whose key nobody else reads, is a user of its own.
        assert service.get("user") == ("10002:10002" if name in APART else None)
    else:
        assert re.fullmatch(r"1000\d:1000\d", service["user"])


def test_the_engines_socket_is_with_who_only_reads_it() -> None:
    holders = {name for name in services() if any("docker.sock" in source for source in sources(name))}
    assert holders == {"discovery"}
    assert networks("discovery") == {"discovery"}
    assert {name for name in services() if "discovery" in networks(name)} == {"discovery", "gateway"}


def test_networks_are_closed_and_for_one_concern_each() -> None:
    inside: dict[str, set[str]] = {name: set() for name in stack()["networks"]}
    for name in services():
        for network in networks(name):
            inside[network].add(name)
    assert {name for name, each in stack()["networks"].items() if not each.get("internal")} == {"edge"}
    assert inside["edge"] == {"gateway"}
    assert inside["inside"] == {"gateway", f"{PORTAL}-web"}
    assert inside["store"] == {"store", "documents-web", "documents-worker"}
    assert inside["catcher"] == {"gateway", "mailbox"}
    assert inside["mail"] == {"mailbox", "notifications-worker"}
    assert inside["bus"] == {"rabbitmq", *(f"{name}-{kind}" for name in SPEAKING for kind in ("worker", "migrate"))}
    assert "gateway" not in inside["database"] | inside["bus"] | inside["store"]
    assert f"{PORTAL}-web" not in inside["database"] | inside["bus"] | inside["store"]


def test_a_service_sees_its_own_secrets_and_nobody_elses() -> None:
    for name in [*OURS, *(f"{each}-migrate" for each in SPEAKING)]:
        service, _, kind = name.rpartition("-")
        own = {service, "public/sealing"}
        if kind == "migrate":
            own |= {f"{service}-owner"}
        if kind == "sealer":
            own = {"sealer", "public/sealing"}
        if service == PORTAL:
            own = {PORTAL}
        seen = {source.split("}/", 1)[1] for source in sources(name) if source.startswith("${SECRETS_DIR")}
        assert seen == own, name
    owners = {name for name in services() if any("-owner" in source for source in sources(name))}
    assert owners == {f"{name}-migrate" for name in SPEAKING}


def test_no_secret_stands_in_the_file_or_has_a_default() -> None:
    for name, service in services().items():
        for variable, value in (service.get("environment") or {}).items():
            if re.search(r"KEY|SECRET|PASSWORD|_URL$|CLIENTS", variable) and variable != "S3_ACCESS_KEY":
                fine = variable.endswith("_FILE") or "PASSWORD" not in variable
                assert fine, f"{name}: {variable}"
                assert "@" not in str(value), f"{name}: {variable}"
            if variable.endswith("_FILE"):
                assert str(value).startswith("/run/"), f"{name}: {variable}"
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_everything_starts_by_health() -> None:
    for name in services():
        waits = services()[name].get("depends_on", {})
        assert all(
            each["condition"] in ("service_healthy", "service_completed_successfully") for each in waits.values()
        )
        if name.endswith(("-worker", "-sealer")):
            assert {f"{service}-migrate" for service in SPEAKING} <= set(waits), name


def test_images_are_the_ones_that_the_tests_use() -> None:
    defaults = dict(re.findall(r"\$\{(\w+_IMAGE):-([^}]+)\}", COMPOSE_FILE.read_text(encoding="utf-8")))
    assert defaults["POSTGRES_IMAGE"] == POSTGRES_IMAGE
    assert defaults["RABBITMQ_IMAGE"] == RABBITMQ_IMAGE
    assert defaults["OBJECT_STORE_IMAGE"] == S3_IMAGE
    assert not any(image.endswith(":latest") or ":" not in image for image in defaults.values())


@pytest.mark.parametrize("service", SPEAKING)
def test_the_labels_open_what_the_gateways_other_file_opens(service: str) -> None:
    """`deploy/gateway/routes.yaml` serves where there are no containers: both say the same."""
    routes = (ROOT / "deploy" / "gateway" / "routes.yaml").read_text(encoding="utf-8")
    there = re.search(r"rule: (PathPrefix\(`/api/\{\{ \$name \}\}/v1/`\).*)", routes)
    assert there is not None
    labels = services()[f"{service}-web"]["labels"]
    assert labels[f"traefik.http.routers.{service}.rule"] == there[1].replace("{{ $name }}", service)
    assert service in routes
    portal = services()[f"{PORTAL}-web"]["labels"]["traefik.http.routers.portal.rule"].replace("$$", "$")
    assert f"rule: {portal}\n" in routes


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_from_outside_has_a_class(service: str) -> None:
    labels = services()[f"{service}-web"]["labels"]
    shared = (ROOT / "deploy" / "gateway" / "stack" / "shared.yaml").read_text(encoding="utf-8")
    routers = {name.split(".")[3] for name in labels if name.startswith("traefik.http.routers.")}
    for router in routers:
        used = labels[f"traefik.http.routers.{router}.middlewares"].split(",")
        classes = [name.removesuffix("@file") for name in used if name.endswith("@file")]
        assert len(classes) == 1, router
        assert f"\n    {classes[0]}:\n      chain:" in shared, router
    writes = [router for router in routers if "Method(`POST`)" in labels[f"traefik.http.routers.{router}.rule"]]
    assert writes, service
    for router in writes:
        assert labels[f"traefik.http.routers.{router}.entrypoints"] == "web"


def test_compose_itself_understands_the_file(compose: Path) -> None:
    done = subprocess.run(
        [str(compose), "--file", str(COMPOSE_FILE), "config", "--quiet"],
        env={"PATH": os.defpath, "PUBLIC_URL": "https://localhost:8443", "HOME": "/tmp"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_compose_refuses_to_start_without_an_address(compose: Path) -> None:
    done = subprocess.run(
        [str(compose), "--file", str(COMPOSE_FILE), "config", "--quiet"],
        env={"PATH": os.defpath, "HOME": "/tmp"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "PUBLIC_URL" in done.stderr
