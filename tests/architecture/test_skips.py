"""On the build machine nothing is skipped unseen."""

from __future__ import annotations

import pytest

from deploy.tools.house import ROOT

TESTS = "import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('no server here')\n"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.syspath_prepend(str(ROOT))
    pytester.makeconftest("pytest_plugins = ['tests.support.skips']")
    pytester.makepyfile(TESTS)
    return pytester


def test_a_skip_is_a_failure_on_the_build_machine(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    done = project.runpytest_inprocess("-p", "no:cacheprovider")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines("*skipped, which is a failure here: *test_b")


def test_a_developer_may_skip(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert project.runpytest_inprocess("-p", "no:cacheprovider").ret == pytest.ExitCode.OK
