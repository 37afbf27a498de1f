"""How many priced quotes a second are durable, each with the job that has it issued, against what the database can do.

The peer is pgbench with the very statements that the unit of work sends, taken down from one quote: the same rows,
indexes and locks (numbers are given without a gap, so commits queue behind one another), prepared.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import event, func, select

from plumbing.garbage import settle
from plumbing.ids import new_id
from plumbing.wake import Channel
from quoting.adapters.tables import QUOTE
from quoting.api.quotes import QuoteIn, entered
from quoting.domain.numbering import UNNUMBERED
from quoting.domain.quote import Quote
from quoting.usecases.create_quote import create_quote
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.portfolio import world_on
from tests.services.quoting import factories
from tests.services.quoting.domain_factories import a_broker
from tests.services.quoting.world import FIELD_KEY, World
from tests.support.programs import find_program

PROCESSES, THREADS = 2, 4
QUOTES_A_TURN = 1_600
_TENANT, _PREFIX = "rives", "RIS"


@contextmanager
def stage(ground: Ground) -> Iterator[Sides]:
    """A database each; ours is written by two processes of four threads, as the web's are, the other by pgbench."""
    databases = [ground.postgres.new_database("bench") for _ in range(2)]
    for url in databases:
        with world_on(url) as world:
            world.prepare()
            world.seed()
            _create(world)
    ours, other = ({"database": database, "key": FIELD_KEY} for database in databases)
    with (
        Child("tests.load.persisting:turns", ours) as measured,
        Child("tests.load.persisting:pgbench_turns", other) as peer,
    ):
        yield Sides(measured, peer)
    for url in databases:
        ground.postgres.drop_database(url)


TRIAL = Trial(
    figures=(Figure("persist_vs_pgbench", "quotes/s", Limit(0.5, at_least=True)),),
    stage=stage,
    how=(
        "the unit of work that numbers and stores a priced quote with its job, durable, two processes of four threads; "
        "against pgbench -M prepared sending the same statements from eight connections"
    ),
    events=QUOTES_A_TURN,
    rounds=7,
    seconds=60,
)


@contextmanager
def turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Let both processes store their share at once."""
    with ExitStack() as stack:
        writers = [stack.enter_context(Child("tests.load.persisting:writer", settings)) for _ in range(PROCESSES)]
        pool = stack.enter_context(ThreadPoolExecutor(PROCESSES))
        yield lambda: [sum(rate for turn in pool.map(Child.turn, writers) for rate in turn.samples)]


@contextmanager
def writer(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """One web process' worth of threads, each storing quotes one after the other."""
    share = QUOTES_A_TURN // PROCESSES // THREADS
    with world_on(settings["database"], settings["key"]) as world, ThreadPoolExecutor(THREADS) as pool:
        drawn_up = _create(world)
        settle()

        def store(quotes: Sequence[Quote]) -> None:
            for quote in quotes:
                _store(world, quote)

        def turn() -> list[float]:
            shares = [[_another(drawn_up) for _ in range(share)] for _ in range(THREADS)]
            begun = perf_counter()
            list(pool.map(store, shares))
            return [share * THREADS / (perf_counter() - begun)]

        yield turn


@contextmanager
def pgbench_turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """The same statements as fast as PostgreSQL's own client sends them."""
    pgbench = find_program("pgbench", places=["usr/lib/postgresql/*/bin"], package="postgresql")
    clients = PROCESSES * THREADS
    with tempfile.TemporaryDirectory() as folder, world_on(settings["database"], settings["key"]) as world:
        script = Path(folder, "quote.sql")
        script.write_text(_script(world))
        url = settings["database"].replace("+psycopg", "", 1)
        command = [pgbench, "-n", "-M", "prepared", "-c", str(clients), "-j", str(PROCESSES)]
        command += ["-t", str(QUOTES_A_TURN // clients), "-f", str(script), url]

        def turn() -> list[float]:
            before = _stored(world)
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            if _stored(world) - before != QUOTES_A_TURN:
                raise RuntimeError("not every quote was stored")
            found = re.search(r"tps = ([\d.]+) \(without", said)
            if found is None:
                raise RuntimeError(f"pgbench gave no rate: {said}")
            return [float(found[1])]

        yield turn


def _create(world: World) -> Quote:
    made = world.services
    body: dict[str, Any] = QuoteIn().load(factories.quote())
    return create_quote(
        uow=made.units.for_tenant(_TENANT),
        offer=made.offer,
        towns=made.towns,
        broker=a_broker(id=factories.BROKER_ID),
        **entered(body, product=body["product"]),
    )


def _another(quote: Quote) -> Quote:
    return replace(quote, id=new_id(), subscription_id=new_id(), number=UNNUMBERED)


def _store(world: World, quote: Quote) -> None:
    with world.services.units.for_tenant(_TENANT)() as work:
        work.quotes.add_unnumbered(quote, _PREFIX)
        work.schedule("render_quote", {"quote_id": quote.id}, key=f"render_quote:{quote.id}")
        work.commit()


def _stored(world: World) -> int:
    with world.services.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(QUOTE)).scalar_one()


def _script(world: World) -> str:
    """Take down what one quote sends, with everything that is another one's each time drawn by the database."""
    sent: list[tuple[str, Any]] = []

    def take_down(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    quote = _another(_create(world))
    event.listen(world.services.engine, "before_cursor_execute", take_down)
    _store(world, quote)
    event.remove(world.services.engine, "before_cursor_execute", take_down)
    fresh = {
        f"'render_quote:{quote.id}'": "'render_quote:' || gen_random_uuid()",
        f"'{quote.id}'": "gen_random_uuid()::text",
        f"'{quote.subscription_id}'": "gen_random_uuid()::text",
    }
    lines = ["BEGIN"]
    with psycopg.connect(world.environment["DATABASE_URL"].replace("+psycopg", "", 1)) as connection:
        for statement, parameters in sent:
            words = psycopg.ClientCursor(connection).mogrify(statement, parameters)
            words = re.sub(r"(?<!:):(?=\w)", "'||chr(58)||'", words)  # pgbench would read « 09:00 » as a variable
            if statement.startswith("INSERT INTO job"):
                words = words.replace(f"'{parameters['id']}'", "gen_random_uuid()::text")
            for known, drawn in fresh.items():
                words = words.replace(known, drawn)
            lines.append(" ".join(words.split()))
    # Who has something to do is told after the commit.
    return "".join(f"{line};\n" for line in [*lines, "COMMIT", f"NOTIFY {Channel.JOBS.value}"])
