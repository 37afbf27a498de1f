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
_ROWS, _FILE = "rows", "file"


def pytest_configure(config: pytest.Config) -> None:
    """Read the claims where tests are collected, and keep the results in the process that reports."""
    register(config, known_rows(), RESULTS)


def register(config: pytest.Config, known: frozenset[str], results: Path) -> None:
    """Put both parts to work; a worker of a parallel run collects and does not report."""
    config.pluginmanager.register(Claims(known), "feature-claims")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config.rootpath, results), "feature-recorder")


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
class Claims:
    """Writes on each test what it claims, so that its report tells it wherever the test ran."""

    known: frozenset[str]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read every claim before anything is deselected, so that a bad one shows whatever is selected."""
        for item in items:
            rows = claimed_rows(item, self.known)
            if rows:
                item.user_properties += [(_ROWS, " ".join(rows)), (_FILE, fingerprint(item.path))]


@dataclass(eq=False)
class Recorder:
    """Gathers the outcomes as they come and merges them into the results file."""

    root: Path
    results: Path = RESULTS
    ran: dict[str, dict[str, Any]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test passed only if its setup, its call and its teardown all did."""
        told = dict(report.user_properties)
        if _ROWS not in told:
            return
        if report.when == "call" or not report.passed:
            entry = {"rows": str(told[_ROWS]).split(), "outcome": "passed", "file": told[_FILE]}
            entry = self.ran.setdefault(report.nodeid, entry)
            if entry["outcome"] == "passed":
                entry["outcome"] = "passed" if report.passed and not _expected_failure(report) else "failed"
                if report.skipped:
                    entry["outcome"] = "skipped"

    def pytest_sessionfinish(self) -> None:
        """Merge: what ran replaces what was known, and what was known of a file that has changed since goes."""
        known = _read(self.results)
        kept = {nodeid: entry for nodeid, entry in known.items() if self._is_fresh(nodeid, entry)}
        merged = dict(sorted({**kept, **self.ran}.items()))
        if merged != known:
            self.results.parent.mkdir(parents=True, exist_ok=True)
            self.results.write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")

    def _is_fresh(self, nodeid: str, entry: dict[str, Any]) -> bool:
        path = self.root / nodeid.partition("::")[0]
        return path.exists() and fingerprint(path) == entry["file"]


def _expected_failure(report: pytest.TestReport) -> bool:
    return hasattr(report, "wasxfail")


def _read(path: Path) -> dict[str, Any]:
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return stored
