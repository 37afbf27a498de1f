"""Every route says who may call it, and reads and writes through schemas that are built once."""

from __future__ import annotations

import ast

import pytest

from deploy.tools.contracts.openapi import openapi, unconnected_app
from plumbing.http.guards import guard_of, routes, unguarded_routes
from tests.support.sources import HOUSE, SPEAKING, python_files, short, tree


@pytest.mark.parametrize("service", SPEAKING)
def test_every_route_declares_its_guard(service: str) -> None:
    assert unguarded_routes(unconnected_app(service)) == []


@pytest.mark.parametrize("service", SPEAKING)
def test_an_open_route_says_why(service: str) -> None:
    silent = [
        f"{method} {rule}"
        for rule, method, view in routes(unconnected_app(service))
        if (guard := guard_of(view)) is not None and guard.is_public and not (view.__doc__ or "").strip()
    ]
    assert silent == []


@pytest.mark.parametrize("service", SPEAKING)
def test_every_route_is_versioned_and_described(service: str) -> None:
    paths = openapi(service)["paths"]
    assert [path for path in paths if not path.startswith("/v1/")] == []
    undescribed = [
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters" and not (operation.get("summary") or operation.get("description"))
    ]
    assert undescribed == []


@pytest.mark.parametrize("service", SPEAKING)
def test_schemas_are_handed_over_as_instances(service: str) -> None:
    # Building a schema costs more than loading with it; a class would be built for each request.
    classes = [
        f"{short(path)}:{call.lineno}"
        for path in python_files(HOUSE.package(service))
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"arguments", "response"}
        for argument in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "schema")]
        if isinstance(argument, ast.Name) and argument.id[0].isupper() and not argument.id.isupper()
    ]
    assert classes == []
