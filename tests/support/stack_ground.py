"""What the platform stands on, made as an operator makes it: per service a database with two roles, and a bus user.

One role owns the tables and migrates, web and worker run as the other; neither is a superuser. No service's user of the
broker may configure anything but what bears its name. All of it has names of its own, in a virtual host of its own, so
that servers may be shared, and goes when the tests are done.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import httpx
import psycopg
from psycopg import sql

from plumbing.transport import Bus
from tests.support.servers import PostgresServer, RabbitMQServer, S3Server

_HASHING = "rabbit_password_hashing_sha256"


@dataclass
class Ground:
    """Addresses with user and password, by service; `operator_bus` may do everything in the virtual host.

    `databases` are for who runs, `owners` the same databases for who migrates.
    """

    s3: S3Server
    operator_bus: str
    databases: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    buses: dict[str, str] = field(default_factory=dict)


@contextmanager
def laid(postgres: PostgresServer, rabbitmq: RabbitMQServer, s3: S3Server, services: Sequence[str]) -> Iterator[Ground]:
    """Make everything and declare the exchanges; take it all away at the end."""
    token = secrets.token_hex(4)
    place = f"platform-{token}"
    passwords = {service: secrets.token_urlsafe(18) for service in services}
    users = {service: f"{service}-{token}" for service in services}
    ground = Ground(s3=s3, operator_bus=_with(rabbitmq.url, place))
    try:
        _make_users(rabbitmq, place, users, passwords)
        for service in services:
            ground.buses[service] = _with(rabbitmq.url, place, users[service], passwords[service])
            owner, runtime = new_database(postgres, f"{service}_{token}", passwords[service])
            ground.owners[service], ground.databases[service] = owner, runtime
        Bus(ground.operator_bus).declare_exchanges()
        yield ground
    finally:
        _forget_users(rabbitmq, place, list(users.values()))
        for service in ground.databases:
            forget_database(postgres, f"{service}_{token}")


def permissions(service: str) -> dict[str, str]:
    """Return what a service's user may configure, write and read, as the broker's patterns."""
    return {
        "configure": rf"^{service}\.",
        "write": rf"^({service}\.|parapluie\.events$)",
        "read": rf"^({service}\.|parapluie\.(events|partners)$)",
    }


def _make_users(server: RabbitMQServer, place: str, users: dict[str, str], passwords: dict[str, str]) -> None:
    operator = urlsplit(server.url).username or "guest"
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    definitions = {
        "vhosts": [{"name": place}],
        "users": [
            {"name": user, "password_hash": _hashed(passwords[service]), "hashing_algorithm": _HASHING, "tags": ""}
            for service, user in users.items()
        ],
        "permissions": [
            {"user": operator, "vhost": place, **everything},
            *({"user": user, "vhost": place, **permissions(service)} for service, user in users.items()),
        ],
    }
    text = json.dumps(definitions)
    if server.management:
        _managed(server, "POST", "definitions", text)
        return
    # One call for everything: each start of rabbitmqctl takes a second or two.
    code = base64.b64encode(text.encode()).decode()
    server.control("eval", f'ok = rabbit_definitions:import_raw(base64:decode(<<"{code}">>)).')


def _forget_users(server: RabbitMQServer, place: str, users: Sequence[str]) -> None:
    if server.management:
        for path in (f"vhosts/{place}", *(f"users/{user}" for user in users)):
            _managed(server, "DELETE", path)
        return
    calls = [f'catch rabbit_vhost:delete(<<"{place}">>, <<"tests">>)']
    calls += [f'catch rabbit_auth_backend_internal:delete_user(<<"{user}">>, <<"tests">>)' for user in users]
    server.control("eval", f"{', '.join(calls)}, ok.")


def _managed(server: RabbitMQServer, method: str, path: str, body: str | None = None) -> None:
    parts = urlsplit(server.url)
    answer = httpx.request(
        method,
        f"{server.management}/api/{path}",
        content=body,
        headers={"Content-Type": "application/json"},
        auth=(parts.username or "guest", parts.password or "guest"),
        timeout=30,
    )
    answer.raise_for_status()


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _with(url: str, place: str, user: str | None = None, password: str | None = None) -> str:
    parts = urlsplit(url)
    login = f"{user}:{password}" if user else f"{parts.username}:{parts.password}"
    return f"{parts.scheme}://{login}@{parts.hostname}:{parts.port or 5672}/{quote(place, safe='')}"


def new_database(server: PostgresServer, name: str, password: str) -> tuple[str, str]:
    """Make a database and its two roles; return where its owner finds it, and where who only uses it does."""
    owner = f"{name}_owner"
    with psycopg.connect(_plain(server.url), autocommit=True) as connection:
        names = {"database": sql.Identifier(name), "owner": sql.Identifier(owner), "role": sql.Identifier(name)}
        connection.execute(sql.SQL("CREATE ROLE {owner} LOGIN PASSWORD {}").format(password, **names))
        connection.execute(sql.SQL("CREATE ROLE {role} LOGIN PASSWORD {}").format(password, **names))
        connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner} TEMPLATE template0").format(**names))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    parts = urlsplit(server.url)
    place = f"{parts.hostname}:{parts.port or 5432}/{name}"
    found = [f"postgresql+psycopg://{role}:{password}@{place}" for role in (owner, name)]
    return found[0], found[1]


def forget_database(server: PostgresServer, name: str) -> None:
    """Drop a database made here and its roles, whoever is still connected."""
    with psycopg.connect(_plain(server.url), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in (name, f"{name}_owner"):
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
