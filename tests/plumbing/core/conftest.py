"""A tiny service on each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from plumbing.cipher import FieldCipher, new_field_key
from plumbing.clock import FixedClock
from plumbing.consumer import Subscriptions
from plumbing.database import make_engine
from plumbing.ids import new_id
from plumbing.jobs import Jobs
from plumbing.sealing import EventSealer, _key, new_sealing_key
from plumbing.unit_of_work import Units
from tests.plumbing.core.kitchen import EVENTS, MAPPER, Kitchen, KitchenWork, RememberingBus
from tests.support.fixtures import postgres, postgres_url  # noqa: F401


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/kitchen.sqlite"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    engine = make_engine(url, cipher=FieldCipher.from_setting(new_field_key()))
    MAPPER.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def kitchen(engine: Engine) -> Kitchen:
    private, public = new_sealing_key()
    sealer = EventSealer("kitchen", _key(private), {"kitchen": _key(public)})
    clock = FixedClock(datetime(2026, 11, 21, 10, tzinfo=UTC))
    return Kitchen(
        engine=engine,
        clock=clock,
        sealer=sealer,
        units=Units(engine, KitchenWork, EVENTS, clock, sealer),
        bus=RememberingBus(),
        subscriptions=Subscriptions("kitchen"),
        jobs=Jobs("kitchen"),
    )


@pytest.fixture
def pot_id() -> str:
    return new_id()
