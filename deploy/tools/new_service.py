"""Make a new service: `python -m deploy.tools.new_service <name>`, or `make new-service name=<name>`.

The smallest service there can be, `seedling/` beside this file, is copied under the new name, its tests too. What is
made runs at once: it migrates, boots, answers, publishes, and its contracts are written.
"""

from __future__ import annotations

import importlib.util
import keyword
import re
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.tools.house import House
from deploy.tools.install import Environment

SEEDLING = Path(__file__).parent / "seedling"
_NAME = re.compile(r"[a-z]{3,20}")


class NameRefused(Exception):
    """No service can be called that; the message says why."""


def main(arguments: list[str]) -> int:
    """Make the service named on the command line and write its contracts."""
    if len(arguments) != 1:
        print("say its name: make new-service name=x", file=sys.stderr)
        return 2
    (name,) = arguments
    house = House()
    try:
        made = plant(house, name)
    except NameRefused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for path in made:
        print(path.relative_to(house.root))
    Environment(house.root / ".venv").link(house.import_paths())
    contracts = subprocess.run([sys.executable, "-m", "deploy.tools.contracts"], cwd=house.root, check=False)
    print(
        f"\nNext: say in services/{name}/README.md what it owns, and replace the notes by it. make test service={name}"
    )
    return contracts.returncode


def plant(house: House, name: str, seedling: Path = SEEDLING) -> list[Path]:
    """Copy the seedling into the house under a name, and return the files made; NameRefused when it cannot be."""
    _check_name(house, name)
    made = _copy(seedling / "service", house.service(name), name)
    made += _copy(seedling / "tests", house.root / "tests" / "services" / name, name)
    _tidy(house, [path for path in made if path.suffix == ".py"])
    return made


def _check_name(house: House, name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise NameRefused(f"{name!r}: a service's name is one word of 3 to 20 small letters")
    if house.service(name).exists():
        raise NameRefused(f"services/{name} is there already")
    if importlib.util.find_spec(name) is not None:
        raise NameRefused(f"{name} is the name of a Python module that is installed here")


def _copy(source: Path, target: Path, name: str) -> list[Path]:
    made = []
    for path in sorted(source.rglob("*")):
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        copy = target / _renamed(str(path.relative_to(source)), name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_renamed(path.read_text(encoding="utf-8"), name), encoding="utf-8")
        shutil.copymode(path, copy)
        made.append(copy)
    return made


def _tidy(house: House, paths: list[Path]) -> None:
    # Imports are sorted by name, and the name is new.
    for arguments in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, *map(str, paths)], cwd=house.root, check=True)


def _renamed(text: str, name: str) -> str:
    return text.replace("seedling", name).replace("Seedling", name.capitalize())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
