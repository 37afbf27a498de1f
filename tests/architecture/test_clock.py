"""Domain and use cases are handed the date: what they decide can be tested at any day and replayed later."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import HOUSE, SPEAKING, python_files, short, tree

CLOCKS = frozenset({"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns", "fromtimestamp"})
OWNERS = frozenset({"datetime", "date", "time"})


@pytest.mark.parametrize("service", SPEAKING)
@pytest.mark.parametrize("room", ["domain", "usecases"])
def test_nobody_inside_looks_at_a_clock(service: str, room: str) -> None:
    place = HOUSE.package(service) / room
    files = python_files(place) if place.is_dir() else [place.with_suffix(".py")]
    assert [f"{short(path)}:{line}" for path in files for line in looks_at_a_clock(path)] == []


def looks_at_a_clock(path: Path) -> Iterator[int]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value).split(".")[-1]
            if owner in OWNERS and node.func.attr in CLOCKS | {"time"}:
                yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield node.lineno
        if isinstance(node, ast.Name) and node.id == "SystemClock":
            yield node.lineno


def test_the_rule_sees_what_it_forbids(tmp_path: Path) -> None:
    path = tmp_path / "late.py"
    path.write_text("import datetime as d\nd.datetime.now()\nfrom datetime import date\ndate.today()\nwork.now\n")
    assert list(looks_at_a_clock(path)) == [2, 4]
