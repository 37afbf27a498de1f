"""Runs one server for the tests and ends it when the tests are gone, even when they were killed.

Started as `python guardian.py SIGNAL USER COMMAND…` (an empty USER: this one). Its standard input is a pipe held by the
tests: when that closes, for whatever reason, the server's process group gets SIGNAL, and SIGKILL three seconds later.
The first line on its standard output is the server's process group.
"""

import os
import pwd
import signal
import subprocess
import sys
import threading
from contextlib import suppress

_PATIENCE_SECONDS = 3.0


def main() -> None:
    goodbye = signal.Signals[sys.argv[1]]
    account = pwd.getpwnam(sys.argv[2]) if sys.argv[2] else None
    with subprocess.Popen(
        sys.argv[3:],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        process_group=0,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    ) as server:
        print(server.pid, flush=True)  # noqa: T201  the tests read it
        threading.Thread(target=_follow, args=(server,), daemon=True).start()
        sys.stdin.buffer.read()
        _end(server, goodbye)
    os._exit(0)


def _follow(server: "subprocess.Popen[bytes]") -> None:
    server.wait()
    os._exit(1)


def _end(server: "subprocess.Popen[bytes]", goodbye: signal.Signals) -> None:
    for number in (signal.SIGCONT, goodbye):  # a frozen server would not hear the second
        _tell(server.pid, number)
    with suppress(subprocess.TimeoutExpired):
        server.wait(_PATIENCE_SECONDS)
    _tell(server.pid, signal.SIGKILL)


def _tell(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


if __name__ == "__main__":
    main()
