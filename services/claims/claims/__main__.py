"""python -m claims web | worker | migrate | check | seed | parked | republish"""

from __future__ import annotations

import sys

from claims.app import create_app
from claims.bootstrap import build
from claims.config import load
from claims.messages.publishes import EVENTS
from claims.worker import JOBS, SUBSCRIPTIONS
from plumbing.service import Service, run

SERVICE = Service(
    name="claims",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
