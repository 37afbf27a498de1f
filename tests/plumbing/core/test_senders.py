"""A partner is believed about himself alone, and nothing he writes ends the consumer that reads it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from marshmallow import EXCLUDE, Schema, fields

from plumbing.consumer import Context, Event
from plumbing.database import INBOX, RETRY
from plumbing.ids import new_id
from plumbing.senders import any_partners, partner_of
from plumbing.transport import Delivery
from tests.plumbing.core.kitchen import Kitchen, PotFilledHeard

KEY = "partner.brume.bill.paid.v1"


class BillPaid(Schema):
    class Meta:
        unknown = EXCLUDE

    amount = fields.Integer(required=True)


def bill(key: str = KEY, user_id: str | None = "partner.brume", **changes: Any) -> Delivery:
    document = {
        "specversion": "1.0",
        "id": new_id(),
        "source": "/partner/brume",
        "type": "partner.brume.bill.paid.v1",
        "subject": new_id(),
        "time": "2026-11-02T09:30:00Z",
        "tenant": "rives",
        "data": {"amount": 7},
        **changes,
    }
    body = orjson.dumps(document)
    return Delivery(body, str(document["id"]), document["type"], key, False, 0, user_id, "parapluie.partners")


@pytest.fixture
def heard(kitchen: Kitchen) -> list[Event]:
    """What reaches the two handlers."""
    events: list[Event] = []

    def note(event: Event, context: Context) -> None:
        events.append(event)

    kitchen.subscriptions.on_partner(
        "bill.paid.v1", schema=BillPaid(), summary="A partner paid a bill", example={"amount": 7}
    )(note)
    kitchen.subscriptions.on("kitchen.pot.filled.v1", schema=PotFilledHeard())(note)
    return events


def test_every_partner_is_heard_under_his_own_name(kitchen: Kitchen, heard: list[Event]) -> None:
    rain = {"source": "/partner/rain", "type": "partner.rain.bill.paid.v1"}
    kitchen.consumer.hear([bill(), bill("partner.rain.bill.paid.v1", "partner.rain", **rain)])

    assert [(event.partner, event.data) for event in heard] == [("brume", {"amount": 7}), ("rain", {"amount": 7})]
    assert len(kitchen.rows(INBOX)) == 2
    assert kitchen.subscriptions.topology().routing_keys == ("kitchen.pot.filled.v1", "partner.*.bill.paid.v1")


@pytest.mark.parametrize(
    "lie",
    [
        {"source": "/partner/rain"},
        {"source": "/parapluie/kitchen"},
        {"type": "partner.rain.bill.paid.v1"},
        {"type": "partner.rain.bill.paid.v1", "source": "/partner/rain"},
        {"type": "kitchen.pot.filled.v1", "source": "/parapluie/kitchen"},
        {"user_id": None},
        {"user_id": "brume"},
        {"user_id": "partner.rain"},
        {"key": "kitchen.pot.filled.v1"},
        {"key": "kitchen.pot.filled.v1", "type": "kitchen.pot.filled.v1"},
        {"key": "partner.rain.bill.paid.v1"},
        {"key": "partner", "user_id": "partner."},
    ],
    ids=str,
)
def test_a_lie_is_parked_under_nobodys_name(kitchen: Kitchen, heard: list[Event], lie: dict[str, Any]) -> None:
    kitchen.consumer.hear([bill(**lie)])
    kitchen.consumer.park_dead([bill(**lie)])

    assert heard == []
    assert kitchen.rows(INBOX) == []
    rows = kitchen.rows(RETRY)
    assert len(rows) == 2
    for row in rows:
        assert (row.state, row.source, row.type, row.tenant) == ("parked", "unknown", "malformed", "")
        assert row.event_id.startswith("malformed:")


def test_a_lie_neither_takes_the_place_of_an_event_nor_holds_it_back(kitchen: Kitchen, heard: list[Event]) -> None:
    """Else a partner who knows an event's id could have it acknowledged and forgotten."""
    true: dict[str, Any] = {
        "id": new_id(),
        "subject": new_id(),
        "type": "kitchen.pot.filled.v1",
        "source": "/parapluie/kitchen",
        "data": {"pot_id": new_id(), "content": 1},
    }
    kitchen.consumer.hear([bill(**{**true, "sequence": 1}), bill(**{**true, "type": KEY, "sequence": 0})])
    kitchen.consumer.hear([bill("kitchen.pot.filled.v1", None, **{**true, "sequence": 2})])

    assert [event.id for event in heard] == [true["id"]]


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "x" * 81},
        {"id": "a\x00b"},
        {"id": 7},
        {"subject": "s" * 81},
        {"subject": "line\nbreak"},
        {"tenant": "t" * 41},
        {"tenant": ""},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"time": "9999-12-31T23:59:59-14:00"},
        {"time": "yesterday"},
        {"time": "2026-11-02T09:30:00"},
        {"sequence": 2**63},
        {"sequence": -1},
        {"sequence": True},
        {"data": None},
        {"data": {"sealed": [1]}},
        {"data": {}},
        {"data": {"amount": "a\x00b"}},
        {"correlationid": ["\x00" * 999], "traceparent": "\x00"},
        {"specversion": "2.0"},
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_what_is_odd_is_kept_for_a_person(kitchen: Kitchen, heard: list[Event], odd: dict[str, Any]) -> None:
    kitchen.consumer.hear([bill(**odd), bill()])

    assert [event.data for event in heard][-1:] == [{"amount": 7}]
    assert {row.state for row in kitchen.rows(RETRY)} <= {"parked"}
    assert len(heard) + len(kitchen.rows(RETRY)) == 2


@pytest.mark.parametrize(
    "body", [b"", b"\xff\x00", b"[" * 100_000, b'{"a":' + b"1" * 5000 + b"}", b'"\\ud800"', b"null"]
)
def test_bytes_that_are_no_event_are_kept_too(kitchen: Kitchen, heard: list[Event], body: bytes) -> None:
    odd = bill()
    odd.body, odd.message_id = body, "\x00\udcff" * 90
    kitchen.consumer.hear([odd])

    (row,) = kitchen.rows(RETRY)
    assert (row.state, row.source) == ("parked", "unknown")


def test_keys_and_their_partners() -> None:
    assert partner_of("partner.brume.bill.paid.v1") == "brume"
    assert partner_of("quoting.quote.issued.v1") is None
    assert partner_of("partners.brume.x") is None
    assert partner_of("partner") == ""
    assert any_partners("partner.brume.bill.paid.v1") == "partner.*.bill.paid.v1"
    assert any_partners("quoting.quote.issued.v1") == "quoting.quote.issued.v1"


def test_a_fact_is_heard_once(kitchen: Kitchen, heard: list[Event]) -> None:
    with pytest.raises(ValueError, match="twice"):
        kitchen.subscriptions.on_partner("bill.paid.v1", schema=BillPaid(), summary="", example={})(print)
