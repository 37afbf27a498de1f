"""Run mypy over plumbing, every service that exists, the tools and the tests: `python -m deploy.tools.types`.

Each folder that holds packages is a root of its own (`services/quoting` holds `quoting`), and the list of services is
not written anywhere but in the folders, so the roots are computed and handed to mypy in MYPYPATH.
"""

from __future__ import annotations

import os
import subprocess
import sys

from deploy.tools.house import House
from deploy.tools.new_service import SEEDLING


def main() -> int:
    """mypy's own exit code."""
    house = House()
    roots = [house.root, *house.import_paths(), SEEDLING / "service"]
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(map(str, roots))}
    return subprocess.run(
        [sys.executable, "-m", "mypy", *sys.argv[1:]], cwd=house.root, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
