"""The plugin that counts proven rows can be trusted: it refuses empty claims and forgets nothing and nobody."""

from __future__ import annotations

import csv
import json
from collections import Counter

import pytest

from deploy.tools.features import count, read_owners
from deploy.tools.house import ROOT
from tests.support.features import known_rows

OWNERS = {"quoting", "member", "documents", "savings", "claims", "portal", "notifications", "signature", "gateway"}

CONFTEST = """
import pytest
from pathlib import Path
from tests.support.features import register

def pytest_configure(config):
    register(config, frozenset({"F-001", "F-002", "F-003"}), Path("results.json"))
    config.addinivalue_line("markers", "feature(*ids): rows")

@pytest.fixture
def api():
    return object()
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A small project whose tests claim rows."""
    monkeypatch.syspath_prepend(str(ROOT))
    pytester.makeconftest(CONFTEST)
    return pytester


def run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return project.runpytest_inprocess("-p", "no:cacheprovider", *arguments)


def results(project: pytest.Pytester) -> dict[str, str]:
    stored = json.loads((project.path / "results.json").read_text(encoding="utf-8"))
    return {name.partition("::")[2]: entry["outcome"] for name, entry in stored.items()}


def test_a_claim_needs_the_front_of_the_product(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.feature('F-001')\ndef test_inside(): pass")
    done = run(project)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines("*test_inside claims F-001 without the `api` or `page` fixture*")


def test_an_unknown_row_cannot_be_claimed(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.feature('F-999')\ndef test_it(api): pass")
    done = run(project)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines("*F-999*")


def test_a_mark_without_a_row_claims_nothing(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.feature()\ndef test_it(api): pass")
    assert run(project).ret == pytest.ExitCode.USAGE_ERROR


def test_a_claim_is_read_even_when_its_test_is_not_selected(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.feature('F-001')\ndef test_inside(): pass\ndef test_other(): pass")
    assert run(project, "-k", "other").ret == pytest.ExitCode.USAGE_ERROR


def test_only_what_ran_and_passed_counts(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        @pytest.fixture
        def broken(): raise ValueError
        @pytest.fixture
        def messy():
            yield
            raise ValueError
        @pytest.mark.feature("F-001")
        def test_passes(api): pass
        @pytest.mark.feature("F-001")
        def test_fails(api): assert False
        @pytest.mark.feature("F-001")
        def test_is_skipped(api): pytest.skip("not here")
        @pytest.mark.feature("F-001")
        def test_is_expected_to_fail(api): pytest.xfail("not yet")
        @pytest.mark.feature("F-001")
        def test_has_a_broken_fixture(api, broken): pass
        @pytest.mark.feature("F-001")
        def test_cannot_clean_up(api, messy): pass
        def test_claims_nothing(): pass
        """
    )
    run(project)
    assert results(project) == {
        "test_passes": "passed",
        "test_fails": "failed",
        "test_is_skipped": "skipped",
        "test_is_expected_to_fail": "skipped",
        "test_has_a_broken_fixture": "failed",
        "test_cannot_clean_up": "failed",
    }


def test_runs_of_parts_add_up(project: pytest.Pytester) -> None:
    body = "import pytest\n@pytest.mark.feature('{row}')\ndef test_{name}(api): pass\n"
    one = project.makepyfile(test_one=body.format(row="F-001", name="a") + body.format(row="F-003", name="c"))
    project.makepyfile(test_two=body.format(row="F-002", name="b"))
    run(project, "test_one.py")
    run(project, "test_two.py")
    assert set(results(project)) == {"test_a", "test_b", "test_c"}
    run(project, "test_one.py::test_a")
    assert set(results(project)) == {"test_a", "test_b", "test_c"}
    one.write_text(body.format(row="F-001", name="a"), encoding="utf-8")
    run(project, "test_one.py")
    assert set(results(project)) == {"test_a", "test_b"}
    (project.path / "test_two.py").unlink()
    run(project)
    assert set(results(project)) == {"test_a"}


def test_a_row_is_proven_by_a_pass_and_lost_by_a_failure() -> None:
    owners = {"F-001": "quoting", "F-002": "quoting", "F-003": "member", "F-004": "member"}
    outcomes = {
        "a": {"rows": ["F-001", "F-003"], "outcome": "passed"},
        "b": {"rows": ["F-003"], "outcome": "failed"},
        "c": {"rows": ["F-002"], "outcome": "skipped"},
        "d": {"rows": ["F-001"], "outcome": "skipped"},
    }
    assert count(owners, outcomes) == {
        "member": {"proven": [], "missing": ["F-003", "F-004"]},
        "quoting": {"proven": ["F-001"], "missing": ["F-002"]},
    }


def test_the_rows_are_all_there() -> None:
    assert known_rows() == {f"F-{number:03}" for number in range(1, 362)}
    path = ROOT / "tests" / "features.csv"
    assert set(read_owners(path).values()) == OWNERS
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert all(row["rule"] and len(row["section"]) == 1 for row in rows)
    assert [rule for rule, times in Counter(row["rule"] for row in rows).items() if times > 1] == []


def test_a_run_in_parallel_records_the_same(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    project.makepyfile(
        """
        import pytest
        @pytest.mark.feature("F-001", "F-002")
        def test_passes(api): pass
        @pytest.mark.feature("F-003")
        def test_fails(api): assert False
        """
    )
    project.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2")
    assert results(project) == {"test_passes": "passed", "test_fails": "failed"}
    stored = json.loads((project.path / "results.json").read_text(encoding="utf-8"))
    assert sorted(row for entry in stored.values() for row in entry["rows"]) == ["F-001", "F-002", "F-003"]
