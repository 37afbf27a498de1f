"""What one part calls of another is offered there: read from the calls as they are written, without running them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.tools.contracts.openapi import openapi
from deploy.tools.house import PORTAL
from tests.support.sources import HOUSE, SERVICES, SPEAKING, python_files, short, tree

METHODS = {"get": "get", "get_with_etag": "get", "post": "post", "put": "put", "delete": "delete"}
METHODS |= {"upload": "post", "download": "get"}
OPTIONS = frozenset({"key", "etag", "token", "tenant", "idempotency_key", "if_match", "fields", "file", "params"})


@dataclass(frozen=True)
class Call:
    """One call of another service's API."""

    where: str
    service: str
    method: str
    path: str
    query: frozenset[str] = frozenset()


def portal_calls() -> Iterator[Call]:
    """`person(DOOR).get("quoting", f"quotes/{quote_id}", limit=20)`."""
    for path in python_files(HOUSE.package(PORTAL)):
        for node in calls(path):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and first.value in SPEAKING and len(node.args) > 1:
                address = template(node.args[1])
                if address is not None:
                    method = METHODS[attribute(node)]
                    names = frozenset(keyword.arg for keyword in node.keywords if keyword.arg) - OPTIONS
                    yield Call(f"{short(path)}:{node.lineno}", first.value, method, address, names)


def service_calls(service: str) -> Iterator[Call]:
    """The classes that bootstrap hands `self.client("documents")`, and what they call with it."""
    clients = dict(handed_clients(HOUSE.package(service) / "bootstrap.py"))
    for path in python_files(HOUSE.package(service)):
        for owner in ast.walk(tree(path)):
            if isinstance(owner, ast.ClassDef) and owner.name in clients:
                for node in calls(path, owner):
                    address = template(node.args[0]) if node.args else None
                    if address is not None and "_client" in ast.unparse(node.func):
                        where = f"{short(path)}:{node.lineno}"
                        yield Call(where, clients[owner.name], METHODS[attribute(node)], address)


def handed_clients(bootstrap: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree(bootstrap)) if bootstrap.is_file() else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for argument in node.args:
                if isinstance(argument, ast.Call) and attribute(argument) == "client" and argument.args:
                    yield node.func.id, ast.literal_eval(argument.args[0])


def calls(path: Path, within: ast.AST | None = None) -> Iterator[ast.Call]:
    for node in ast.walk(within or tree(path)):
        if isinstance(node, ast.Call) and attribute(node) in METHODS:
            yield node


def attribute(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def template(node: ast.expr) -> str | None:
    """`f"quotes/{quote_id}"` -> `quotes/{}`; None for what is not written out in the call."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
    return None


@cache
def offered(service: str) -> dict[str, Any]:
    """Path with nameless parameters -> its operations."""
    paths = openapi(service)["paths"]
    return {re.sub(r"\{[^}]*\}", "{}", path).removeprefix("/v1/"): operations for path, operations in paths.items()}


CALLS = [*(portal_calls() if PORTAL in SERVICES else []), *(call for name in SPEAKING for call in service_calls(name))]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.where} {call.method} {call.service}/{call.path}")
def test_what_is_called_is_offered(call: Call) -> None:
    path, _, written_query = call.path.partition("?")
    found = [at for at in offered(call.service) if matches(path.strip("/"), at)]
    assert found, f"{call.service} has no /v1/{path}"
    operations = [offered(call.service)[at] for at in found if call.method in offered(call.service)[at]]
    assert operations, f"{call.method.upper()} is not offered at /v1/{found[0]}"
    known = {
        parameter.get("name")
        for operation in operations
        for parameter in [
            *operation[call.method].get("parameters", []),
            *offered(call.service)[found[0]].get("parameters", []),
        ]
        if parameter.get("in") == "query"
    }
    asked = call.query | {part.partition("=")[0] for part in written_query.split("&") if "=" in part}
    assert asked <= known


def matches(called: str, at: str) -> bool:
    """`{}` in a call may stand for a parameter or for one of several written words."""
    left, right = called.split("/"), at.split("/")
    return len(left) == len(right) and all(a == b or "{}" in (a, b) for a, b in zip(left, right, strict=True))


def test_there_are_calls_to_look_at() -> None:
    if PORTAL in SERVICES:
        assert len(CALLS) > 20
