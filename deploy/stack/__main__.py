"""`python -m deploy.stack secrets [NAME] | up [SERVICE] | down | config`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from deploy.stack.engine import Engine, EngineFailed
from deploy.stack.files import Place
from deploy.stack.rolling import roll
from deploy.stack.secret_files import SecretFiles
from deploy.stack.starting import start


def main(words: Sequence[str]) -> int:
    """Return 0 when it is done; 69 (EX_UNAVAILABLE) when the engine is missing or refuses."""
    options = _options(words)
    place = Place.read()
    try:
        match options.command:
            case "secrets":
                return _secrets(place, options.names)
            case "up":
                _secrets(place, [])
                engine = Engine(place)
                if options.service:
                    roll(engine, options.service)
                else:
                    start(engine)
            case "down":
                Engine(place).compose("down", "--remove-orphans", *(["--volumes"] if options.volumes else []))
    except EngineFailed as failure:
        print(failure, file=sys.stderr)
        return 69
    return 0


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    secrets = commands.add_parser("secrets", help="draw what is missing; NAME (quoting.bus) is drawn anew")
    secrets.add_argument("names", nargs="*")
    up = commands.add_parser("up", help="build and start everything, or roll one service")
    up.add_argument("service", nargs="?")
    down = commands.add_parser("down", help="end everything")
    down.add_argument("--volumes", action="store_true", help="and forget the data")
    return parser.parse_args(words)


def _secrets(place: Place, rotated: Sequence[str]) -> int:
    files = SecretFiles(place.secrets)
    try:
        for name in rotated:
            files.rotate(name)
    except LookupError as refusal:
        print(refusal.args[0], file=sys.stderr)
        return 64  # EX_USAGE
    files.write(urlsplit(place.public_url).hostname or "localhost")
    if rotated:
        print(f"drawn anew: {', '.join(rotated)}. They count once their containers have them: docs/operations.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
