"""A worker's parts come back when they end, and go when their supervisor does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from plumbing.supervisor import part_title
from plumbing.worker_health import running
from tests.plumbing.transport.place import eventually


class Peer:
    """The supervising process and what it and its children say."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "tests.plumbing.core.supervised", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.children: set[int] = set()

    def line(self) -> tuple[str, int]:
        assert self.process.stdout is not None
        said, _, pid = self.process.stdout.readline().partition(" ")
        self.children.add(int(pid))
        return said, int(pid)

    def end(self) -> None:
        for pid in self.children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.communicate(timeout=10)


@pytest.fixture
def parts() -> Iterator[Peer]:
    peer = Peer("parts")
    yield peer
    peer.end()


def test_a_part_that_was_killed_is_back_and_the_other_goes_on(parts: Peer) -> None:
    first = dict(parts.line() for _ in range(2))
    assert set(first) == {"one", "two"}

    os.kill(first["one"], signal.SIGKILL)

    name, pid = parts.line()
    assert (name, pid != first["one"]) == ("one", True)
    assert Path(f"/proc/{first['two']}").exists()
    assert Path(f"/proc/{pid}/comm").read_text() == "one kitchen\n"


def test_whoever_asks_sees_which_parts_run(parts: Peer) -> None:
    first = dict(parts.line() for _ in range(2))
    titles = {part_title("kitchen", name) for name in first}
    assert running(parts.process.pid) == titles
    os.kill(first["one"], signal.SIGSTOP)  # stopped is not gone
    assert running(parts.process.pid) == titles

    os.kill(parts.process.pid, signal.SIGSTOP)  # so that nobody starts it again while we look
    os.kill(first["one"], signal.SIGKILL)

    assert eventually(lambda: running(parts.process.pid) == {part_title("kitchen", "two")}, seconds=10)
    os.kill(parts.process.pid, signal.SIGCONT)


def test_told_to_end_it_takes_its_parts_along(parts: Peer) -> None:
    children = [parts.line()[1] for _ in range(2)]

    parts.process.terminate()

    assert parts.process.wait(10) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_killed_it_leaves_no_part_behind(parts: Peer) -> None:
    for _ in range(2):
        parts.line()

    parts.process.kill()

    assert {parts.line()[0] for _ in range(2)} == {"orphan"}


def test_a_part_waits_for_its_database_and_ends_for_anything_else() -> None:
    peer = Peer("database")
    said, complaint = peer.process.communicate(timeout=30)
    assert said.count("tried") == 3
    assert complaint.count("worker.waiting_for_database") == 2
    assert "LookupError: something else" in complaint
    assert peer.process.returncode == 1
