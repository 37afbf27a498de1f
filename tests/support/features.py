"""pytest plugin: which rows of tests/features.csv are proven, and by which tests.

`@pytest.mark.feature("F-058")` claims a row. The claim is refused at collection unless the row exists and the test
goes through the product's own front, the `api` or the `page` fixture. What ran is kept in var/feature-results.json, one
entry a test, so that runs of parts of the tests add up; `deploy.tools.features` counts from there.
"""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = ROOT / "tests" / "features.csv"
RESULTS = ROOT / "var" / "feature-results.json"
FRONTS = frozenset({"api", "page"})


def pytest_configure(config: pytest.Config) -> None:
    """Keep the results of this run, in the process that reports (not in a worker of a parallel run)."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config.rootpath, known_rows()), "feature-recorder")


def known_rows(path: Path = ROWS) -> frozenset[str]:
    """The ids a test may claim."""
    with path.open(encoding="utf-8", newline="") as handle:
        return frozenset(row["id"] for row in csv.DictReader(handle))


def claimed_rows(item: pytest.Item, known: frozenset[str]) -> list[str]:
    """The rows an item claims; UsageError, which ends the collection, when it may not claim them."""
    ids = sorted({row for mark in item.iter_markers("feature") for row in mark.args})
    if ids and not FRONTS & set(getattr(item, "fixturenames", ())):
        raise pytest.UsageError(f"{item.nodeid} claims {', '.join(ids)} without the `api` or `page` fixture")
    unknown = [row for row in ids if row not in known]
    if unknown:
        raise pytest.UsageError(f"{item.nodeid} claims rows that features.csv does not have: {', '.join(unknown)}")
    if not ids and any(item.iter_markers("feature")):
        raise pytest.UsageError(f"{item.nodeid} is marked with no row at all")
    return ids


def fingerprint(path: Path) -> str:
    """Content of a test file, shortened: a result no longer counts when its test has changed since."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Recorder:
    """Gathers the claims at collection and the outcomes as they come, and merges them into the results file."""

    root: Path
    known: frozenset[str]
    results: Path = RESULTS
    claims: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    whole_files: set[str] = field(default_factory=set)
    outcomes: dict[str, str] = field(default_factory=dict)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Read every claim before anything is deselected, so that a bad one shows whatever is selected."""
        by_name = {argument.partition("::")[0] for argument in config.args if "::" in argument}
        for item in items:
            file = item.nodeid.partition("::")[0]
            if not any(file.endswith(name) or name.endswith(file) for name in by_name):
                self.whole_files.add(file)
            rows = claimed_rows(item, self.known)
            if rows:
                self.claims[item.nodeid] = rows
                self.files[item.nodeid] = fingerprint(item.path)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test passed only if its setup, its call and its teardown all did."""
        if report.nodeid not in self.claims:
            return
        if report.when == "call" or not report.passed:
            worst_so_far = self.outcomes.get(report.nodeid)
            if worst_so_far in (None, "passed"):
                self.outcomes[report.nodeid] = "passed" if report.passed and not _expected_failure(report) else "failed"
                if report.skipped:
                    self.outcomes[report.nodeid] = "skipped"

    def pytest_sessionfinish(self) -> None:
        """Merge: what ran replaces what was known, what no longer exists goes."""
        if not self.whole_files and not self.outcomes:
            return
        kept = {
            nodeid: entry
            for nodeid, entry in _read(self.results).items()
            if not self._is_gone(nodeid) and nodeid not in self.outcomes
        }
        ran = {
            nodeid: {"rows": self.claims[nodeid], "outcome": outcome, "file": self.files[nodeid]}
            for nodeid, outcome in self.outcomes.items()
        }
        self.results.parent.mkdir(parents=True, exist_ok=True)
        merged = dict(sorted({**kept, **ran}.items()))
        self.results.write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")

    def _is_gone(self, nodeid: str) -> bool:
        file = nodeid.partition("::")[0]
        return not (self.root / file).exists() or (file in self.whole_files and nodeid not in self.claims)


def _expected_failure(report: pytest.TestReport) -> bool:
    return hasattr(report, "wasxfail")


def _read(path: Path) -> dict[str, Any]:
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return stored
