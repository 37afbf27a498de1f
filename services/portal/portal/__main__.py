"""`python -m portal web | check`."""

from __future__ import annotations

import argparse
import os
import sys

from plumbing.serving import serve
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
        return serve("portal.app:from_environment", options.port)
    print("portal: ready")
    return 0


if __name__ == "__main__":
    sys.exit(main())
