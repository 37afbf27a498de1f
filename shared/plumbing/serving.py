"""Serves a WSGI application on granian, and goes away without a request noticing.

Who is told to end (SIGTERM, SIGINT) goes on answering for `DRAIN_SECONDS`, while /healthz says 503: the gateway, which
asks it every second, sends new requests to others in the meantime. Then what is still being answered is finished. A
second signal ends the waiting.
"""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

_FLAG_VARIABLE = "PARAPLUIE_DRAINING"


def draining() -> bool:
    """Say whether this web is about to end: known to all its processes by a file."""
    flag = os.environ.get(_FLAG_VARIABLE)
    return flag is not None and Path(flag).exists()


def serve(target: str, port: int) -> int:
    """Serve what the factory named by `target` makes until told to end; return the process's exit code."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    seconds = float(os.environ.get("DRAIN_SECONDS", "0"))
    with tempfile.TemporaryDirectory(prefix="web-") as folder:
        flag = Path(folder, "draining")
        # The processes that answer are started later and find it in their environment.
        os.environ[_FLAG_VARIABLE] = str(flag)

        class Server(Granian):  # type: ignore[misc, valid-type]
            def signal_handler_interrupt(self, *arguments: Any, **named: Any) -> None:
                end = super().signal_handler_interrupt
                if not seconds or flag.exists():
                    end(*arguments, **named)
                    return
                with suppress(OSError):  # without its flag it ends as quietly as it can
                    flag.touch()
                timer = threading.Timer(seconds, end)
                timer.daemon = True
                timer.start()

        Server(
            target,
            factory=True,
            interface=Interfaces.WSGI,
            address=os.environ.get("HOST", "127.0.0.1"),
            port=port,
            workers=int(os.environ.get("WEB_WORKERS", "2")),
            # Explicit: the default starts far too many threads for one interpreter lock.
            blocking_threads=int(os.environ.get("WEB_THREADS", "4")),
            log_access=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
        ).serve()
    return 0
