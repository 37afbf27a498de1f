"""Migrations are numbered without a gap and form one line, so that everybody's database takes the same road."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.sources import HOUSE, SPEAKING, tree

NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.py$")


def revisions(service: str) -> list[Path]:
    return sorted(path for path in (HOUSE.package(service) / "migrations").glob("*.py") if path.name != "__init__.py")


@pytest.mark.parametrize("service", SPEAKING)
def test_files_are_numbered_from_one_without_a_gap(service: str) -> None:
    found = [NAME.match(path.name) for path in revisions(service)]
    numbers = [match.group(1) if match else "not numbered" for match in found]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("service", SPEAKING)
def test_each_revision_follows_the_one_before(service: str) -> None:
    chain = [(constant(path, "down_revision"), constant(path, "revision")) for path in revisions(service)]
    expected = [f"{number:04}" for number in range(len(chain) + 1)]
    assert chain == [(before if before != "0000" else None, this) for before, this in pairwise(expected)]


def constant(path: Path, name: str) -> object:
    """The value a module gives to a name at its top."""
    for node in tree(path).body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return ast.literal_eval(node.value)  # type: ignore[attr-defined]
    raise AssertionError(f"{path.name} does not say its {name}")
