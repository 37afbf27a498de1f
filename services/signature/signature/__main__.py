"""python -m signature web | worker | migrate | check | seed | parked | republish | demo-pki"""

from __future__ import annotations

import sys

from plumbing.service import Service, run
from signature.adapters.sealer.demo_pki import make_from_arguments
from signature.app import create_app
from signature.bootstrap import build
from signature.config import load
from signature.messages.publishes import EVENTS
from signature.worker import JOBS, SUBSCRIPTIONS

SERVICE = Service(
    name="signature",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
)

if __name__ == "__main__":
    # Made before there are settings to read: the settings name the files that it makes.
    if sys.argv[1:2] == ["demo-pki"]:
        sys.exit(make_from_arguments(sys.argv[2:]))
    sys.exit(run(SERVICE, sys.argv[1:]))
