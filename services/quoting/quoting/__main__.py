"""python -m quoting web | worker | migrate | check | seed | parked | republish | rerate"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from plumbing.service import Service, run
from quoting.app import create_app
from quoting.bootstrap import build
from quoting.config import load
from quoting.messages.publishes import EVENTS
from quoting.seed import seed
from quoting.worker import JOBS, SUBSCRIPTIONS

DONE, SOME_REFUSED, WRONG_INPUT = 0, 1, 65  # EX_DATAERR of sysexits.h
_BAR = 30


def rerate(services: Any, arguments: Sequence[str]) -> int:
    """Price a portfolio at another date: every row it can, and say which it cannot."""
    # numpy is for this command alone: it would cost every web worker a tenth of a second and 25 MiB.
    from quoting.jobs.rerate import COLUMNS, FileRefused
    from quoting.jobs.rerate import rerate as price_all

    parser = argparse.ArgumentParser(prog="python -m quoting rerate", description=rerate.__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help=f"CSV: {', '.join(COLUMNS)}")
    parser.add_argument(
        "--effective", type=date.fromisoformat, required=True, help="the date of the prices, 2027-01-01"
    )
    parser.add_argument("--to", dest="target", type=Path, help="where the prices go; standard output when left out")
    parser.add_argument("--rejects", type=Path, help="where the refused rows go; standard error when left out")
    options = parser.parse_args(arguments)
    try:
        outcome = price_all(
            services.offer,
            source=options.source,
            effective_date=options.effective,
            target=options.target,
            rejects=options.rejects,
            progress=_bar if sys.stderr.isatty() else lambda _share, _outcome: None,
        )
    except (FileRefused, OSError) as failure:
        print(f"{options.source}\u00a0: {failure}", file=sys.stderr)
        return WRONG_INPUT
    refused = f", lignes refusées\u00a0: {outcome.refused}" if outcome.refused else ""
    day = f"{options.effective:%d/%m/%Y}"
    print(f"Foyers tarifés au {day}\u00a0: {outcome.priced}{refused}.", file=sys.stderr)
    return SOME_REFUSED if outcome.refused else DONE


def _bar(share: float, outcome: Any) -> None:
    filled = "█" * round(share * _BAR)
    end = "\n" if share >= 1.0 else ""
    print(f"\r{filled:·<{_BAR}} {share * 100:3.0f}\u00a0% {outcome.priced}", end=end, file=sys.stderr, flush=True)


SERVICE = Service(
    name="quoting",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    seed=seed,
    commands={"rerate": rerate},
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
