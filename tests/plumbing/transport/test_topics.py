"""Topic matching: the embedded bus agrees with the real broker on every pattern and key, odd ones included."""

from __future__ import annotations

import pytest

from plumbing.transport.embedded.routing import headers_match, topic_matches
from plumbing.transport.wire import Link
from tests.plumbing.transport.place import Place

PATTERNS = (
    "",
    "#", "*", "*.*", "*.#", "#.*", "#.#", "*.*.*", "a", "a.#", "#.a", "a.*", "*.a", "a.b", "a.*.c", "a.#.c", "#.b.#",
    "*.b.*", "#.a.#.b.#", "a.#.#", "a.*.#", "a.#.*", "#.*.#", "*.#.*", "a.b.c.d", "a..b", "a.*.b", "a.", ".a", ".",
    "..", "A", "a*", "a#", "*a", "quoting.#", "quoting.*.issued.v1", "quoting.quote.*.v1", "*.*.*.v2", "#.v1", "é.#",
)  # fmt: skip

KEYS = (
    "", "a", "b", "a.b", "b.a", "a.c", "a.b.c", "a.b.b.c", "a.b.c.d", "b.b.b", "a.a", "a.a.a", "a..b", "a.", ".a", ".",
    "..", "A", "A.b", "a*", "a#", "*", "#", "aa", "quoting.quote.issued.v1", "quoting.quote.issued.v2", "quoting",
    "quotings.quote.issued.v1", "partner.p42.settlement.done.v1", "é.v1",
)  # fmt: skip


def matched(place: Place) -> set[tuple[str, str]]:
    """Bind a queue per pattern, publish every key, look what lies where."""
    link = Link(place.url, heartbeat=30, timeout=5.0)
    channel = link.channel
    with link.in_use(60):
        channel.exchange_declare(place.exchange, "topic", durable=True, auto_delete=False)
        for index, pattern in enumerate(PATTERNS):
            queue = f"{place.family}.{index}"
            channel.queue_declare(queue, durable=True, auto_delete=False)
            channel.queue_bind(queue, place.exchange, pattern)
        for key in KEYS:
            body = channel.prepare_message(key.encode(), content_type="text/plain", headers={}, properties={})
            channel.basic_publish(body, place.exchange, key)
        found = set()
        for index, pattern in enumerate(PATTERNS):
            while (raw := channel.basic_get(f"{place.family}.{index}")) is not None:
                message = channel.message_to_python(raw)
                channel.basic_ack(message.delivery_tag)
                found.add((pattern, message.body.decode() if message.body else ""))
            channel.queue_delete(f"{place.family}.{index}")  # type: ignore[attr-defined]
    link.close()
    return found


def test_the_embedded_bus_routes_as_rabbitmq_does(tmp_path: object, on_rabbitmq: Place) -> None:
    embedded = Place("embedded", f"parapluie+sqlite:///{tmp_path}/bus.sqlite")
    fresh = Place("rabbitmq", on_rabbitmq.url)
    assert len(PATTERNS) >= 30

    real, ours = matched(fresh), matched(embedded)

    assert ours - real == set()
    assert real - ours == set()
    assert len(real) > 200
    assert real == {(pattern, key) for pattern in PATTERNS for key in KEYS if topic_matches(pattern, key)}


@pytest.mark.parametrize(
    ("pattern", "key", "expected"),
    [
        ("a.#", "a", True),
        ("#.a", "a", True),
        ("#", "", True),
        ("*", "", False),
        ("*", "a.b", False),
        ("a.*.c", "a..c", True),
        ("a.#.c", "a.c", True),
        ("a.#.c", "a.b.b.c", True),
        ("a.*", "a", False),
        ("a.b", "a.B", False),
        ("#.b.#", "a.c", False),
    ],
)
def test_words_and_their_substitutes(pattern: str, key: str, expected: bool) -> None:
    assert topic_matches(pattern, key) is expected


@pytest.mark.parametrize(
    ("wanted", "headers", "expected"),
    [
        ({"x-match": "all", "audience": "optional"}, {"audience": "optional", "other": 1}, True),
        ({"x-match": "all", "audience": "optional"}, {}, False),
        ({"audience": "optional", "b": 1}, {"audience": "optional"}, False),
        ({"x-match": "any", "audience": "optional", "b": 1}, {"audience": "optional"}, True),
        ({"x-match": "any", "audience": "optional"}, {"audience": "required"}, False),
        ({"x-match": "all"}, {"anything": 1}, True),
    ],
)
def test_headers(wanted: dict[str, object], headers: dict[str, object], expected: bool) -> None:
    assert headers_match(wanted, headers) is expected
