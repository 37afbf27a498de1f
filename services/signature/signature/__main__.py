"""python -m signature web | worker | sealer | migrate | check | seed | parked | republish | demo-pki"""

from __future__ import annotations

import sys

from plumbing.service import Apart, Service, run
from signature.adapters.sealer.demo_pki import make_from_arguments
from signature.adapters.tables import APPEND_ONLY
from signature.app import create_app
from signature.bootstrap import build, build_sealer
from signature.config import load, load_sealer
from signature.messages.publishes import EVENTS
from signature.worker import JOBS, SEALER_JOBS, SUBSCRIPTIONS

SERVICE = Service(
    name="signature",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    append_only=APPEND_ONLY,
    apart={"sealer": Apart(load=load_sealer, build=build_sealer, jobs=SEALER_JOBS)},
)

if __name__ == "__main__":
    # Made before there are settings to read: the settings name the files that it makes.
    if sys.argv[1:2] == ["demo-pki"]:
        sys.exit(make_from_arguments(sys.argv[2:]))
    sys.exit(run(SERVICE, sys.argv[1:]))
