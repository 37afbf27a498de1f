"""python -m seedling web | worker | migrate | check | seed | parked | republish."""

from __future__ import annotations

import sys

from plumbing.service import Service, run
from seedling.app import create_app
from seedling.bootstrap import build
from seedling.config import load
from seedling.messages.publishes import EVENTS
from seedling.worker import JOBS, SUBSCRIPTIONS

SERVICE = Service(
    name="seedling",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
