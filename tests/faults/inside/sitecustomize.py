"""Python imports this before anything else in every process of a platform under test: its folder is first on the path.

What `tests.faults.changes` says about a module of the plumbing is done to it right after it was imported, so that the
product itself has no switch for any of it.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _Changing:
    """A finder that lets the others find, and changes a module once it has run."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        if not name.startswith("plumbing.") or name in self._met:
            return None
        self._met.add(name)
        from tests.faults.changes import CHANGES

        change = CHANGES.get(name)
        spec = importlib.util.find_spec(name) if change else None
        if spec is not None and spec.loader is not None and change is not None:
            _after(spec.loader, change)
        return spec


def _after(loader: Any, change: Callable[[Any], None]) -> None:
    run = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        run(module)
        change(module)

    loader.exec_module = exec_module


sys.meta_path.insert(0, _Changing())
