"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.support.sources import ROOT, python_files, short, tree

FILE_LINES = 400
FUNCTION_LINES = 60
CONFTEST_LINES = 150


def test_files_fit_in_four_hundred_lines() -> None:
    too_long = {short(path): lines for path in everything() if (lines := length(path)) > FILE_LINES}
    assert too_long == {}


def test_conftests_stay_small() -> None:
    too_long = {short(path): length(path) for path in everything() if path.name == "conftest.py"}
    assert {name: lines for name, lines in too_long.items() if lines > CONFTEST_LINES} == {}
    assert length(ROOT / "tests" / "conftest.py") < 100


def test_functions_fit_in_sixty_lines() -> None:
    too_long = {
        f"{short(path)}:{node.lineno} {node.name}": lines
        for path in everything()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and "migrations" not in path.parts  # a revision is one long list of columns
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert too_long == {}


def test_no_module_is_called_after_nothing() -> None:
    empty_names = {"utils", "util", "helpers", "helper", "common", "misc", "managers", "processor", "processors"}
    found = [short(path) for path in everything() if path.stem in empty_names or path.parent.name in empty_names]
    assert found == []


def everything() -> list[Path]:
    return python_files(ROOT / "shared", ROOT / "services", ROOT / "deploy", ROOT / "tests")


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
