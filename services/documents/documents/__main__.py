"""python -m documents web | worker | migrate | check | seed | parked | republish."""

from __future__ import annotations

import sys

from documents.app import create_app
from documents.bootstrap import build
from documents.config import load
from documents.messages.publishes import EVENTS
from documents.worker import JOBS, SUBSCRIPTIONS
from plumbing.service import Service, run

SERVICE = Service(
    name="documents",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
