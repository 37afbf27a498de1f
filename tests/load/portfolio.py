"""How long a broker with 200 000 quotes waits for a page of his search, over HTTP, on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from plumbing.cipher import FieldCipher
from plumbing.ids import new_id
from plumbing.telemetry.logs import configure_logs
from quoting.adapters.columns import dumped
from quoting.domain.numbering import format_number
from quoting.domain.people import search_name
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.latency import percentile
from tests.services.quoting import factories
from tests.services.quoting.conftest import Api
from tests.services.quoting.domain_factories import a_quote
from tests.services.quoting.world import FIELD_KEY, World

QUOTES = 200_000
A_FEW = 200
SEARCHES_A_TURN = 60
# Nine quotes in ten have lapsed or were replaced, as after some years.
_STATUSES = ["expired"] * 14 + ["replaced"] * 4 + ["validated", "subscribed"]
_SYLLABLES = ("mar", "tin", "ber", "nard", "du", "pont", "ro", "bert", "le", "goff", "mo", "reau", "gi", "rard", "lam")
_LAST = ["".join(parts).capitalize() for parts in itertools.product(_SYLLABLES, repeat=3)]
_FIRST = ("Éloïse", "Julie", "Paul", "Noé", "Léa", "Jean-Luc", "Anne", "Béatrice", "Céline", "Hugo", "Inès", "Théo")


@contextmanager
def stage(ground: Ground) -> Iterator[Sides]:
    """One database with both portfolios, and the service before it twice, each asked by its own broker."""
    url = ground.postgres.new_database("bench")
    with world_on(url) as world:
        world.prepare()
        fill(url, factories.BROKER_ID, "RIS", QUOTES)
        fill(url, factories.OTHER_BROKER_ID, "TIS", A_FEW)
        with world.services.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    settings = {"database": url, "key": FIELD_KEY}
    try:
        with (
            Child("tests.load.portfolio:turns", {**settings, "broker": factories.BROKER_ID}) as measured,
            Child("tests.load.portfolio:turns", {**settings, "broker": factories.OTHER_BROKER_ID}) as peer,
        ):
            yield Sides(measured, peer)
    finally:
        ground.postgres.drop_database(url)


TRIAL = Trial(
    figures=(Figure("portfolio_search_p95_ms", "ms", Limit(50, of_value=True), percentile(0.95), pooled=True),),
    stage=stage,
    how=(
        f"a page of the portfolio over HTTP on PostgreSQL, token checked and personal facts opened: by name (begun, "
        f"whole, letters within, nobody, « % » and its later pages), by number, by status, of one client, among "
        f"{QUOTES:,} quotes of one broker; against the same searches of a broker with {A_FEW}"
    ),
    rounds=8,
    seconds=20,
    events=SEARCHES_A_TURN,
    quiet=0.4,
)


@contextmanager
def turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Searches of all kinds, in an order of chance; each sample is one answer in milliseconds."""
    with open(os.devnull, "w") as nowhere, world_on(settings["database"], settings["key"]) as world:  # noqa: PTH123
        configure_logs("quoting", stream=nowhere)
        api = Api(world)
        chance = random.Random(7)
        caller = {"sub": settings["broker"]}
        cursor, clients = _begun(api, caller)

        def search() -> float:
            name, last = _person(chance.randrange(QUOTES))
            typed = chance.choice([last[:3], last, f"{name} {last}", f"%{last[2:6]}", "zzyzx", "%", last[0]])
            kind = chance.randrange(4)
            begun = time.perf_counter()
            if kind <= 1:
                body = {"name": typed, "cursor": cursor if typed == "%" and kind else None}
                answer = api.post("/portfolio/client-searches", body, **caller)
            elif kind == 2:
                query = chance.choice(
                    [
                        str(chance.randrange(1, QUOTES)),
                        "%25",
                        "%25&validated=true",
                        "%25&validated=true&subscribed=true",
                    ]
                )
                answer = api.get(f"/portfolio/quotes?identifier={query}", **caller)
            else:
                answer = api.get(f"/portfolio/clients/{chance.choice(clients)}/quotes", **caller)
            taken = time.perf_counter() - begun
            if answer.status_code != 200:
                raise RuntimeError(f"{answer.status_code}: {answer.text}")
            return taken * 1000

        yield lambda: [search() for _ in range(SEARCHES_A_TURN)]


def fill(url: str, broker_id: str, prefix: str, quotes: int) -> None:
    """Store a portfolio: two quotes a client. What is closed says the same for everybody: it must only open."""
    cipher = FieldCipher.from_setting(FIELD_KEY)
    sample = a_quote()
    closed = {name: cipher.close(dumped(getattr(sample, name))) for name in ("profile", "client", "advice")}
    born, email = cipher.close(dumped(sample.client.birth_date)), cipher.close(sample.client.email)
    now = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp() * 1_000_000)
    clients = [new_id() for _ in range(quotes // 2)]
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY client_file ({_CLIENT_COLUMNS}) FROM STDIN") as copy:
            for place, client_id in enumerate(clients):
                first, last = _person(place)
                found = search_name(f"{last} {first}")
                copy.write_row(
                    (client_id, "rives", broker_id, client_id, "madame", last, first, found, born, email, now)
                )
        with cursor.copy(f"COPY quote ({_QUOTE_COLUMNS}) FROM STDIN") as copy:
            for place in range(quotes):
                copy.write_row(
                    (
                        new_id(),
                        "rives",
                        format_number(prefix, place + 1),
                        1,
                        _STATUSES[place % len(_STATUSES)],
                        broker_id,
                        clients[place // 2],
                        new_id(),
                        "horizon-tns",
                        "Horizon TNS",
                        "300",
                        "Horizon TNS 300",
                        False,
                        sample.effective_date,
                        11523,
                        dumped(sample.needs),
                        closed["profile"],
                        closed["client"],
                        dumped(sample.price),
                        closed["advice"],
                        now,
                        sample.created_on,
                        date(2026, 1, 1) + timedelta(days=place % 300),
                        "[]",
                        1,
                    )
                )


_CLIENT_COLUMNS = (
    "id, tenant, broker_id, identity_index, civility, last_name, first_name, search_name, birth_date, email, created_at"
)
_QUOTE_COLUMNS = (
    "id, tenant, number, version, status, broker_id, client_id, subscription_id, product_code, product_name, formula, "
    "formula_label, with_option, effective_date, monthly, needs, profile, client, price, advice, created_at, "
    "created_on, expires_on, documents, revision"
)


def _person(place: int) -> tuple[str, str]:
    """First and last name of the client at a place: some thousand last names."""
    return _FIRST[place % len(_FIRST)], _LAST[(place * 7919) % len(_LAST)]


def _begun(api: Api, caller: dict[str, Any]) -> tuple[str | None, list[str]]:
    """Return the place after the first pages of the whole portfolio, and some clients of them."""
    cursor, clients = None, []
    for _page in range(3):
        page = api.post("/portfolio/client-searches", {"name": "%", "cursor": cursor}, **caller).get_json()
        clients += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    return cursor, clients


@contextmanager
def world_on(url: str, key: str | None = None) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), url=url, field_key=key or FIELD_KEY)
        yield world
        world.close()
