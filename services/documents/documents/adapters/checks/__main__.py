"""`python -m documents.adapters.checks`: the checking child.

It loads the parsers once, then forks a grandchild for every file: each check starts clean, under limits of its own, and
takes nothing with it when it dies. It has one thread, no secrets in its environment, and ends when its standard input
does.
"""

from __future__ import annotations

import io
import logging
import os
import resource
import signal
import sys
import warnings
from typing import BinaryIO

from documents.adapters.checks.inspection import Regime, inspect
from documents.adapters.checks.pdf import set_library_limits
from documents.adapters.checks.wire import read_message, write_message
from documents.domain.refusals import RefusalCode, Refused

_MEMORY_BYTES = 1 << 30
_CPU_SECONDS = 5
# The processor time is the bound; the clock only ends what sleeps, and must not punish a busy machine.
_WALL_SECONDS = 20
_TIME_SIGNALS = {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer one request after the other until the service hangs up."""
    set_library_limits()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    while (message := read_message(requests)) is not None:
        answers.write(_judge_apart(*message))
        answers.flush()


def _judge_apart(head: dict[str, object], content: bytes) -> bytes:
    """Fork, judge in the grandchild, and return its encoded answer, or one that says how it died."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(readable)
            _limit_myself()
            with os.fdopen(writable, "wb") as pipe:
                pipe.write(_judge(head, content))
            status = 0
        finally:
            os._exit(status)
    os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return answer if status == 0 else _encode(_cause_of_death(status), b"")


def _limit_myself() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_WALL_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def _judge(head: dict[str, object], content: bytes) -> bytes:
    try:
        found = inspect(
            content,
            regime=Regime(str(head["regime"])),
            extension=str(head["extension"]),
            declared_type=str(head["declared_type"]),
        )
    except Refused as refusal:
        return _encode({"refused": refusal.code, "reason": refusal.reason}, b"")
    except MemoryError:
        return _encode({"refused": RefusalCode.BOMB, "reason": "memory"}, b"")
    same = found.content is content
    answer: dict[str, object] = {"media_type": found.media_type, "pages": found.pages, "same": same}
    return _encode(answer, b"" if same else found.content)


def _cause_of_death(status: int) -> dict[str, object]:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _TIME_SIGNALS:
        return {"refused": RefusalCode.TOO_SLOW, "reason": signal.Signals(os.WTERMSIG(status)).name}
    return {"refused": RefusalCode.CORRUPT, "reason": f"the parser died ({status})"}


def _encode(head: dict[str, object], content: bytes) -> bytes:
    buffer = io.BytesIO()
    write_message(buffer, head, content)
    return buffer.getvalue()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
