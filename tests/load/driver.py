"""The one driver: every figure names a measured thing and its peer, and both take turns in shuffled rounds.

A shared machine is never quiet, so nothing is compared across runs: a ratio is the median of the ratios of single
rounds, and what other programs of the machine used meanwhile is said with every figure.
"""

from __future__ import annotations

import math
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from tests.load.child import Turn
from tests.load.ground import Ground
from tests.load.proc import machine_cpu, tree_cpu

_FEWEST_ROUNDS = 3


@dataclass(frozen=True)
class Limit:
    """What a figure must keep: at least or at most `bound`, of its ratio or of its value."""

    bound: float
    at_least: bool = False
    of_value: bool = False

    def holds(self, value: float, ratio: float) -> bool:
        compared = value if self.of_value else ratio
        return compared >= self.bound if self.at_least else compared <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


@dataclass(frozen=True)
class Figure:
    """One number of the bench. `of` makes it from samples; `pooled` takes all rounds together (a percentile needs
    them), else it is the median of the rounds.
    """

    name: str
    unit: str
    limit: Limit
    of: Callable[[Sequence[float]], float] = statistics.fmean
    pooled: bool = False


class Contestant(Protocol):
    """Whatever can take a turn; usually a `Child`."""

    def turn(self) -> Turn: ...


@dataclass(frozen=True)
class Sides:
    """The measured thing and what it is measured against."""

    measured: Contestant
    peer: Contestant


@dataclass(frozen=True)
class Trial:
    """Sets the stage once for one or several figures. `how` says in one sentence what is compared with what.

    `events` is how many things one turn does, for CPU time per thing; 0 where that says nothing. Rounds end early after
    `seconds`, but not before the third. A limit in milliseconds means nothing on a busy machine: rounds in which others
    used more than `quiet` cores are put aside, as long as three quiet ones are had.
    """

    figures: tuple[Figure, ...]
    stage: Callable[[Ground], AbstractContextManager[Sides]]
    how: str
    rounds: int = 7
    seconds: float = 45.0
    events: int = 0
    warm_up: bool = True
    quiet: float = math.inf


@dataclass(frozen=True)
class Result:
    """One figure as measured; `ratio` is `value` over `against`, by rounds."""

    figure: Figure
    value: float
    against: float
    ratio: float
    how: str

    @property
    def holds(self) -> bool:
        return self.figure.limit.holds(self.value, self.ratio)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.figure.name,
            "value": round(self.value, 3),
            "unit": self.figure.unit,
            "against": round(self.against, 3),
            "ratio": round(self.ratio, 4),
            "how": self.how,
        }


@dataclass(frozen=True)
class Round:
    """One turn of each, and how many cores others kept busy meanwhile."""

    measured: Turn
    peer: Turn
    foreign: float


def run(trial: Trial, ground: Ground) -> list[Result]:
    """Run the rounds of one trial and return its figures."""
    with trial.stage(ground) as sides:
        if trial.warm_up:
            sides.measured.turn()
            sides.peer.turn()
        rounds = _rounds(trial, sides)
    counted = _counted(trial, rounds)
    how = f"{trial.how}; {_rounds_in_words(trial, rounds, counted)}{_cpu(trial, counted)}"
    return [_result(figure, counted, how) for figure in trial.figures]


def _rounds(trial: Trial, sides: Sides) -> list[Round]:
    rounds: list[Round] = []
    started, quiet = time.monotonic(), 0
    least = min(_FEWEST_ROUNDS, trial.rounds)
    while quiet < trial.rounds and (len(rounds) < least or time.monotonic() < started + trial.seconds):
        names = ["measured", "peer"]
        random.shuffle(names)
        watch = Neighbours()
        turns = {name: getattr(sides, name).turn() for name in names}
        rounds.append(Round(**turns, foreign=watch.cores()))
        quiet += rounds[-1].foreign <= trial.quiet
    return rounds


def _counted(trial: Trial, rounds: list[Round]) -> list[Round]:
    quiet = [each for each in rounds if each.foreign <= trial.quiet]
    return quiet if len(quiet) >= _FEWEST_ROUNDS else rounds


def _result(figure: Figure, rounds: Sequence[Round], how: str) -> Result:
    if figure.pooled:
        value = figure.of([sample for each in rounds for sample in each.measured.samples])
        against = figure.of([sample for each in rounds for sample in each.peer.samples])
        return Result(figure, value, against, value / against, how)
    pairs = [(figure.of(each.measured.samples), figure.of(each.peer.samples)) for each in rounds]
    values, againsts = zip(*pairs, strict=True)
    ratio = statistics.median(value / against for value, against in pairs)
    return Result(figure, statistics.median(values), statistics.median(againsts), ratio, how)


def _rounds_in_words(trial: Trial, rounds: Sequence[Round], counted: Sequence[Round]) -> str:
    foreign = statistics.median(each.foreign for each in counted)
    busy = f"others used {foreign:.1f} of {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    if trial.rounds == 1:
        return f"one round; {busy}"
    number = f"{len(counted)}" if len(counted) == len(rounds) else f"the {len(counted)} quiet ones of {len(rounds)}"
    return f"{number} shuffled rounds after a warm-up; {busy}"


def _cpu(trial: Trial, rounds: Sequence[Round]) -> str:
    if not trial.events:
        return ""
    own, other = (
        statistics.median(turn.cpu_seconds for turn in turns) / trial.events * 1e6
        for turns in ([each.measured for each in rounds], [each.peer for each in rounds])
    )
    return f"; CPU {own:.0f} against {other:.0f} µs each"


class Neighbours:
    """What other programs of this machine used while we measured."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._foreign = self._foreign_cpu()

    def cores(self) -> float:
        """Cores kept busy by others since this was made."""
        return max(0.0, (self._foreign_cpu() - self._foreign) / (time.monotonic() - self._started))

    def _foreign_cpu(self) -> float:
        return machine_cpu() - tree_cpu(os.getpid())
