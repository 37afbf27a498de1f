"""`python -m tests.load [NAME…]`: measure the figures named, or all of them; docs/performance.md explains each."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.load import (
    checking,
    fronted,
    hearing,
    latency,
    memory,
    pages,
    persisting,
    portfolio,
    pricing,
    rating,
    relaying,
    report,
    sealing,
)
from tests.load.driver import Result, Trial, run
from tests.load.ground import Ground

TRIALS: tuple[Trial, ...] = (
    latency.TRIAL,
    relaying.TRIAL,
    hearing.TRIAL,
    memory.TRIAL,
    rating.TRIAL,
    persisting.TRIAL,
    portfolio.TRIAL,
    *pricing.TRIALS,
    fronted.TRIAL,
    checking.TRIAL,
    sealing.TRIAL,
    *pages.TRIALS,
)
FILE = Path("var/bench.json")


def main(arguments: Sequence[str]) -> int:
    """Run, print the table, write the file; 1 when a limit is missed."""
    options = _options(arguments)
    # What was started is ended by `with` blocks, and those by an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results: list[Result] = []
    with Ground() as ground:
        for trial in TRIALS:
            wanted = _names(trial) & set(options.names) if options.names else _names(trial)
            if wanted:
                print(f"Measuring {', '.join(sorted(wanted))}", file=sys.stderr, flush=True)
                results += [result for result in run(trial, ground) if result.figure.name in wanted]
    report.write(results, FILE)
    print(report.table(results))
    return 0 if options.no_limits or all(result.holds for result in results) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    known = sorted(name for trial in TRIALS for name in _names(trial))
    parser = argparse.ArgumentParser(prog="python -m tests.load")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(known)}; none: all")
    parser.add_argument("--no-limits", action="store_true", help="print only: a limit that is missed is no failure")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(known):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return options


def _names(trial: Trial) -> set[str]:
    return {figure.name for figure in trial.figures}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
