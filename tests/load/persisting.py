"""How many quotes a second are durable, each with the job that has it issued, against what the database itself can do.

The peer is pgbench with the very statements that the use case sends, taken down from one quote of the same client: the
same rows, indexes and locks (numbers are given without a gap, so commits queue behind one another), prepared.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import event, func, select

from quoting.adapters.tables import QUOTE
from quoting.api.quotes import QuoteIn, entered
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
_TENANT = "rives"


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
        "the use case that prices, numbers and stores a quote with its job, durable, two processes of four threads; "
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

        def store(_thread: int) -> None:
            for _ in range(share):
                _create(world)

        def turn() -> list[float]:
            begun = perf_counter()
            list(pool.map(store, range(THREADS)))
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


def _stored(world: World) -> int:
    with world.services.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(QUOTE)).scalar_one()


def _script(world: World) -> str:
    """Take down what one quote sends, with everything that is another one's each time drawn by the database."""
    sent: list[tuple[str, Any]] = []

    def take_down(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(world.services.engine, "before_cursor_execute", take_down)
    quote = _create(world)
    event.remove(world.services.engine, "before_cursor_execute", take_down)
    number = quote.number.removeprefix("RIS")
    fresh = {
        f"'render_quote:{quote.id}'": "'render_quote:' || gen_random_uuid()",
        f"'{quote.id}'": "gen_random_uuid()::text",
        f"'{quote.subscription_id}'": "gen_random_uuid()::text",
        f"'{quote.number}'": f"'RIS' || lpad(:last::text, {len(number)}, '0')",
    }
    lines = ["BEGIN"]
    with psycopg.connect(world.environment["DATABASE_URL"].replace("+psycopg", "", 1)) as connection:
        for statement, parameters in sent:
            if "pg_notify" in statement:
                lines.append("COMMIT")  # who has something to do is told after the commit
            one = parameters[0] if isinstance(parameters, list) else parameters
            words = psycopg.ClientCursor(connection).mogrify(statement, one)
            words = re.sub(r"(?<!:):(?=\w)", "'||chr(58)||'", words)  # pgbench would read « 09:00 » as a variable
            if statement.startswith("INSERT INTO job"):
                words = words.replace(f"'{one['id']}'", "gen_random_uuid()::text")
            for known, drawn in fresh.items():
                words = words.replace(known, drawn)
            lines.append(" ".join(words.split()))
    return "".join(f"{line} \\gset\n" if "RETURNING number_sequence.last" in line else f"{line};\n" for line in lines)
