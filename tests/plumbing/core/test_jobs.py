"""A job's result commits once, with the lease; failures climb the ladder; the clock's jobs come round."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from plumbing.consumer import Context
from plumbing.database import JOB
from plumbing.errors import Permanent
from plumbing.jobs import Job, JobKind
from plumbing.ladder import RUNGS
from plumbing.parked import ParkedThings
from tests.plumbing.core.kitchen import POTS, Kitchen, Pot


def schedule(kitchen: Kitchen, pot_id: str, **more: object) -> None:
    with kitchen.uow()() as work:
        work.schedule("stir", {"pot_id": pot_id}, **more)  # type: ignore[arg-type]
        work.commit()


def stir(job: Job, context: Context) -> None:
    with context.uow() as work:
        pot = work.pot(job.payload["pot_id"])
        if pot is None:
            pot = Pot(job.payload["pot_id"])
            work.add(pot)
        pot.content += 1
        work.commit()


def test_a_job_is_done_once_and_its_row_goes_with_its_result(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.jobs.handles("stir")(stir)
    schedule(kitchen, pot_id)

    assert kitchen.runner.run_one()
    assert not kitchen.runner.run_one()

    assert kitchen.content(pot_id) == 1
    assert kitchen.rows(JOB) == []


def test_a_key_is_scheduled_once_while_it_waits(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.jobs.handles("stir")(stir)
    schedule(kitchen, pot_id, key="stir-it")
    schedule(kitchen, pot_id, key="stir-it")

    assert len(kitchen.rows(JOB)) == 1


def test_a_job_waits_for_its_hour(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.jobs.handles("stir")(stir)
    schedule(kitchen, pot_id, due_at=kitchen.clock.now() + timedelta(hours=1))

    assert not kitchen.runner.run_one()
    kitchen.clock.advance(timedelta(hours=1))
    assert kitchen.runner.run_one()


def test_several_workers_never_commit_one_job_twice(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.jobs.handles("stir")(stir)
    with kitchen.uow()() as work:
        work.add(Pot(pot_id))
        work.commit()
    ids = [f"{pot_id[:-2]}{n:02d}" for n in range(20)]
    for each in ids:
        schedule(kitchen, each)

    def work_off() -> None:
        runner = kitchen.runner
        while runner.run_one():
            pass

    threads = [threading.Thread(target=work_off) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [kitchen.content(each) for each in ids] == [1] * 20


def test_a_killed_workers_job_is_taken_up_when_its_lease_ends(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.jobs.handles("stir")(stir)
    schedule(kitchen, pot_id)
    dead = kitchen.runner._lease()
    assert dead is not None
    assert not kitchen.runner.run_one()

    kitchen.clock.advance(timedelta(seconds=16))

    assert kitchen.runner.run_one()
    assert kitchen.content(pot_id) == 1


def test_a_job_that_kills_its_process_climbs_the_ladder_and_is_parked(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.jobs.handles("stir")(stir)
    schedule(kitchen, pot_id)
    killed = 0
    for _ in range(200):
        if kitchen.runner._lease() is not None:
            killed += 1  # and the process is gone
        kitchen.clock.advance(timedelta(minutes=30))

    assert killed == len(RUNGS) + 1
    (parked,) = ParkedThings(kitchen.engine, kitchen.clock).list()
    assert "ended" in parked.error
    assert kitchen.content(pot_id) is None


def test_a_job_whose_handler_forgets_to_commit_is_done_all_the_same(kitchen: Kitchen, pot_id: str) -> None:
    def look(job: Job, context: Context) -> None:
        with context.uow() as work:
            work.pot(job.payload["pot_id"])

    kitchen.jobs.handles("stir")(look)
    schedule(kitchen, pot_id)

    assert kitchen.runner.run_one()
    assert kitchen.rows(JOB) == []


def test_a_database_error_leaves_no_fact_in_the_job(kitchen: Kitchen, pot_id: str) -> None:
    def collide(job: Job, context: Context) -> None:
        with context.uow() as work:
            work.session.execute(POTS.insert(), [{"id": pot_id, "tenant": "Camille Roussel", "content": None}])

    kitchen.jobs.handles("stir")(collide)
    schedule(kitchen, pot_id)
    kitchen.runner.run_one()

    (row,) = kitchen.rows(JOB)
    assert row.error
    assert "Camille" not in row.error


def test_a_parked_job_is_taken_up_again_when_it_is_asked_for_again(kitchen: Kitchen, pot_id: str) -> None:
    broken = [True]

    def fail_first(job: Job, context: Context) -> None:
        if broken[0]:
            raise Permanent("no stove")
        stir(job, context)

    kitchen.jobs.handles("stir")(fail_first)
    schedule(kitchen, pot_id, key="stir-it")
    kitchen.runner.run_one()
    assert len(ParkedThings(kitchen.engine, kitchen.clock).list()) == 1

    broken[0] = False
    schedule(kitchen, pot_id, key="stir-it")
    assert kitchen.runner.run_one()
    assert kitchen.content(pot_id) == 1


def test_a_clock_driven_job_that_fails_waits_no_longer_than_its_turn(kitchen: Kitchen) -> None:
    turns = []

    def stumble(job: Job, context: Context) -> None:
        turns.append(kitchen.clock.now())
        raise RuntimeError("stumbled")

    kitchen.jobs.cron("tidy", every=timedelta(minutes=1))(stumble)
    runner = kitchen.runner
    runner.plant_clock_driven()
    for _ in range(15):
        runner.run_one()
        kitchen.clock.advance(timedelta(seconds=61))

    assert len(turns) == 15


def test_a_worker_that_lost_its_lease_commits_nothing(kitchen: Kitchen, pot_id: str) -> None:
    def slow(job: Job, context: Context) -> None:
        if job.attempt == 1:
            kitchen.clock.advance(timedelta(seconds=16))
            assert kitchen.runner.run_one()
        stir(job, context)

    kitchen.jobs.handles("stir")(slow)
    schedule(kitchen, pot_id)

    kitchen.runner.run_one()

    assert kitchen.content(pot_id) == 1


def test_failures_climb_the_ladder_and_permanent_ones_are_parked(kitchen: Kitchen, pot_id: str) -> None:
    attempts = []

    def fail(job: Job, context: Context) -> None:
        attempts.append(job.attempt)
        if job.attempt == 2:
            raise Permanent("no such pot")
        raise ConnectionError("the cook is out")

    kitchen.jobs.handles("stir")(fail)
    schedule(kitchen, pot_id)
    kitchen.runner.run_one()
    assert not kitchen.runner.run_one()
    kitchen.clock.advance(timedelta(seconds=7))
    kitchen.runner.run_one()

    (parked,) = ParkedThings(kitchen.engine, kitchen.clock).list("rives")
    assert attempts == [1, 2]
    assert parked.what == "job"
    assert "no such pot" in parked.error


def test_a_clock_driven_job_comes_round_even_after_a_failure(kitchen: Kitchen) -> None:
    turns = []

    def turn(job: Job, context: Context) -> None:
        turns.append(kitchen.clock.now())
        if len(turns) == 1:
            raise RuntimeError("stumbled")

    kitchen.jobs.cron("tidy", every=timedelta(minutes=5))(turn)
    runner = kitchen.runner
    runner.plant_clock_driven()
    runner.plant_clock_driven()
    for _ in range(3):
        runner.run_one()
        kitchen.clock.advance(timedelta(minutes=6))

    assert len(turns) == 3
    assert len(kitchen.rows(JOB)) == 1


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (datetime(2026, 7, 1, 21, 0, tzinfo=UTC), datetime(2026, 7, 1, 22, 5, tzinfo=UTC)),
        (datetime(2026, 7, 1, 22, 5, tzinfo=UTC), datetime(2026, 7, 2, 22, 5, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, 5, tzinfo=UTC), datetime(2026, 10, 25, 23, 5, tzinfo=UTC)),  # clocks go back
        (datetime(2026, 3, 28, 23, 5, tzinfo=UTC), datetime(2026, 3, 29, 22, 5, tzinfo=UTC)),  # clocks go forward
    ],
)
def test_a_daily_job_goes_by_the_clock_in_paris(after: datetime, due: datetime) -> None:
    from datetime import time

    assert JobKind("nightly", stir, daily_at=time(0, 5)).next_due(after) == due
