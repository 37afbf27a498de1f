"""`make stack-test`: build the compose stack under a name of its own and prove what only containers can prove.

`NAMES="doors roll"` proves these alone, KEEP=1 leaves the stack up. Without an engine it fails: nothing is skipped.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from deploy.stack.engine import Engine, EngineFailed
from deploy.stack.files import Place
from deploy.stack.secret_files import SecretFiles
from tests.stack import doors, killing, rolling, starting
from tests.stack.deployment import Deployment
from tests.support.programs import free_ports

PROOFS: tuple[tuple[str, str, Callable[[Deployment], str]], ...] = (
    ("starts", "Everything is healthy in under three minutes, and the demonstration passes", starting.starts),
    ("returns", "Ended and started again, it has the first journey's data and makes another", starting.returns),
    ("doors", "TLS, HTTP/2, headers, limits; nothing but the gateway answers from outside", doors.shut),
    ("roll", "A service is rolled while it is asked: no request fails", rolling.rolled),
    ("wait", "A service that is down makes the others wait, and what can be answered is answered", rolling.waited_for),
    ("kill", "Every container killed in turn during journeys: nothing is lost", killing.survived),
)


def main() -> int:
    """Return 0 when everything asked for is proven, 69 when there is no engine."""
    wanted = os.environ.get("NAMES", "").split() or [name for name, _, _ in PROOFS]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    https, http = free_ports(2)
    folder = Path(tempfile.mkdtemp(prefix="parapluie-stack-"))
    os.environ.update({"HTTPS_PORT": str(https), "HTTP_PORT": str(http)})
    place = Place.read({"SECRETS_DIR": str(folder), "COMPOSE_PROJECT_NAME": "parapluie-test", "HTTPS_PORT": str(https)})
    try:
        engine = Engine(place)
    except EngineFailed as failure:
        print(f"The stack cannot be proven here: {failure}", file=sys.stderr)
        return 69  # EX_UNAVAILABLE
    SecretFiles(folder).write(urlsplit(place.public_url).hostname or "localhost")
    deployment = Deployment(engine, http_port=http)
    try:
        deployment.start()
        return 1 if _prove(deployment, wanted) else 0
    finally:
        if os.environ.get("KEEP") != "1":
            engine.compose("down", "--volumes", "--remove-orphans", quiet=True)


def _prove(deployment: Deployment, wanted: list[str]) -> list[str]:
    failed = []
    for name, title, proof in PROOFS:
        if name not in wanted:
            continue
        begun = time.monotonic()
        try:
            outcome = proof(deployment)
        except Exception:  # noqa: BLE001 - a proof that fails is told, and the others are still made
            failed.append(name)
            print(f"✗ {title}\n{traceback.format_exc(limit=-4)}", file=sys.stderr, flush=True)
            continue
        print(f"✓ {title} ({time.monotonic() - begun:.0f} s)\n  {outcome}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
