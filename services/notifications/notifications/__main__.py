"""python -m notifications web | worker | migrate | check | seed | parked | republish"""

from __future__ import annotations

import sys

from notifications.app import create_app
from notifications.bootstrap import build
from notifications.config import load
from notifications.messages.publishes import EVENTS
from notifications.worker import JOBS, SUBSCRIPTIONS
from plumbing.service import Service, run

SERVICE = Service(
    name="notifications",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
