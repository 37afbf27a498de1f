"""python -m quoting web | worker | migrate | check | seed | parked | republish"""

from __future__ import annotations

import sys

from plumbing.service import Service, run
from quoting.app import create_app
from quoting.bootstrap import build
from quoting.config import load
from quoting.messages.publishes import EVENTS
from quoting.seed import seed
from quoting.worker import JOBS, SUBSCRIPTIONS

SERVICE = Service(
    name="quoting",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    seed=seed,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
