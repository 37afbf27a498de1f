"""The whole journey through the gateway, on PostgreSQL, RabbitMQ and S3, each web and worker a process of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import orjson
import pika
import psycopg
import pytest

from deploy.demo.client import Api, Mailbox, Unexpected, until
from deploy.demo.journey import STEPS
from deploy.demo.story import Story
from deploy.embedded.settings import DEMONSTRATION_PASSWORD, SERVICES
from plumbing.events import Audience
from tests.support.servers import PostgresServer, RabbitMQServer, S3Server
from tests.support.stack import Stack
from tests.support.stack_books import registries
from tests.support.stack_ground import laid


@pytest.fixture(scope="module")
def stack(
    postgres: PostgresServer, rabbitmq: RabbitMQServer, s3: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("platform")
    with laid(postgres, rabbitmq, s3, SERVICES) as ground, Stack(ground, folder) as stack:
        yield stack


@pytest.mark.timeout(600)
def test_the_journey_passes_and_loses_nothing(stack: Stack) -> None:
    story = Story(Api(stack.url), Mailbox(stack.mailbox_url), DEMONSTRATION_PASSWORD)
    with closing(story):
        for _title, step in STEPS:
            step(story)

    books = stack.books
    with suppress(Unexpected):
        until("everything is heard", lambda: not books.left_over() and not books.unheard(), seconds=60)
    assert books.left_over() == {}
    assert books.unheard() == []
    assert {service: stack.queue(f"{service}.dead")[0] for service in SERVICES} == dict.fromkeys(SERVICES, 0)
    assert _unheard_by_all(stack) <= _optional_types()


def _unheard_by_all(stack: Stack) -> set[str]:
    connection = pika.BlockingConnection(pika.URLParameters(stack.ground.operator_bus))
    with closing(connection):
        channel = connection.channel()
        types = set()
        while (found := channel.basic_get("parapluie.unheard"))[0] is not None:
            types.add(orjson.loads(found[2])["type"])
        return types


def _optional_types() -> set[str]:
    return {
        declaration.type
        for registry in registries()
        for declaration in registry.declarations.values()
        if declaration.audience is Audience.OPTIONAL
    }


def test_check_finds_each_service_ready(stack: Stack) -> None:
    answers = stack.run_together((service, "check") for service in SERVICES)
    assert answers == {service: f"{service}: ready\n" for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_what_operators_ask_a_service_stays_inside(stack: Stack, service: str) -> None:
    inside = f"http://127.0.0.1:{stack.ports[service][0]}"
    for path in ("/healthz", "/readyz", "/metrics"):
        assert httpx.get(inside + path).status_code == 200
        for way in (path, f"/v1/..{path}", f"/v1/%2e%2e{path}", f"/v1/..%2f{path[1:]}", f"/{path}"):
            answer = httpx.get(f"{stack.url}/api/{service}{way}")
            assert answer.status_code in (400, 404), way
    assert httpx.get(f"{stack.url}/api/{service}/openapi.json").json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_says_how_it_is(stack: Stack, service: str) -> None:
    inside = f"http://127.0.0.1:{stack.health_ports[service][0]}"
    for path in ("/healthz", "/readyz"):
        answer = httpx.get(inside + path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"}), path
    figures = httpx.get(f"{inside}/metrics").text
    assert f'outbox_waiting_events{{service="{service}"}} 0.0' in figures
    assert httpx.get(f"{inside}/anything").status_code == 404


def test_the_sealer_says_how_it_is_and_answers_nothing_else(stack: Stack) -> None:
    inside = f"http://127.0.0.1:{stack.apart_ports['signature', 'sealer']}"
    for path in ("/healthz", "/readyz"):
        assert (httpx.get(inside + path).json(), path) == ({"status": "ok"}, path)
    assert httpx.get(f"{inside}/v1/ceremonies").status_code == 404


def test_the_portal_is_behind_the_gateway_and_its_health_is_not(stack: Stack) -> None:
    assert httpx.get(f"{stack.url}/connexion").status_code == 200
    assert [httpx.get(stack.url + path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [404] * 3
    assert httpx.get(f"{stack.url}/api/nothing/v1/things").status_code == 404


def test_a_caller_cannot_lie_about_where_it_comes_from(stack: Stack) -> None:
    lie = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Real-Ip": "192.0.2.7"}
    httpx.get(f"{stack.url}/api/quoting/v1/products", headers=lie)
    assert "192.0.2.7" not in (stack.folder / "quoting-web-0.log").read_text()


def test_the_portal_alone_says_for_whom_it_asks(stack: Stack) -> None:
    """Rate limits and the evidence of a signature go by the address. From outside nobody can claim another one."""

    def ask(gateway: str, address: str) -> None:
        headers = {"X-Forwarded-For": address, "Idempotency-Key": address}
        httpx.post(f"{gateway}/api/quoting/v1/guest-sessions", json={"secret": "x" * 43}, headers=headers)

    ask(stack.url, "192.0.2.7")
    ask(stack.inside_url, "192.0.2.8")
    counted = {key.rpartition(":")[2] for (key,) in stack.books.rows("quoting", "SELECT key FROM rate_limit")}
    claimed, told = (hashlib.sha256(address.encode()).hexdigest()[:32] for address in ("192.0.2.7", "192.0.2.8"))
    assert (claimed in counted, told in counted) == (False, True)


def test_a_service_has_its_own_database_and_nothing_of_the_others(stack: Stack) -> None:
    own, other = (stack.ground.databases[name].replace("+psycopg", "") for name in ("claims", "quoting"))
    role, _, rest = own.partition("@")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(f"{role}@{rest.partition('/')[0]}/{other.rpartition('/')[2]}")
    with psycopg.connect(own) as connection:
        rights: Any = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
    assert rights == (False,) * 5


@pytest.mark.parametrize("table", ["journal", "tombstone", "seal_record"])
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant = tenant", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"])
def test_what_runs_has_no_right_to_change_what_a_signature_proved(stack: Stack, table: str, change: str) -> None:
    refused = (psycopg.errors.InsufficientPrivilege, "permission denied|must be owner")
    with pytest.raises(refused[0], match=refused[1]):
        stack.books.rows("signature", change.format(table))


def test_a_service_may_not_touch_another_ones_queue(stack: Stack) -> None:
    def act(do: Callable[[Any], object]) -> None:
        channel = connection.channel()
        do(channel)
        channel.basic_qos(prefetch_count=1)  # a refused publish is told with the next answer

    connection = pika.BlockingConnection(pika.URLParameters(stack.ground.buses["claims"]))
    with closing(connection):
        for refused in (
            lambda channel: channel.basic_get("quoting.inbox"),
            lambda channel: channel.queue_purge("quoting.inbox"),
            lambda channel: channel.queue_delete("quoting.dead"),
            lambda channel: channel.queue_declare("anything", durable=True),
            lambda channel: channel.exchange_delete("parapluie.events"),
            lambda channel: channel.basic_publish("", "quoting.inbox", b"{}"),
        ):
            with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"):
                act(refused)
