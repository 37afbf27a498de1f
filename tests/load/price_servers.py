"""The three servers whose CPU per answer is compared: quoting, an empty Flask route, and the same prices in FastAPI.

`python -m tests.load.price_servers quoting|empty|fastapi PORT FOLDER` serves one of them and leaves in the folder the
token that its route asks for.
"""

import os
import sys
from pathlib import Path
from typing import Any, Literal

from plumbing.garbage import settle
from tests.services.quoting import factories
from tests.services.quoting.world import NOW, World
from tests.support.tokens import bearer

THREADS = 4
TOKEN = "token"
_FOLDER = "PRICE_SERVER_FOLDER"


def quoting_app() -> Any:
    """Quoting as it is served, with its logs, traces and metrics; the clock alone stands still."""
    from plumbing.telemetry.logs import configure_logs
    from plumbing.telemetry.tracing import configure_tracing

    configure_logs("quoting")
    configure_tracing("quoting")
    world = World(_folder())
    _leave_token()
    settle()
    return world.client.application


def empty_app() -> Any:
    """The least that Flask does for a request."""
    from flask import Flask

    app = Flask("empty")
    app.add_url_rule("/", "empty", lambda: "")
    _leave_token()
    settle()
    return app


def fastapi_app() -> Any:
    """The peer of another framework."""
    from tests.load.fastapi_prices import prices_app

    _leave_token()
    return prices_app()


def _folder() -> Path:
    return Path(os.environ[_FOLDER])


def _leave_token() -> None:
    token = bearer("broker", factories.BROKER_ID, now=NOW)["Authorization"]
    place = _folder() / TOKEN
    place.with_suffix(".part").write_text(token)
    place.with_suffix(".part").rename(place)


def serve(name: Literal["quoting", "empty", "fastapi"], port: int, folder: Path) -> None:
    """Serve one of them with one process, as both kinds are usually served."""
    os.environ[_FOLDER] = str(folder)
    if name == "fastapi":
        import uvicorn

        uvicorn.run(fastapi_app(), port=port, loop="uvloop", http="httptools", access_log=False, log_level="warning")
        return
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        f"tests.load.price_servers:{name}_app",
        factory=True,
        interface=Interfaces.WSGI,
        address="127.0.0.1",
        port=port,
        workers=1,
        blocking_threads=THREADS,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))  # type: ignore[arg-type]
