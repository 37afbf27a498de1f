"""How long a signer's code takes to be checked: ceremony locked, print compared, try counted, journal written, said."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg

from plumbing.garbage import settle
from plumbing.ids import new_id
from plumbing.telemetry.logs import configure_logs
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.latency import percentile

CEREMONIES_A_TURN = 20
_WRONG, _RIGHT = "000000", "123456"
_CODES = (_WRONG, _WRONG, _WRONG, _WRONG, _RIGHT)


@contextmanager
def stage(ground: Ground) -> Iterator[Sides]:
    """A database for the service, and one for the bare transactions on the same server."""
    databases = [ground.postgres.new_database("bench") for _ in range(2)]
    with (
        Child("tests.load.checking:service_turns", {"database": databases[0]}) as measured,
        Child("tests.load.checking:bare_turns", {"database": databases[1]}) as peer,
    ):
        yield Sides(measured, peer)
    for url in databases:
        ground.postgres.drop_database(url)


TRIAL = Trial(
    figures=(Figure("code_check_p99_ms", "ms", Limit(5, of_value=True), percentile(0.99), pooled=True),),
    stage=stage,
    how=(
        "the use case that takes a signer's code, on PostgreSQL: four wrong ones and the right one for each ceremony, "
        "from the lock to the commit with journal and event; against a bare transaction that locks a row, changes it, "
        "adds another and commits"
    ),
    rounds=10,
    seconds=60,
    events=CEREMONIES_A_TURN * len(_CODES),
    quiet=0.4,
)


@contextmanager
def service_turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Open ceremonies up to their code, then check codes one after the other; only the checks are measured."""
    from tests.services.signature.world import TENANT, World

    configure_logs("signature", stream=StringIO())
    with tempfile.TemporaryDirectory() as folder:
        world = World.make(Path(folder), database_url=settings["database"])
        uow = world.services.units.for_tenant(TENANT)
        settle()

        def turn() -> list[float]:
            opened = [_coded(uow) for _ in range(CEREMONIES_A_TURN)]
            return [_checked(uow, ceremony, code) for ceremony in opened for code in _CODES]

        yield turn
        world.close()


def _coded(uow: Any) -> Any:
    from signature.domain.limits import CodeLimits, Limit
    from signature.domain.reach import Reach
    from signature.usecases.accept_document import accept_document
    from signature.usecases.open_ceremony import open_ceremony
    from signature.usecases.request_code import request_code
    from signature.usecases.view_page import view_page
    from tests.services.signature import factories

    paper, subject = factories.documents()[0], f"subscription:{new_id()}"
    ceremony = open_ceremony(
        uow=uow,
        subject=subject,
        product_name="Horizon TNS",
        quote_number="RIS-0000000033",
        documents=(paper,),
        identities=[factories.identity()],
        adviser=factories.adviser(),
        provider=factories.PROVIDER,
    )
    act = {"uow": uow, "ceremony_id": ceremony.id, "reach": Reach(frozenset({subject})), "by": factories.BY_CLIENT}
    view_page(document_id=paper.document_id, page=1, **act)
    accept_document(document_id=paper.document_id, ticked=factories.ALL_BOXES, **act)
    unlimited = Limit("bench", timedelta(days=1), 10**9)
    walls = CodeLimits(unlimited, unlimited, unlimited, unlimited, unlimited)
    return request_code(key=factories.KEY, origin=None, code_limits=walls, draw=lambda: _RIGHT, **act)


def _checked(uow: Any, ceremony: Any, code: str) -> float:
    from signature.domain.reach import Reach
    from signature.usecases.sign_ceremony import WrongCode, sign_ceremony
    from tests.services.signature import factories

    begun = time.perf_counter()
    with suppress(WrongCode):
        sign_ceremony(
            uow=uow,
            ceremony_id=ceremony.id,
            reach=Reach(frozenset({ceremony.subject})),
            code=code,
            ticked=factories.PROVIDER_BOXES,
            key=factories.KEY,
            by=factories.BY_CLIENT,
        )
    return (time.perf_counter() - begun) * 1000


@contextmanager
def bare_turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """What this server needs for a locked row, a changed one, an added one and a durable commit."""
    url = settings["database"].replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare (id text PRIMARY KEY, tries int)")
        connection.execute("CREATE TABLE line (id text PRIMARY KEY, body text)")
        connection.execute("INSERT INTO bare VALUES ('one', 0)")
        connection.commit()

        def one() -> float:
            begun = time.perf_counter()
            connection.execute("SELECT tries FROM bare WHERE id = 'one' FOR UPDATE").fetchone()
            connection.execute("UPDATE bare SET tries = tries + 1 WHERE id = 'one'")
            connection.execute("INSERT INTO line VALUES (%s, %s)", [new_id(), "x" * 400])
            connection.commit()
            return (time.perf_counter() - begun) * 1000

        yield lambda: [one() for _ in range(CEREMONIES_A_TURN * len(_CODES))]
