"""Who has something to do is told at once; that a wake-up is lost costs a poll and never an error."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Engine, text

from plumbing.database import make_engine
from plumbing.wake import Channel, wake


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def listening(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url.replace("+psycopg", "", 1), autocommit=True) as connection:
        for channel in Channel:
            connection.execute(f"LISTEN {channel.value}")
        yield connection


def _heard(connection: psycopg.Connection, *, count: int = 1) -> set[str]:
    return {notified.channel for notified in connection.notifies(timeout=10, stop_after=count)}


def test_all_channels_are_told(engine: Engine, listening: psycopg.Connection) -> None:
    wake(engine, Channel.OUTBOX, Channel.JOBS)
    assert _heard(listening, count=2) == {"parapluie_outbox", "parapluie_jobs"}


def test_a_connection_that_the_server_closed_is_replaced(engine: Engine, listening: psycopg.Connection) -> None:
    wake(engine, Channel.OUTBOX)
    _heard(listening)
    with engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'NOTIFY parapluie_outbox'"
        assert connection.execute(text(others)).all() == [(True,)]

    wake(engine, Channel.JOBS)

    assert _heard(listening) == {"parapluie_jobs"}


def test_a_server_that_does_not_answer_is_no_error() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    wake(engine, Channel.OUTBOX)
    engine.dispose()


def test_of_many_at_once_the_last_is_told_too(engine: Engine, listening: psycopg.Connection) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: wake(engine, Channel.OUTBOX), range(200)))
    _heard(listening)
    wake(engine, Channel.JOBS)
    assert "parapluie_jobs" in {notified.channel for notified in listening.notifies(timeout=2)}
