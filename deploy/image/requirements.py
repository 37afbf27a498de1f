"""Used while an image is built, with the standard library alone.

`requirements.py FOLDER…` prints what these distributions need from outside; `requirements.py --tidy ENVIRONMENT` takes
from an environment what no process ever loads: the tests that distributions bring along.
"""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

OURS = "parapluie-"
_BROUGHT_ALONG = ("tests", "test")


def wanted(folders: Iterable[Path]) -> list[str]:
    """Return the declared dependencies of these distributions that are not the house's own."""
    found: set[str] = set()
    for folder in folders:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        found.update(project.get("dependencies", []))
    return sorted(name for name in found if not name.startswith(OURS))


def tidy(environment: Path) -> None:
    """Remove the tests that lie inside the packages of an environment."""
    for packages in environment.glob("lib/python3.*/site-packages"):
        for name in _BROUGHT_ALONG:
            for folder in sorted(packages.glob(f"*/**/{name}")):
                # Only packages of tests: numpy's `testing` and a data folder are something else.
                if (folder / "__init__.py").is_file() or any(folder.glob("test_*.py")):
                    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1] == "--tidy":
        tidy(Path(sys.argv[2]))
    else:
        sys.stdout.write("".join(f"{name}\n" for name in wanted(map(Path, sys.argv[1:]))))
