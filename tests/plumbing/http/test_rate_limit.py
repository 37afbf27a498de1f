"""How often somebody may knock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from plumbing.database import RATE_LIMIT
from plumbing.housekeeping import forget_repeats
from plumbing.http import check_rate
from plumbing.http.problems import ProblemRaised
from plumbing.http.rate_limit import Rate
from tests.plumbing.http.demo import NOW, Demo, demo_app
from tests.plumbing.http.test_problems import assert_problem


def knock(client: FlaskClient, address: str = "192.0.2.7") -> Any:
    return client.post("/v1/knock", json={"secret": "sesame"}, environ_base={"REMOTE_ADDR": address})


def test_so_often_in_a_window_and_no_more(client: FlaskClient, demo: Demo) -> None:
    assert [knock(client).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = knock(client)
    assert_problem(refused, 429, "rate.limited")
    assert refused.headers["Retry-After"] == "60"
    demo.clock.advance(timedelta(seconds=59))
    assert knock(client).headers["Retry-After"] == "1"
    demo.clock.advance(timedelta(seconds=1))
    assert knock(client).status_code == 200


def test_others_have_their_own_count(client: FlaskClient) -> None:
    for _ in range(4):
        knock(client)
    assert knock(client, "192.0.2.8").status_code == 200


def test_the_address_behind_trusted_proxies(demo: Demo) -> None:
    def from_behind(client: FlaskClient, forwarded: str) -> int:
        return client.post("/v1/knock", json={"secret": "sesame"}, headers={"X-Forwarded-For": forwarded}).status_code

    untrusting = demo_app(demo).test_client()
    assert [from_behind(untrusting, f"203.0.113.{n}") for n in range(4)] == [200, 200, 200, 429]
    demo.settings.trusted_proxies = 1
    trusting = demo_app(demo).test_client()
    assert [from_behind(trusting, f"6.6.6.6, 203.0.113.{n}") for n in range(4)] == [200] * 4


def test_at_the_same_moment(demo: Demo) -> None:
    app = demo_app(demo)
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: knock(app.test_client()).status_code, range(16)))
    assert statuses == [200] * 3 + [429] * 13


def test_only_a_hash_is_kept(client: FlaskClient, demo: Demo) -> None:
    knock(client)
    with demo.engine.connect() as connection:
        (row,) = connection.execute(select(RATE_LIMIT)).mappings()
    assert "192.0.2.7" not in row["key"]
    assert row["count"] == 1


def test_without_a_database_nobody_gets_in(demo: Demo) -> None:
    app = demo_app(demo)
    RATE_LIMIT.drop(demo.engine)
    assert_problem(knock(app.test_client()), 503, "database.unavailable")
    with app.test_request_context():
        check_rate("sms", "x", "1/minute", fail_open=True)


def test_by_something_in_the_body(demo: Demo) -> None:
    with demo_app(demo).test_request_context():
        check_rate("sms", "+33612345678", "2/minute", "2/day")
        check_rate("sms", "+33612345678", "2/minute", "2/day")
        with pytest.raises(ProblemRaised):
            check_rate("sms", "+33612345678", "2/minute", "2/day")
        demo.clock.advance(timedelta(minutes=2))
        with pytest.raises(ProblemRaised):
            check_rate("sms", "+33612345678", "2/minute", "2/day")


def test_old_windows_are_purged(client: FlaskClient, demo: Demo) -> None:
    knock(client)
    forget_repeats(demo.engine, NOW)
    assert _windows(demo) == 1
    forget_repeats(demo.engine, NOW + timedelta(minutes=1))
    assert _windows(demo) == 0


def _windows(demo: Demo) -> int:
    with demo.engine.connect() as connection:
        return len(connection.execute(select(RATE_LIMIT)).all())


def test_rates_are_written_in_words() -> None:
    assert Rate.parse("10/minute") == Rate(10, 60)
    assert Rate.parse("3 / 15 minutes") == Rate(3, 900)
    assert Rate.parse("1/day") == Rate(1, 86_400)
    for text in ("", "10", "0/minute", "10/fortnight", "-1/minute"):
        with pytest.raises(ValueError, match="no rate"):
            Rate.parse(text)
