"""A partner who plugs in: hears a contract, settles, and claims keeps it. Two processes, one broker, nobody mocked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from deploy.bus.declared import DOCUMENT
from plumbing.transport import Bus, Delivery, Outcome
from tests.partners.ground import CREATED, PAID, Account, Ground
from tests.services.claims.conftest import Api
from tests.services.claims.factories import IBAN, Family, delivery
from tests.services.claims.world import NOW, World
from tests.support.sources import ROOT

EXAMPLE = ROOT / "deploy" / "partners" / "example_insurer.py"
SETTLED = "partner.brume.settlement.made.v1"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def claims(world: World, ground: Ground) -> Iterator[Api]:
    """claims with its consumer on the real broker."""
    ground.empty()
    stop = threading.Event()
    consumer = threading.Thread(target=world.consumer.run, args=(Bus(ground.url), stop))
    consumer.start()
    yield Api(world)
    stop.set()
    consumer.join(20)
    assert not consumer.is_alive()


@contextmanager
def insurer(account: Account) -> Iterator[subprocess.Popen[str]]:
    """The example, as a partner runs it: it is given its address and nothing of ours."""
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE)],
        env={"PATH": os.environ["PATH"], "BUS_URL": account.url},
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def created(world: World, family: Family, **changes: Any) -> Delivery:
    return delivery(
        CREATED,
        family.created(**changes),
        subject=family.contract_id,
        time=NOW,
        sealed=family.details(),
        sealer=world.sealer,
    )


def say(ground: Ground, message: Delivery) -> None:
    assert message.message_id is not None
    assert ground.publish(CREATED, message.message_id, message.body) is Outcome.CONFIRMED


def settlements(claims: Api) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = claims.as_manager("GET", "/settlements").json["items"]
    return items


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_example_is_short_and_complete() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert "plumbing" not in text
    assert "deploy" not in text.replace("docs/partners.md", "")


def test_what_the_insurer_settles_reaches_claims(claims: Api, world: World, ground: Ground) -> None:
    brume = ground.plug("brume", CREATED, PAID)
    first, second = Family(), Family()
    once = created(world, first)

    with insurer(brume) as process:
        say(ground, once)
        assert process.stdout is not None
        assert process.stdout.readline() == f"settled 69.94 for {first.contract_id}\n"
        say(ground, once)  # at least once: it may come again
        assert process.stdout.readline() == f"settled 69.94 for {first.contract_id}\n"
    say(ground, created(world, second, number="RIS-0000000027"))  # while he is away
    wait_for(lambda: len(settlements(claims)) == 1)
    with insurer(brume):
        wait_for(lambda: len(settlements(claims)) == 2)

    newest, oldest = settlements(claims)
    assert newest["contract_id"] == second.contract_id
    assert oldest == {
        "id": oldest["id"],
        "partner": "brume",
        "reference": "PREMIUM-1-RIS-0000000026",
        "contract_id": first.contract_id,
        "claim_id": None,
        "amount": "69.94",
        "settled_on": "2026-11-21",
        "received_at": "2026-11-21T09:00:00Z",
    }
    assert world.kept_for_later() == []


def test_the_example_says_what_the_asyncapi_document_promises(ground: Ground, world: World) -> None:
    """And it fits the schema that claims publishes for partners."""
    message = json.loads(DOCUMENT.read_text(encoding="utf-8"))["components"]["messages"]["partner.settlement.made.v1"]
    with ground.operator() as channel:
        ground.empty()
        brume = ground.plug("brume", CREATED)
        with insurer(brume) as process:
            say(ground, created(world, Family()))
            assert process.stdout is not None
            process.stdout.readline()
        channel.basic_get("claims.inbox", auto_ack=True)
        method, properties, body = channel.basic_get("claims.inbox", auto_ack=True)
    jsonschema_rs.validator_for(message["payload"], validate_formats=True).validate(json.loads(body))
    assert (method.exchange, method.routing_key) == ("parapluie.partners", SETTLED)
    assert (properties.user_id, properties.delivery_mode) == ("partner.brume", 2)
    assert properties.message_id == json.loads(body)["id"]


def test_a_lie_is_parked_and_spoils_nothing(claims: Api, world: World, ground: Ground) -> None:
    brume, rain = ground.plug("brume", CREATED), ground.plug("rain", CREATED)
    family = Family()
    say(ground, created(world, family))
    with brume.channel() as his, rain.channel() as hers:
        true = {
            "specversion": "1.0",
            "id": "rain-1",
            "source": "/partner/rain",
            "type": "partner.rain.settlement.made.v1",
            "subject": family.contract_id,
            "time": "2026-11-21T08:00:00Z",
            "tenant": "rives",
            "data": {
                "reference": "R-1",
                "contract_id": family.contract_id,
                "amount": "5.00",
                "settled_on": "2026-11-20",
            },
        }
        # Under his own key and account, but speaking as another partner, and as one of our own services.
        tell(his, "brume", true)
        tell(his, "brume", {**true, "type": "member.contract.changed.v1", "source": "/parapluie/member"})
        tell(his, "brume", {**true, "source": "/partner/brume", "type": SETTLED, "id": "x" * 200})
        tell(hers, "rain", true)
        tell(hers, "rain", {**true, "id": "rain-2", "data": {**true["data"], "claim_id": family.mother_id}})  # type: ignore[dict-item]
    wait_for(lambda: len(world.kept_for_later()) == 4)
    wait_for(lambda: len(settlements(claims)) == 1)

    (kept,) = settlements(claims)
    assert (kept["partner"], kept["reference"]) == ("rain", "R-1")
    assert {state for state, _ in world.kept_for_later()} == {"parked"}
    assert len([error for _, error in world.kept_for_later() if "partner.brume" in error]) == 2


def tell(channel: Any, name: str, document: dict[str, Any]) -> None:
    import pika

    properties = pika.BasicProperties(user_id=f"partner.{name}", delivery_mode=2)
    key = f"partner.{name}.settlement.made.v1"
    channel.basic_publish("parapluie.partners", key, json.dumps(document).encode(), properties)


def test_a_partner_cannot_read_what_is_sealed(ground: Ground, world: World) -> None:
    brume = ground.plug("brume", CREATED)
    family = Family()
    say(ground, created(world, family))

    with brume.channel() as channel:
        body = channel.basic_get(brume.queue, auto_ack=True)[2]

    event = json.loads(body)
    assert event["data"]["contract_id"] == family.contract_id
    for personal in (IBAN, "Roche", "Anne", "1985-05-14"):
        assert personal not in body.decode()
    (recipient,) = event["data"]["sealed"]
    assert recipient == "claims"
    closed = event["data"]["sealed"]["claims"]
    algorithms = ["ECDH-ES+A256KW", "A256GCM"]
    with pytest.raises((JoseError, ValueError)):
        jwe.decrypt_compact(closed, OKPKey.generate_key("X25519", private=True), algorithms=algorithms)
    assert world.services.sealer.open(closed)["account_holder"] == "Anne Roche"  # claims can
