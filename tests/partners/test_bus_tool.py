"""The operator's look at the broker: what differs from the declarations, what waits, what nobody heard."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.bus.declared import EVENTS, UNHEARD, declared
from plumbing.envelope import Envelope, on_the_wire
from plumbing.ids import new_id
from plumbing.sealing import EventSealer, _key, new_sealing_key
from plumbing.transport import Outcome
from tests.partners.ground import CREATED, PAID, Ground
from tests.services.claims.factories import Family
from tests.services.claims.world import NOW


def test_what_the_workers_declare_is_what_is_declared(ground: Ground) -> None:
    """Two who share nothing but the protocol say the same of every exchange, queue and binding."""
    ground.plug("brume", CREATED, PAID)
    for way in ("management", "rabbitmqctl", "nothing"):
        ground.through = way
        said = ground.bus("check")
        assert said.code == 0, said.out
        assert said.out == f"as declared: 16 exchanges, 19 queues, {len(declared().bindings)} bindings\n"
    assert len(declared().bindings) > 40


def test_an_empty_virtual_host_lacks_everything(elsewhere: Ground) -> None:
    said = elsewhere.bus("check")
    assert said.code == 1
    assert "exchange parapluie.events is missing\n" in said.out
    assert "queue claims.inbox is missing\n" in said.out
    assert elsewhere.managed("GET", f"queues/{elsewhere.virtual_host}").json() == []  # looking made nothing


def test_each_difference_is_named(elsewhere: Ground) -> None:
    elsewhere.build_house(["claims", "documents"])
    elsewhere.plug("brume", CREATED)
    with elsewhere.operator() as channel:
        channel.queue_unbind("claims.inbox", EVENTS, CREATED)
        channel.queue_unbind(UNHEARD, UNHEARD, "", {"x-match": "all", "audience": "optional"})
        channel.queue_bind("claims.inbox", EVENTS, "quoting.#")
        channel.queue_bind("partner.brume.inbox", EVENTS, "member.account.invited.v1")
        channel.queue_declare("somebody", durable=True)
        channel.queue_bind("somebody", EVENTS, "#")
        channel.exchange_declare("elsewhere", "fanout")
        channel.exchange_bind("elsewhere", EVENTS, "#")
        channel.queue_bind("somebody", "elsewhere", "")  # nobody's business
        channel.queue_delete("documents.dead")
        channel.queue_delete("documents.inbox")
        channel.queue_declare("documents.inbox", durable=True)
        channel.exchange_delete("claims.dead")
        channel.exchange_declare("claims.dead", "topic", durable=True)

    said = elsewhere.bus("check")

    others = ("member", "notifications", "quoting", "signature")
    found = [line for line in said.out.splitlines() if line.split()[1].split(".")[0] not in others]
    assert said.code == 1
    assert {line for line in found if "otherwise" not in line} == {
        "queue claims.dead is not bound to claims.dead",
        f"queue claims.inbox is not bound to {EVENTS} for {CREATED}",
        f"queue claims.inbox is bound to {EVENTS} for quoting.#, and nothing declares that",
        f"queue {UNHEARD} is not bound to {UNHEARD}",
        "queue partner.brume.inbox hears member.account.invited.v1, which is not for partners",
        f"queue somebody is bound to {EVENTS} for #, and nothing declares that",
        f"exchange elsewhere is bound to {EVENTS} for #, and nothing declares that",
        "queue documents.dead is missing",
        *(
            f"queue documents.inbox is not bound to {EVENTS} for {key}"
            for key in (
                "claims.claim.submitted.v1",
                "member.contract.changed.v1",
                CREATED,
                "quoting.quote.issued.v1",
                "signature.ceremony.purged.v1",
                "signature.envelope.sealed.v1",
                "signature.evidence.released.v1",
            )
        ),
    }
    otherwise = sorted(line.partition(":")[0] for line in found if "otherwise" in line)
    assert otherwise == [
        "exchange claims.dead is otherwise than declared",
        "queue documents.inbox is otherwise than declared",
    ]


def test_without_administration_the_ledgers_count(elsewhere: Ground) -> None:
    elsewhere.through = "nothing"
    elsewhere.build_house(["claims"])
    said = elsewhere.bus("check")
    assert "as the services noted them" in said.err
    assert not [line for line in said.out.splitlines() if "claims.inbox" in line]

    with elsewhere.operator() as channel:
        ledger = channel.basic_get("claims.bindings", auto_ack=True)[2]
        shorter = [entry for entry in json.loads(ledger) if entry[1] != CREATED]
        channel.basic_publish("claims.bindings", "", json.dumps(shorter).encode())
    assert f"queue claims.inbox is not bound to {EVENTS} for {CREATED}\n" in elsewhere.bus("check").out


@pytest.fixture
def created(ground: Ground) -> tuple[bytes, list[str]]:
    """A contract's event as it is on the wire, and what nobody but claims may read of it."""
    private, public = new_sealing_key()
    del private
    family = Family()
    envelope = Envelope(
        id=new_id(),
        source="/parapluie/quoting",
        type=CREATED,
        subject=family.contract_id,
        time=NOW,
        tenant="rives",
        sequence=1,
        correlation_id=new_id(),
        causation_id=new_id(),
        traceparent=None,
        data=family.created(),
    )
    sealed = EventSealer("quoting", None, {"claims": _key(public)}).seal("claims", family.details())
    ground.empty()
    body = on_the_wire(envelope.to_json(), json.dumps({"claims": sealed}), None)
    assert ground.publish(CREATED, envelope.id, body) is Outcome.CONFIRMED
    return body, [sealed, "Roche", "1985-05-14", "FR7630003000011234567890189"]


def test_a_look_into_a_queue_shows_what_is_clear_and_gives_it_back(
    ground: Ground, created: tuple[bytes, list[str]]
) -> None:
    body, secrets = created
    bare = ground.bus("peek", "claims.inbox")
    full = ground.bus("peek", "claims.inbox", "--data")

    seen: dict[str, Any] = json.loads(bare.out)
    event = json.loads(body)
    assert (seen["type"], seen["id"], seen["subject"]) == (CREATED, event["id"], event["subject"])
    assert (seen["routing_key"], seen["exchange"], seen["user_id"]) == (CREATED, EVENTS, None)
    assert seen["sealed_for"] == ["claims"]
    assert "data" not in seen
    assert json.loads(full.out)["data"]["number"] == "RIS-0000000026"
    assert not [secret for secret in secrets if secret in bare.out + full.out]
    assert bare.err == "1 of 1 messages of claims.inbox, given back\n"
    with ground.operator() as channel:
        assert channel.basic_get("claims.inbox", auto_ack=True)[2] == body


def test_only_so_many_are_looked_at(ground: Ground) -> None:
    brume = ground.plug("brume", PAID)
    for number in range(5):
        ground.publish(PAID, str(number), b"not JSON" if number == 0 else json.dumps({"id": str(number)}).encode())
    said = ground.bus("peek", brume.queue, "--most", "3")
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == [None, "1", "2"]
    assert said.err == f"3 of 5 messages of {brume.queue}, given back\n"
    assert ground.bus("peek", brume.queue, "--most", "9").err.startswith("5 of 5")
    assert ground.bus("peek", "nobody.inbox").code == 2


def test_what_nobody_heard_is_counted_by_type(ground: Ground) -> None:
    ground.empty()
    for number in range(3):
        body = json.dumps({"id": str(number), "time": f"2026-11-0{number + 1}T00:00:00Z"}).encode()
        ground.publish("documents.document.read.v1", str(number), body, mandatory=False)
    brume = ground.plug("brume")
    with brume.channel() as channel:
        channel.basic_publish("parapluie.partners", "partner.brume.rumour.spread.v1", b"{}")

    said = ground.bus("unheard")

    assert [" ".join(line.split()) for line in said.out.splitlines()] == [
        "3 documents.document.read.v1 on parapluie.events 2026-11-01T00:00:00Z … 2026-11-03T00:00:00Z",
        "1 partner.brume.rumour.spread.v1 on parapluie.partners …",
    ]
    assert said.err == "4 of 4 messages of parapluie.unheard, given back\n"
    assert ground.bus("unheard", "--most", "1").err.startswith("1 of 4")
    ground.empty()
    assert ground.bus("unheard").out == ""
