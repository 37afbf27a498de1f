"""`make up SERVICE=quoting`: the next version of one service, while everybody goes on asking it.

Migrations first (they are backward compatible, so both versions work on the new tables). Then each web gets a twin of
the new version; once the twins answer, the old ones are told to end: they say so on /healthz and go on answering until
the gateway, which asks every second, sends to the twins alone. Workers are changed one kind after the other: events
and jobs wait in their queue and their table.
"""

from __future__ import annotations

import time

from deploy.stack.engine import Engine, EngineFailed
from deploy.stack.starting import SEEDED, seed

# The gateway takes in a new container with its first healthy answer, and looks after it every second.
_TAKEN_IN_SECONDS = 3.0
_WELL_SECONDS = 180.0


def roll(engine: Engine, service: str) -> None:
    """Build one service and replace its containers; EngineFailed leaves the old ones as they were."""
    known = engine.services()
    web, migrate = f"{service}-web", f"{service}-migrate"
    if web not in known:
        names = sorted(name.removesuffix("-web") for name in known if name.endswith("-web"))
        raise EngineFailed(f"there is no service {service}; there are {', '.join(names)}")
    others = [f"{service}-{kind}" for kind in ("worker", "sealer") if f"{service}-{kind}" in known]
    engine.compose("build", "--quiet", web)
    begun = time.monotonic()
    if migrate in known:
        engine.compose("up", "--detach", "--no-deps", "--no-build", "--force-recreate", migrate, quiet=True)
        engine.wait_until_well(migrate, seconds=_WELL_SECONDS)
    _replace_webs(engine, web)
    for other in others:
        engine.compose("up", "--detach", "--no-deps", "--no-build", "--force-recreate", other, quiet=True)
        engine.wait_until_well(other, seconds=_WELL_SECONDS)
    if engine.place.demonstration and service in SEEDED:
        seed(engine, service)
    print(f"{service} is replaced, {time.monotonic() - begun:.0f} s after its image was built.")


def _replace_webs(engine: Engine, web: str) -> None:
    old = [each.id for each in engine.containers(web) if each.state == "running"]
    gone = [each.id for each in engine.containers(web) if each.state != "running"]
    if gone:
        engine.docker("rm", "--force", *gone)
    wanted = max(len(old), 1)
    twins = f"{web}={len(old) + wanted}"
    engine.compose("up", "--detach", "--no-deps", "--no-build", "--no-recreate", "--scale", twins, web, quiet=True)
    new = [each.id for each in engine.containers(web) if each.id not in old]
    try:
        engine.wait_until_well(web, only=new, seconds=_WELL_SECONDS)
    except EngineFailed:
        engine.docker("rm", "--force", *new)
        raise
    time.sleep(_TAKEN_IN_SECONDS)
    for each in old:
        # It drains by itself (DRAIN_SECONDS), within the container's stop_grace_period.
        engine.docker("stop", "--time", "30", each)
        engine.docker("rm", each)
