"""`python -m deploy.embedded`: start every service, worker and the portal in this process and serve them.

Killed at any moment and started again it goes on with the same data under var/embedded.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from deploy.embedded.platform import Platform
from deploy.embedded.settings import DEMONSTRATION_PASSWORD, state_folder
from plumbing.telemetry.logs import configure_logs

_THREADS = 12
_ALREADY_RUNNING = 75  # EX_TEMPFAIL of sysexits.h


def main() -> int:
    """Serve until SIGTERM or SIGINT; 75 when another process has the same data open."""
    started = time.monotonic()
    port = int(os.environ.get("PORT", "8000"))
    host = os.environ.get("HOST", "127.0.0.1")
    public_url = os.environ.get("PUBLIC_URL", f"http://{host}:{port}").rstrip("/")
    state = state_folder()
    state.mkdir(parents=True, exist_ok=True)
    lock = (state / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"Another process already runs on {state}.", file=sys.stderr)
        return _ALREADY_RUNNING
    log_file = (state / "log.jsonl").open("a", buffering=1)
    configure_logs("embedded", stream=log_file)
    platform = Platform(state, public_url)
    platform.prepare()
    if not _serve(platform, host, port, lambda: _greet(public_url, state, time.monotonic() - started)):
        return 1
    return 0


def _serve(platform: Platform, host: str, port: int, ready: Callable[[], None]) -> bool:
    from waitress.server import create_server

    try:
        server = create_server(
            platform.gateway.from_outside,
            host=host,
            port=port,
            threads=_THREADS,
            ident=None,
            max_request_body_size=32 * 1024 * 1024,
        )
    except OSError as failure:
        print(f"Port {port} cannot be had ({failure.strerror}). Try PORT=8080 make run.", file=sys.stderr)
        return False
    stop = threading.Event()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        platform.start(stop)
        ready()
        # It lets its threads finish what they answer and returns on SystemExit. Closing the server instead would leave
        # it waiting for every browser that keeps a connection open.
        server.run()
    finally:
        platform.stop(stop)
    return True


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _greet(public_url: str, state: Path, seconds: float) -> None:
    print(
        f"""
Parapluie is ready in {seconds:.1f} s (demonstration: nothing here is real).

  Portal        {public_url}/
  Mailbox       {public_url}/mailbox/          every e-mail and SMS that was sent
  Interfaces    {public_url}/api/docs

  Broker        courtier@lemaire.example       {DEMONSTRATION_PASSWORD}
  Manager       gestion@rives.example          {DEMONSTRATION_PASSWORD}
  Second one    controle@rives.example         {DEMONSTRATION_PASSWORD}   (what needs two managers)

  Data and log  {state}
  Try           make demo
""",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
