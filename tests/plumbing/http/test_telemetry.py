"""Logs without secrets, traces across services, figures; and the probes."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from plumbing.database import JOB, OUTBOX
from plumbing.errors import NotFound
from plumbing.http import health
from plumbing.origin import current_origin
from plumbing.telemetry import configure_logs, configure_tracing, metrics, tracing
from plumbing.telemetry.masking import masked, redacted
from plumbing.telemetry.tracing import continued_trace, current_traceparent, parse_traceparent
from tests.plumbing.http.demo import NOW, Demo
from tests.support.tokens import bearer

Lines = Callable[[], list[dict[str, Any]]]
PARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Catch what is logged, line by line."""
    stream = io.StringIO()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    configure_logs("demo", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    configure_logs("")
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


class TestAccessLines:
    def test_what_a_line_says(self, client: FlaskClient, as_broker: dict[str, str], lines: Lines) -> None:
        headers = {**as_broker, "X-Request-Id": "request-0001", "traceparent": PARENT}
        answer = client.get("/v1/notes?limit=7", headers=headers)
        (line,) = lines()
        assert line.pop("ms") >= 0
        assert line.pop("time").endswith("Z")
        assert line == {
            "event": "request.answered",
            "level": "info",
            "service": "demo",
            "request_id": "request-0001",
            "method": "GET",
            "route": "/v1/notes",
            "tenant": "rives",
            "actor_id": "broker-1",
            "actor_role": "broker",
            "status": 200,
            "trace_id": "a" * 32,
        }
        assert answer.headers["X-Request-Id"] == "request-0001"

    @pytest.mark.parametrize("given", ["short", "a" * 65, "with space 123", "é" * 12, "<script>alert(1)", None])
    def test_odd_request_ids_are_replaced(self, client: FlaskClient, given: str | None, lines: Lines) -> None:
        answer = client.get("/v1/notes", headers={"X-Request-Id": given} if given else {})
        assert answer.headers["X-Request-Id"] != given
        assert len(answer.headers["X-Request-Id"]) == 36

    def test_probes_are_not_worth_a_line(self, client: FlaskClient, lines: Lines) -> None:
        for path in ("/healthz", "/readyz", "/metrics"):
            client.get(path)
        assert lines() == []

    def test_quiet_when_asked_to_be(self, client: FlaskClient, lines: Lines) -> None:
        stream = io.StringIO()
        configure_logs("demo", level="WARNING", stream=stream)
        client.get("/v1/notes")
        assert stream.getvalue() == ""


class TestSecrets:
    def test_none_of_a_request_reaches_the_logs(self, client: FlaskClient, lines: Lines) -> None:
        token = bearer("manager", "m")
        secret = "Tr3s-secret-du-lien"
        client.post(f"/v1/knock?secret={secret}", json={"secret": secret}, headers={"Cookie": secret, "X-Odd": secret})
        client.post("/v1/knock", data=f'{{"secret": "{secret}"', content_type="application/json")
        client.get(f"/v1/{secret}")
        client.get(f"/v1/trouble/{secret}", headers=token)
        client.get("/v1/notes", headers={"Authorization": f"Bearer {secret}"})
        text = json.dumps(lines())
        assert secret not in text
        assert token["Authorization"].split()[1] not in text
        assert [line["secret"] for line in lines() if line["event"] == "door.knocked"] == ["***"]

    def test_a_failure_is_told_without_its_people(
        self, client: FlaskClient, as_manager: dict[str, str], lines: Lines
    ) -> None:
        client.get("/v1/trouble/bug", headers=as_manager)
        failure = next(line for line in lines() if line["event"] == "request.failed")
        assert failure["exception"]["type"] == "builtins.RuntimeError"
        assert failure["exception"]["message"] == "*** has paid from ***"
        assert any("demo.py" in frame for frame in failure["exception"]["frames"])
        assert failure["route"] == "/v1/trouble/<kind>"

    def test_a_database_error_is_told_without_its_rows(
        self, client: FlaskClient, as_manager: dict[str, str], lines: Lines
    ) -> None:
        client.get("/v1/trouble/database", headers=as_manager)
        text = json.dumps(lines())
        assert "FR76" not in text
        assert "SELECT" not in text
        assert [line["problem_code"] for line in lines() if line["event"] == "request.unavailable"] == [
            "database.unavailable"
        ]

    @pytest.mark.parametrize(
        "name",
        ["password", "new_password", "secret", "link_secret", "code", "sms_code", "iban", "benefitIban", "nir", "email",
         "broker_email", "accessToken", "refresh_token", "Authorization", "mobile", "phone_number", "birth_date",
         "first_name_or_email", "api_key", "body", "payload", "address"],
    )  # fmt: skip
    def test_fields_that_are_masked_by_name(self, name: str, lines: Lines) -> None:
        structlog.get_logger().info("thing.done", **{name: "value", "nested": {name: "value"}})
        (line,) = lines()
        assert line[name] == "***"
        assert line["nested"] == {name: "***"}

    @pytest.mark.parametrize(
        "name", ["quote_id", "status", "count", "kind", "problem_code", "error_code", "product_code"]
    )
    def test_fields_that_are_not(self, name: str, lines: Lines) -> None:
        structlog.get_logger().info("thing.done", **{name: "value"})
        assert lines()[0][name] == "value"

    @pytest.mark.parametrize(
        "text",
        ["jean.dupont@example.com", "FR7630006000011234567890189", "FR76 3000 6000 0112 3456 7890 189",
         "1 85 05 78 006 084 36", "185057800608436", "2 99 12 2A 123 456 78", "06 12 34 56 78", "+33612345678",
         "0612345678", "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln"],
    )  # fmt: skip
    def test_texts_that_are_masked_by_their_look(self, text: str) -> None:
        assert redacted(f"before {text} after") == "before *** after"
        assert masked([{"note": (text,)}]) == [{"note": ["***"]}]

    @pytest.mark.parametrize(
        "text",
        ["0198d0a4-7c3e-7bbb-8000-0123456789ab", "RIS-0000000033", "2026-03-02T09:00:00Z", "SELECT 1", "1382.76"],
    )
    def test_texts_that_are_not(self, text: str) -> None:
        assert redacted(text) == text

    def test_addresses_with_passwords(self) -> None:
        assert "hunter2" not in redacted("amqp://user:hunter2@broker:5672/vhost refused")

    def test_what_libraries_say_is_redacted_and_addresses_are_not_told(self, lines: Lines) -> None:
        logging.getLogger("some.library").warning("mail to %s", "jean.dupont@example.com")
        logging.getLogger("httpx").info("HTTP Request: GET http://x/souscrire/secret")
        (line,) = lines()
        assert (line["event"], line["logger"], line["message"]) == ("library.said", "some.library", "mail to ***")

    def test_odd_values_break_nothing(self, lines: Lines) -> None:
        deep: dict[str, Any] = {}
        for _ in range(50):
            deep = {"in": deep}
        log = structlog.get_logger()
        log.info("thing.done", thing=object(), deep=deep, number=10**40, surrogate="\ud800", raw=b"abc", keys={1: 2})
        assert lines()[0]["event"] == "thing.done"

    def test_a_cause_is_told_too(self, lines: Lines) -> None:
        try:
            try:
                raise KeyError("inner")
            except KeyError as inner:
                raise ValueError("outer") from inner
        except ValueError:
            structlog.get_logger().exception("thing.failed")
        exception = lines()[0]["exception"]
        assert (exception["type"], exception["cause"]["type"]) == ("builtins.ValueError", "builtins.KeyError")


class TestTraces:
    def test_the_callers_trace_goes_on(self) -> None:
        with continued_trace(PARENT, "event"):
            first = current_traceparent()
            with continued_trace(first, "inner"):
                second = current_traceparent()
            assert current_traceparent() == first
        assert current_traceparent() is None
        assert first is not None
        assert second is not None
        assert first[:36] == second[:36] == PARENT[:36]
        assert len({first, second, PARENT}) == 3
        assert first.endswith("-01")

    @pytest.mark.parametrize(
        "text",
        [None, "", "00", "00-" + "0" * 32 + "-" + "b" * 16 + "-01", "00-" + "a" * 32 + "-" + "0" * 16 + "-01",
         "ff-" + "a" * 32 + "-" + "b" * 16 + "-01", "00-" + "A" * 32 + "-" + "b" * 16 + "-01", PARENT + "-more",
         "00-" + "a" * 31 + "-" + "b" * 16 + "-01"],
    )  # fmt: skip
    def test_what_is_no_traceparent_starts_a_new_trace(self, text: str | None) -> None:
        assert parse_traceparent(text) is None
        with continued_trace(text, "event"):
            assert parse_traceparent(current_traceparent()) is not None

    def test_a_later_version_is_read_as_far_as_it_is_known(self) -> None:
        assert parse_traceparent("01" + PARENT[2:] + "-more") is not None

    def test_a_failure_goes_through(self) -> None:
        with pytest.raises(ValueError, match="no"), continued_trace(None, "job"):
            raise ValueError("no")
        assert current_traceparent() is None

    def test_spans_are_recorded_where_somebody_collects_them(
        self, client: FlaskClient, as_manager: dict[str, str]
    ) -> None:
        collected = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(collected))
        tracing.record_with(provider.get_tracer("test"))
        try:
            client.get("/v1/trouble/bug", headers={**as_manager, "traceparent": PARENT})
            with pytest.raises(ValueError, match="no"), continued_trace(PARENT, "job", kind="render"):
                raise ValueError("no")
        finally:
            tracing.record_with(None)
        request, job = collected.get_finished_spans()
        assert request.name == "GET /v1/trouble/<kind>"
        assert request.parent is not None
        assert f"{request.parent.trace_id:032x}" == "a" * 32
        assert (job.attributes, job.status.description) == ({"kind": "render"}, "ValueError")

    def test_nothing_is_exported_unless_asked(self) -> None:
        configure_tracing("demo", {})
        assert tracing.RECORDER.tracer is None

    def test_a_request_is_the_origin_of_what_it_causes(
        self, client: FlaskClient, as_broker: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = []

        def find_note(note_id: str) -> dict[str, Any]:
            seen.append(current_origin())
            raise NotFound("note", note_id)

        monkeypatch.setattr("tests.plumbing.http.demo.find_note", find_note)
        headers = {**as_broker, "X-Request-Id": "request-0001", "traceparent": PARENT}
        client.get("/v1/notes/0198d0a4-7c3e-7bbb-8000-0123456789ab", headers=headers)
        (origin,) = seen
        assert (origin.correlation_id, origin.causation_id) == ("request-0001", "request-0001")
        assert origin.traceparent is not None
        assert origin.traceparent[:36] == PARENT[:36]
        assert current_origin().correlation_id != "request-0001"


class TestFigures:
    def test_requests_by_rule_and_status(self, client: FlaskClient, as_broker: dict[str, str]) -> None:
        before = counted("/v1/notes/<id:note_id>", "404")
        for _ in range(3):
            client.get("/v1/notes/0198d0a4-7c3e-7bbb-8000-0123456789ab", headers=as_broker)
        assert counted("/v1/notes/<id:note_id>", "404") == before + 3
        assert "0198d0a4" not in client.get("/metrics").get_data(as_text=True)

    def test_gauges_are_read_at_each_scrape(self, client: FlaskClient) -> None:
        waiting = [3.0]
        metrics.gauge("demo_waiting", "What waits.", lambda: waiting[0], service="demo")
        metrics.gauge("demo_parked", "Parked.", lambda: {("a",): 1, ("b",): 2}, service="demo", labels=("kind",))
        metrics.gauge("demo_broken", "Broken.", lambda: 1 / 0, service="demo")
        assert 'demo_waiting{service="demo"} 3.0' in scrape(client)
        waiting[0] = 4
        assert 'demo_waiting{service="demo"} 4.0' in scrape(client)
        assert 'demo_parked{kind="b",service="demo"} 2.0' in scrape(client)
        assert "demo_broken{" not in scrape(client)

    def test_what_waits_and_what_is_parked(self, client: FlaskClient, demo: Demo) -> None:
        job = {"tenant": "rives", "kind": "k", "payload": "{}", "due_at": NOW, "attempt": 0, "origin": "{}"}
        said = {"tenant": "rives", "type": "t", "subject": "s", "sequence": 1, "required": True, "envelope": "{}"}
        with demo.engine.begin() as connection:
            for number, state in enumerate(["waiting", "parked", "parked"]):
                connection.execute(JOB.insert().values(id=str(number), state=state, created_at=NOW, **job))
            connection.execute(OUTBOX.insert().values(event_id="e", created_at=NOW - timedelta(seconds=90), **said))
        text = scrape(client)
        assert 'jobs{service="demo",state="parked"} 2.0' in text
        assert 'heard_events{service="demo",state="parked"} 0.0' in text
        assert 'outbox_waiting_events{service="demo"} 1.0' in text
        assert 'outbox_oldest_event_seconds{service="demo"} 90.0' in text

    def test_counters_and_histograms(self, client: FlaskClient) -> None:
        metrics.counter("demo_things", "Things.", ("service",)).labels("demo").inc(2)
        metrics.histogram("demo_seconds", "Seconds.", ("service",)).labels("demo").observe(0.003)
        assert 'demo_things_total{service="demo"} 2.0' in scrape(client)
        assert 'demo_seconds_bucket{le="0.005",service="demo"} 1.0' in scrape(client)

    def test_several_processes(self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        (tmp_path / "figures").mkdir()
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "figures"))
        metrics.gauge("demo_waiting", "What waits.", lambda: 5, service="demo")
        assert 'demo_waiting{service="demo"} 5.0' in scrape(client)


class TestProbes:
    def test_alive_and_ready(self, client: FlaskClient) -> None:
        assert client.get("/healthz").get_json() == {"status": "ok"}
        assert client.get("/readyz").get_json() == {"status": "ok"}

    def test_alive_without_a_database_but_not_ready(
        self, client: FlaskClient, demo: Demo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(demo.engine, "connect", lambda: 1 / 0)
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503

    def test_a_database_that_hangs(self, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
        import threading

        forever = threading.Event()
        monkeypatch.setattr(demo.engine, "connect", lambda: forever.wait(10))
        assert not health.database_answers(demo.engine, within=0.05)
        forever.set()


def scrape(client: FlaskClient) -> str:
    return client.get("/metrics").get_data(as_text=True)


def counted(route: str, status: str) -> float:
    labels = {"service": "demo", "method": "GET", "route": route, "status": status}
    return metrics.REGISTRY.get_sample_value("http_request_duration_seconds_count", labels) or 0
