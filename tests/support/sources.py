"""The repository's sources, parsed once, for the tests that hold the house rules."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from deploy.tools.house import House

HOUSE = House()
ROOT = HOUSE.root
SERVICES = HOUSE.services()
SPEAKING = HOUSE.speaking_services()

_NOT_SOURCES = frozenset({".venv", "var", "build", "dist", "__pycache__", "node_modules"})


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def python_files(*folders: Path) -> list[Path]:
    """The Python files under these folders, without what tools have made there."""
    return sorted(path for folder in folders for path in folder.rglob("*.py") if _is_source(path))


def product_files() -> list[Path]:
    """Plumbing, the services and what deploys them: the product, without its tests."""
    return python_files(HOUSE.shared / "plumbing", ROOT / "services", ROOT / "deploy")


def text_files(*folders: str) -> Iterator[tuple[Path, str]]:
    """Every readable file that git knows or would add under these folders, with its text."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *folders],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    found = listed.stdout.decode().split("\0") if listed.returncode == 0 else _walk(folders)
    for name in filter(None, found):
        path = ROOT / name
        try:
            yield path, path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def imported_modules(path: Path) -> set[str]:
    """The full names of the modules a file imports, wherever in the file it does."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def short(path: Path) -> str:
    """The path as one would write it from the root."""
    return str(path.relative_to(ROOT))


def _is_source(path: Path) -> bool:
    return not _NOT_SOURCES & set(path.relative_to(ROOT).parts)


def _walk(folders: tuple[str, ...]) -> list[str]:
    # A copy of the sources without a repository around it.
    return [short(path) for name in folders for path in (ROOT / name).rglob("*") if path.is_file() and _is_source(path)]
