"""Contestants are processes of their own: asked for one turn at a time, frozen while the other one has its turn.

`python -m tests.load.child MODULE:FUNCTION JSON` enters `FUNCTION(settings)`, a context manager that gives the function
of one turn, says so on its standard output, and then takes a turn for each line on its standard input.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.load.proc import group_cpu

TurnFunction = Callable[[], list[float]]
Stage = Callable[[dict[str, Any]], AbstractContextManager[TurnFunction]]

_END_SECONDS = 10.0


@dataclass(frozen=True)
class Turn:
    """What one turn gave: samples in the unit of its figures, and seconds of CPU of the contestant's process group."""

    samples: list[float]
    cpu_seconds: float


class Child:
    """A contestant in a process group of its own; ended with the `with` block, or with the driver if that is killed."""

    def __init__(self, stage: str, settings: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.load.child", stage, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        self._stage = stage

    def __enter__(self) -> Self:
        try:
            self._answer()  # it is ready
        except BaseException:
            self._end()
            raise
        self._freeze()
        return self

    def turn(self) -> Turn:
        """Thaw it, have it take a turn, and freeze it again."""
        os.killpg(self._process.pid, signal.SIGCONT)
        time.sleep(0.05)  # what it missed while frozen (heartbeats, wake-ups) is not part of the turn
        before = group_cpu(self._process.pid)
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        samples = self._answer()
        used = group_cpu(self._process.pid) - before
        self._freeze()
        return Turn(samples, used)

    def _freeze(self) -> None:
        os.killpg(self._process.pid, signal.SIGSTOP)

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._stage} ended with code {self._process.wait()}")
        return json.loads(line)

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGCONT)
        with suppress(BrokenPipeError):
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def main() -> int:
    """Serve turns until the standard input ends."""
    module, _, function = sys.argv[1].partition(":")
    stage: Stage = getattr(importlib.import_module(module), function)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever is printed meanwhile is no answer
    with stage(json.loads(sys.argv[2])) as turn:
        print(json.dumps("ready"), file=answers, flush=True)
        for _ in sys.stdin:
            print(json.dumps(turn()), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
