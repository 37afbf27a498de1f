"""The driver compares round by round, keeps limits the right way round, and says how busy the machine was."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.load import driver, report
from tests.load.__main__ import TRIALS, main
from tests.load.child import Child, Turn
from tests.load.driver import Figure, Limit, Neighbours, Result, Sides, Trial, run
from tests.load.ground import Ground
from tests.load.latency import percentile
from tests.load.proc import group_cpu, machine_cpu, proportional_set_mib, tree, tree_cpu
from tests.plumbing.transport.place import eventually


@dataclass
class Scripted:
    """A contestant with its results prepared; the last one is given again and again."""

    results: list[list[float]]
    calls: list[str] = field(default_factory=list)
    name: str = ""

    def turn(self) -> Turn:
        self.calls.append(self.name)
        return Turn(self.results.pop(0) if len(self.results) > 1 else self.results[0], 0.5)


def trial(measured: list[list[float]], peer: list[list[float]], figure: Figure, calls: Sequence[str] = ()) -> Trial:
    order = list(calls)

    @contextmanager
    def stage(_ground: Ground) -> Iterator[Sides]:
        yield Sides(Scripted(measured, order, "measured"), Scripted(peer, order, "peer"))

    return Trial((figure,), stage, "this; against that", rounds=len(measured), warm_up=False, events=1000)


RATE = Figure("rate", "events/s", Limit(0.4, at_least=True))


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    (result,) = run(trial([[1.0], [50.0], [60.0]], [[2.0], [100.0], [100.0]], RATE), Ground())

    assert (result.value, result.against, result.ratio) == (50.0, 100.0, 0.5)
    assert result.holds
    assert "this; against that; 3 shuffled rounds" in result.how
    assert "CPU 500 against 500 µs each" in result.how


def test_percentiles_are_taken_over_all_rounds() -> None:
    figure = Figure("p50", "ms", Limit(3, of_value=True), percentile(0.5), pooled=True)

    (result,) = run(trial([[1, 2, 9], [9, 9, 9], [1, 1, 1]], [[1]], figure), Ground())

    assert result.value == 2


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_a_sample(share: float, expected: int) -> None:
    assert percentile(share)(range(1, 101)) == expected


@pytest.mark.parametrize(
    ("limit", "value", "ratio", "holds"),
    [
        (Limit(5, at_least=True), 0, 5, True),
        (Limit(5, at_least=True), 9, 4.9, False),
        (Limit(0.25), 9, 0.25, True),
        (Limit(0.25), 0, 0.26, False),
        (Limit(15, of_value=True), 15, 99, True),
        (Limit(15, of_value=True), 15.1, 0, False),
    ],
)
def test_a_limit_is_kept_from_one_side(limit: Limit, value: float, ratio: float, holds: bool) -> None:
    assert limit.holds(value, ratio) is holds


def test_noisy_rounds_are_put_aside_where_quiet_ones_are_had(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = iter([2.0, 0.0, 0.1, 2.0, 0.0])
    monkeypatch.setattr(Neighbours, "cores", lambda _self: next(noise))
    noisy_and_quiet: list[list[float]] = [[99], [1], [2], [99], [3]]

    (result,) = run(replace(trial(noisy_and_quiet, [[1]], RATE), rounds=3, quiet=0.4), Ground())

    assert result.value == 2
    assert "the 3 quiet ones of 5 shuffled rounds" in result.how


def test_on_a_machine_that_is_never_quiet_all_rounds_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Neighbours, "cores", lambda _self: 1.5)
    never_quiet = replace(trial([[1], [2], [3]], [[1]], RATE), quiet=0.4, seconds=0)

    (result,) = run(never_quiet, Ground())

    assert result.value == 2
    assert "; 3 shuffled rounds" in result.how
    assert "others used 1.5 of" in result.how


def test_the_file_has_a_row_for_each_figure(tmp_path: Path) -> None:
    results = [
        Result(RATE, 1234.5678, 2000.0, 0.61728, "this; against that"),
        Result(replace(RATE, name="slow"), 1.0, 10.0, 0.1, "another"),
    ]
    report.write(results, tmp_path / "var" / "bench.json")

    rows = json.loads((tmp_path / "var" / "bench.json").read_text("utf-8"))
    assert rows[0] == {
        "name": "rate",
        "value": 1234.568,
        "unit": "events/s",
        "against": 2000.0,
        "ratio": 0.6173,
        "how": "this; against that",
    }
    lines = report.table(results).splitlines()
    assert lines[1].endswith("ratio ≥ 0.4   holds")
    assert lines[2].endswith("ratio ≥ 0.4  MISSED")
    assert "rate: this; against that." in lines


def test_an_unknown_figure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["no_such_figure"])
    assert "relay_vs_raw_publish" in capsys.readouterr().err


def test_figures_have_names_of_their_own() -> None:
    names = [figure.name for each in TRIALS for figure in each.figures]
    assert len(set(names)) == len(names)
    assert all(each.rounds >= driver._FEWEST_ROUNDS or each.rounds == 1 for each in TRIALS)


@contextmanager
def busy_turns(settings: dict[str, float]) -> Iterator[object]:
    """The stage of the child below: burns some CPU a turn."""

    def turn() -> list[float]:
        return [float(sum(range(int(settings["effort"]))))]

    yield turn


def test_a_child_takes_turns_and_is_frozen_in_between() -> None:
    with Child("tests.load.test_driver:busy_turns", {"effort": 3_000_000}) as child:
        turns = [child.turn() for _ in range(2)]
        pid = child._process.pid
        state = Path(f"/proc/{pid}/stat")
        assert eventually(lambda: state.read_text().rpartition(")")[2].split()[0] == "T")

    assert statistics.median(turn.samples[0] for turn in turns) == sum(range(3_000_000))
    assert all(turn.cpu_seconds > 0 for turn in turns)
    assert not Path(f"/proc/{pid}").exists()


def test_the_kernels_accounts_can_be_read() -> None:
    own = os.getpid()
    assert own in [each.pid for each in tree(own)]
    assert 0 < tree_cpu(own) <= machine_cpu()
    assert group_cpu(os.getpgid(0)) > 0
    assert proportional_set_mib(own) > 5
    assert proportional_set_mib(2**22 + 1) == 0
