"""Write requirements.lock: `python -m deploy.tools.lock`.

The lock is the closure of every declared dependency, at the versions installed in the environment that runs this. It is
a constraints file: it installs nothing by itself and names no index. Dependencies that only a newer supported Python or
a particular platform asks for are in it when they are installed here; a missing one is an error, not a silent gap.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.tools.house import House
from deploy.tools.install import requirements

SUPPORTED_PYTHONS = ("3.11", "3.12", "3.13")

HEADER = """\
# Every version that an install of this repository may use, given to pip with --constraint. Written by `make lock` from
# the environment that passed the tests; Python 3.11 to 3.13. Change a version there, prove it, then run `make lock`.
"""


class NotInstalled(Exception):
    """A declared dependency, or one of its own, is not in this environment."""


def main() -> int:
    """Write the lock and say how many versions it pins."""
    house = House()
    pins = closure(set().union(*(requirements(house, group) for group in house.groups())))
    lines = [f"{name}=={version}\n" for name, version in sorted(pins.items())]
    house.lock.write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{house.lock.name}: {len(pins)} versions")
    return 0


def closure(roots: set[str]) -> dict[str, str]:
    """Names and versions of everything the roots bring; NotInstalled says what is missing and who asks for it."""
    pins: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(root), "a manifest") for root in sorted(roots)]
    while waiting:
        requirement, asker = waiting.pop()
        name = canonicalize_name(requirement.name)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise NotInstalled(f"{requirement} is not installed, {asker} asks for it") from None
        pins[name] = distribution.version
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += [(needed, name) for needed in _needs(distribution, extra)]
    return pins


def _needs(distribution: metadata.Distribution, extra: str) -> Iterator[Requirement]:
    for line in distribution.requires or []:
        requirement = Requirement(line)
        marker = requirement.marker
        pythons = ({"python_version": it, "python_full_version": f"{it}.9"} for it in SUPPORTED_PYTHONS)
        if marker is None or any(marker.evaluate({**python, "extra": extra}) for python in pythons):
            yield requirement


if __name__ == "__main__":
    sys.exit(main())
