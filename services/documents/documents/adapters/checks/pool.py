"""The service's side of the checks: a few checking children, started when first needed, replaced when they die."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import BinaryIO, cast

from documents.adapters.checks.wire import BrokenPipe, read_message, write_message
from documents.domain.refusals import CheckUnavailable, RefusalCode, Refused
from documents.usecases.ports import Judged

# The child ends each check in time; this is only for a child that itself is stuck.
_DEADLINE_SECONDS = 30.0
_WAIT_FOR_A_CHILD_SECONDS = 10.0


class _Child:
    """One running checking child and its two pipes."""

    def __init__(self) -> None:
        # Nothing of the service's environment goes along: it holds secrets, and the child parses hostile files.
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
            "LANG": "C.UTF-8",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "documents.adapters.checks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )

    def ask(self, head: dict[str, object], content: bytes) -> tuple[dict[str, object], bytes]:
        """Send a file and wait for the verdict; raises CheckUnavailable when the child dies or is stuck."""
        watchdog = threading.Timer(_DEADLINE_SECONDS, self.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            write_message(cast(BinaryIO, self._process.stdin), head, content)
            answer = read_message(cast(BinaryIO, self._process.stdout))
        except (OSError, ValueError, BrokenPipe) as error:
            raise CheckUnavailable("the checking child went away") from error
        finally:
            watchdog.cancel()
        if answer is None:
            raise CheckUnavailable("the checking child ended")
        return answer

    def kill(self) -> None:
        """End the child and whatever it forked."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the child and take its remains away."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class CheckerPool:
    """Checks up to `size` files at a time; safe from several threads."""

    def __init__(self, size: int = 2) -> None:
        # Last in, first out: a quiet service keeps one child warm and never starts the others.
        self._slots: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        self._size = size
        for _ in range(size):
            self._slots.put(None)

    def judge_incoming(self, content: bytes, *, extension: str) -> Judged:
        """Judge a file that a person sent; raises Refused, CheckUnavailable."""
        return self._judge({"regime": "incoming", "extension": extension, "declared_type": ""}, content)

    def judge_exact(self, content: bytes, *, media_type: str) -> Judged:
        """Judge a file that must be kept byte for byte; raises Refused, CheckUnavailable."""
        return self._judge({"regime": "exact", "extension": "", "declared_type": media_type}, content)

    def close(self) -> None:
        """End all children that are not busy."""
        for _ in range(self._size):
            with suppress(queue.Empty):
                child = self._slots.get_nowait()
                if child is not None:
                    child.close()

    def _judge(self, head: dict[str, object], content: bytes) -> Judged:
        try:
            child = self._slots.get(timeout=_WAIT_FOR_A_CHILD_SECONDS)
        except queue.Empty as error:
            raise CheckUnavailable("all checking children are busy") from error
        try:
            if child is None:
                child = _Child()
            answer, cleaned = child.ask(head, content)
        except BaseException as error:
            if child is not None:
                child.close()
            child = None
            if isinstance(error, OSError):
                raise CheckUnavailable("no checking child could be started") from error
            raise
        finally:
            self._slots.put(child)
        return _read_verdict(answer, cleaned, content)


def _read_verdict(answer: dict[str, object], cleaned: bytes, received: bytes) -> Judged:
    if "refused" in answer:
        raise Refused(RefusalCode(str(answer["refused"])), str(answer.get("reason", "")))
    pages = answer["pages"]
    return Judged(
        media_type=str(answer["media_type"]),
        content=received if answer["same"] else cleaned,
        pages=pages if isinstance(pages, int) else None,
    )
