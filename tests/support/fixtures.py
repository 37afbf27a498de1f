"""Fixtures that hand out real servers, one of each for the whole session (see servers.py for where they come from)."""

from collections.abc import Iterator

import pytest

from tests.support.servers import (
    PostgresServer,
    RabbitMQServer,
    S3Server,
    postgres_server,
    rabbitmq_server,
    s3_server,
)


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQServer]:
    """The session's broker. Tests share it: give exchanges and queues names of your own."""
    with rabbitmq_server() as server:
        yield server


@pytest.fixture(scope="session")
def own_rabbitmq() -> Iterator[RabbitMQServer]:
    """A second broker, for tests that freeze it. Whoever freezes it thaws it."""
    with rabbitmq_server(own=True) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The session's PostgreSQL."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database for one test."""
    url = postgres.new_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """The session's S3 store. Tests share it: make a bucket of your own."""
    with s3_server() as server:
        yield server
