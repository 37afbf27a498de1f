"""`python -m portal web | check`."""

from __future__ import annotations

import argparse
import os
import sys

from plumbing.settings import SettingsError
from plumbing.telemetry.logs import configure_logs
from portal.app import create_app
from portal.config import load

_BAD_SETTINGS = 78  # EX_CONFIG of sysexits.h


def main() -> int:
    """Run one command; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m portal")
    commands = parser.add_subparsers(dest="command", required=True)
    web = commands.add_parser("web", help="serve the pages")
    web.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    commands.add_parser("check", help="say whether the settings are as they should be")
    options = parser.parse_args()
    configure_logs("portal")
    try:
        create_app(load(os.environ))
    except SettingsError as failure:
        print(failure, file=sys.stderr)
        return _BAD_SETTINGS
    if options.command == "web":
        return _serve(options.port)
    print("portal: ready")
    return 0


def _serve(port: int) -> int:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "portal.app:from_environment",
        factory=True,
        interface=Interfaces.WSGI,
        address=os.environ.get("HOST", "127.0.0.1"),
        port=port,
        workers=int(os.environ.get("WEB_WORKERS", "2")),
        blocking_threads=int(os.environ.get("WEB_THREADS", "4")),
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
