"""pytest plugin: on the build machine a skipped test is a failure, because nobody there reads why it was skipped."""

from __future__ import annotations

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Count skips when the build machine says that it is one (`CI`)."""
    if os.environ.get("CI"):
        config.pluginmanager.register(SkipsFail(), "skips-fail")


class SkipsFail:
    """Turns an otherwise green session with skips red and names them."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what was skipped in any phase."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember modules that skipped themselves as a whole."""
        if report.skipped:
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the session."""
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which."""
        for nodeid in self.skipped:
            terminalreporter.write_line(f"skipped, which is a failure here: {nodeid}", red=True)
