"""Count the rows of tests/features.csv that tests prove: `python -m deploy.tools.features`.

It reads what the last runs of the tests left in var/feature-results.json; when there is nothing yet it runs the marked
tests first. A row is proven when at least one test that claims it ran and passed and none of them failed. Results of a
test file that has changed since are not counted.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from deploy.tools.house import House

Report = dict[str, dict[str, list[str]]]


def main() -> int:
    """Print a line per service and write var/features.json."""
    house = House()
    results = house.root / "var" / "feature-results.json"
    stored = _stored(results)
    if not stored:
        _run_marked_tests(house)
        stored = _stored(results)
    fresh = {nodeid: entry for nodeid, entry in stored.items() if _is_fresh(house, nodeid, entry)}
    report = count(read_owners(house.root / "tests" / "features.csv"), fresh)
    target = house.root / "var" / "features.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _print(report)
    if len(fresh) < len(stored):
        print(f"{len(stored) - len(fresh)} results are of tests that have changed since: run `make test` again")
    return 0


def read_owners(path: Path) -> dict[str, str]:
    """Row id -> the service that owns it, in the order of the file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return {row["id"]: row["owner"] for row in csv.DictReader(handle)}


def count(owners: dict[str, str], results: dict[str, Any]) -> Report:
    """Per owner the rows proven and missing, each in order."""
    outcomes: dict[str, set[str]] = defaultdict(set)
    for entry in results.values():
        for row in entry["rows"]:
            outcomes[row].add(entry["outcome"])
    report: Report = {owner: {"proven": [], "missing": []} for owner in sorted(set(owners.values()))}
    for row, owner in owners.items():
        proven = "passed" in outcomes[row] and "failed" not in outcomes[row]
        report[owner]["proven" if proven else "missing"].append(row)
    return report


def _stored(results: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    return found


def _run_marked_tests(house: House) -> None:
    # The plugin records and refuses; `-m feature` leaves the others out.
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-m", "feature", "tests"], cwd=house.root, check=False)


def _is_fresh(house: House, nodeid: str, entry: dict[str, Any]) -> bool:
    from tests.support.features import fingerprint  # one way to read a file's state, the plugin's

    path = house.root / nodeid.partition("::")[0]
    return path.exists() and fingerprint(path) == entry["file"]


def _print(report: Report) -> None:
    print(f"{'service':<14} {'proven':>6} {'missing':>7}")
    for owner, rows in report.items():
        print(f"{owner:<14} {len(rows['proven']):>6} {len(rows['missing']):>7}")
    proven, missing = (sum(len(rows[kind]) for rows in report.values()) for kind in ("proven", "missing"))
    print(f"{'all':<14} {proven:>6} {missing:>7}")


if __name__ == "__main__":
    sys.exit(main())
