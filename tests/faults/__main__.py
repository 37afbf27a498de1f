"""`make faults`: journeys at a steady rate while everything under them is killed, then the comparison.

SECONDS (120) how long journeys are started and processes killed; RATE (journeys a second); WHOLE_EVERY (one journey in
so many is the whole one, the others end with the quote in the client's hands); ABLATE (confirms, outbox, ack, inbox)
switches one safeguard off; SEED draws the kills; KEEP=1 keeps the logs.

Returns 0 when nothing was lost, doubled or left half done, 1 when something was, 2 when too little happened to say so;
with ABLATE 0 when the loss or doubling was found and 3 when it was not.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from deploy.embedded.settings import SERVICES
from tests.faults.audit import Audit
from tests.faults.changes import ABLATIONS, WITNESS
from tests.faults.journeys import Travellers
from tests.faults.killing import ROUNDS, USUAL_ROUND, Killer
from tests.faults.report import Report
from tests.faults.servers import own_servers
from tests.faults.verdict import drain, judge, repeats_absorbed
from tests.support.programs import temporary_folder
from tests.support.stack import HOUSE, Stack
from tests.support.stack_ground import Ground, laid

WORKERS = 3
WEBS = 2
INSIDE = Path(__file__).with_name("inside")
_ARRIVAL_SECONDS = 300.0
_DRAIN_SECONDS = 300.0
_FULL_KILLS = 25
_ABLATED_KILLS = 40


def main() -> int:
    """Run once and return the exit code."""
    ablated = os.environ.get("ABLATE", "")
    if ablated and ablated not in ABLATIONS:
        print(f"ABLATE is one of {', '.join(ABLATIONS)}", file=sys.stderr)
        return 64
    seconds = float(os.environ.get("SECONDS", "120"))
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    folder = temporary_folder("faults")
    with ExitStack() as stack:
        if not os.environ.get("KEEP"):
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        report = run(folder, seconds=seconds, ablated=ablated, seed=seed)
    print(report.tell())
    report.write(HOUSE.root / "var" / f"faults{'-' + ablated if ablated else ''}.json")
    if os.environ.get("KEEP"):
        print(f"logs       {folder}")
    return report.exit_code


def run(folder: Path, *, seconds: float, ablated: str, seed: int) -> Report:
    """Start everything, travel and kill for so many seconds, wait until all is calm, compare."""
    with ExitStack() as stack:
        servers = stack.enter_context(own_servers())
        _say("servers run")
        ground = stack.enter_context(laid(servers.postgres, servers.rabbitmq, servers.s3, SERVICES))
        set_up_witnesses(ground)
        more = {"FAULTS_ABLATE": ablated}
        platform = Stack(ground, folder, webs=WEBS, workers=WORKERS, more=more, paths=[INSIDE])
        stack.enter_context(platform)
        _say(f"{len(SERVICES)} services run, each with {WEBS} webs and {WORKERS} workers")
        kills = _ABLATED_KILLS if ablated else _FULL_KILLS
        killer = Killer(
            platform,
            servers.killable,
            random.Random(seed),
            every=max(1.5, seconds / (kills + 1)),
            round=ROUNDS.get(ablated, USUAL_ROUND),
        )
        rate = float(os.environ.get("RATE", "1.9"))
        travellers = Travellers(platform, rate=rate, whole_every=int(os.environ.get("WHOLE_EVERY", "12")))
        stack.callback(travellers.end)
        travellers.go(whole=True)
        if not travellers.told[0].finished:
            raise RuntimeError(f"the first journey, without any fault, stopped: {travellers.told[0].stopped}")
        _say("the first journey arrived; now the faults")
        _travel_and_kill(travellers, killer, seconds)
        _say(f"{killer.kills.total()} kills; waiting for those under way")
        under_way = travellers.arrive(60.0 if ablated else _ARRIVAL_SECONDS)
        drained_in = drain(platform, _DRAIN_SECONDS)
        _say(f"calm after {drained_in:.0f} s; comparing")
        verdict = judge(platform)
        verdict.drained_in = drained_in
        findings = Audit(platform, travellers).compare()
        return Report(
            ablated=ablated,
            seconds=seconds,
            seed=seed,
            verdict=verdict,
            findings=findings,
            kills=killer.kills,
            aimed=killer.aimed,
            parts=killer.parts,
            down=killer.down,
            begun=len(travellers.told),
            finished=sum(told.finished and bool(told.seconds) for told in travellers.told),
            whole=sum(told.finished and bool(told.seconds) and told.whole for told in travellers.told),
            under_way=under_way,
            stopped=travellers.stopped(),
            clients=travellers.transport.counts,
            absorbed=repeats_absorbed(platform),
            times=[told.seconds for told in travellers.told if told.finished],
        )


def _travel_and_kill(travellers: Travellers, killer: Killer, seconds: float) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []

    def kill() -> None:
        try:
            killer.work(seconds, stop)
        except BaseException as failure:
            failures.append(failure)
            raise

    thread = threading.Thread(target=kill, name="killer")
    thread.start()
    try:
        travellers.travel(seconds)
    finally:
        stop.set()
        thread.join()
    if failures:
        raise failures[0]


def set_up_witnesses(ground: Ground) -> None:
    """Make the table in every database where the inbox, as `changes` has it, notes what was applied."""
    for url in ground.owners.values():
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
            connection.execute(WITNESS)


_BEGUN = time.monotonic()


def _say(what: str) -> None:
    print(f"{time.monotonic() - _BEGUN:6.1f} s  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
