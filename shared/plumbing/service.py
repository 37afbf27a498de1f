"""`python -m <service> web | worker | migrate | check | seed | parked | republish`: the same for every service.

A service's `__main__.py` says what it is made of:

    SERVICE = Service(name="quoting", load=load, build=build, create_app=create_app, events=EVENTS,
                      subscriptions=SUBSCRIPTIONS, jobs=JOBS)
    if __name__ == "__main__":
        sys.exit(run(SERVICE, sys.argv[1:]))
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from plumbing.clock import PARIS
from plumbing.consumer import Subscriptions
from plumbing.events import EventRegistry
from plumbing.garbage import settle
from plumbing.grants import grant, may_change
from plumbing.jobs import Jobs
from plumbing.migrations import is_current, migrate
from plumbing.parked import ParkedThings, RepublishBrokeOff, republish
from plumbing.serving import serve
from plumbing.settings import SettingsError
from plumbing.supervisor import supervise
from plumbing.telemetry.logs import configure_logs
from plumbing.telemetry.tracing import configure_tracing
from plumbing.transport import BusUnavailable
from plumbing.worker import PARTS, PARTS_APART, run_part
from plumbing.worker_health import HEALTH, health_port

log = structlog.get_logger()

_BUS_SECONDS = 30.0
SERVICE_VARIABLE = "PARAPLUIE_SERVICE"
Command = Callable[[Any, Sequence[str]], int]


@dataclass(frozen=True)
class Apart:
    """A process beside web and worker, for jobs that need what neither may hold: `python -m <service> <its name>`.

    It has its own settings and its own Bootstrap, takes its work from leased rows, and has no HTTP but its health's.
    """

    load: Callable[[Mapping[str, str]], Any]
    build: Callable[..., Any]
    jobs: Jobs


@dataclass(frozen=True)
class Service:
    """What a service is made of. `load` reads its settings, `build` makes its Bootstrap from them.

    Rows of the tables in `append_only` are added and read, never changed: web and worker get no right to.
    """

    name: str
    load: Callable[[Mapping[str, str]], Any]
    build: Callable[..., Any]
    create_app: Callable[[Any], Any]
    events: EventRegistry
    subscriptions: Subscriptions
    jobs: Jobs
    seed: Callable[[Any], None] | None = None
    commands: Mapping[str, Command] = field(default_factory=dict)
    apart: Mapping[str, Apart] = field(default_factory=dict)
    append_only: tuple[str, ...] = ()


def run(service: Service, arguments: Sequence[str]) -> int:
    """Run one command; return the process's exit code."""
    # A service's own command reads the rest itself: argparse gives no options of a command it does not know to anybody.
    own = service.commands.get(arguments[0]) if arguments else None
    options = _parser(service).parse_args(arguments[:1] if own else arguments)
    configure_logs(service.name)
    configure_tracing(service.name)
    maker = service.apart.get(options.command, service)
    try:
        services = maker.build(maker.load(os.environ))
    except SettingsError as failure:
        print(failure, file=sys.stderr)
        return 78  # EX_CONFIG of sysexits.h
    if isinstance(maker, Apart):
        return _work_apart(service.name, maker, services)
    if own is not None:
        return own(services, arguments[1:])
    match options.command:
        case "web":
            return _serve(service, options.port)
        case "worker":
            return _work(service, services, options.part)
        case "migrate":
            bring_up_to_date(service, services)
            return _declare_inbox(service, services)
        case "check":
            return _check(service, services)
        case "seed":
            if service.seed is not None:
                service.seed(services)
        case "parked":
            return _parked(ParkedThings(services.engine, services.clock), options.action, options.id)
        case "republish":
            return _republish(services, options)
    return 0


def bring_up_to_date(service: Service, services: Any) -> None:
    """Run what the database has not seen; where its tables have an owner apart, give the other role its rights."""
    owner = services.owner_engine
    migrate(owner, service.name)
    if owner is not services.engine:
        grant(owner, services.engine.url.username, append_only=service.append_only)


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {service.name}")
    commands = parser.add_subparsers(dest="command", required=True)
    web = commands.add_parser("web", help="serve the API")
    web.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    worker = commands.add_parser("worker", help="run relay, consumer and jobs")
    worker.add_argument("--part", choices=PARTS, help="only this part, without a supervisor")
    commands.add_parser("migrate", help="bring the database and the queue up to date")
    commands.add_parser("check", help="say whether settings, database and bus are as they should be")
    commands.add_parser("seed", help="put in what the service needs to start with")
    parked = commands.add_parser("parked", help="list, show, replay or drop what was parked")
    parked.add_argument("action", choices=["list", "show", "replay", "drop"])
    parked.add_argument("id", nargs="?")
    again = commands.add_parser("republish", help="publish archived events again, in their order")
    again.add_argument("--from", dest="since", required=True, type=_moment)
    again.add_argument("--to", dest="until", required=True, type=_moment)
    again.add_argument("--type", dest="types", action="append", default=[])
    for name in (*service.commands, *service.apart):
        commands.add_parser(name)
    return parser


def _moment(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=PARIS)


def _serve(service: Service, port: int) -> int:
    os.environ[SERVICE_VARIABLE] = service.name
    return serve("plumbing.service:wsgi", port)


def wsgi() -> Any:
    """Return the WSGI application of the service named in the environment: what each web process loads."""
    service: Service = importlib.import_module(f"{os.environ[SERVICE_VARIABLE]}.__main__").SERVICE
    configure_logs(service.name)
    configure_tracing(service.name)
    app = service.create_app(service.build(service.load(os.environ)))
    settle()
    return app


def _work(service: Service, services: Any, part: str | None) -> int:
    if part is not None:
        return run_part(part, service.subscriptions, service.jobs, services)
    services.close()
    supervisor = os.getpid()

    def run(part: str) -> int:
        own = service.build(service.load(os.environ))
        return run_part(part, service.subscriptions, service.jobs, own, supervisor=supervisor)

    return supervise(service.name, _with_health(PARTS), run)


def _work_apart(service: str, apart: Apart, services: Any) -> int:
    services.close()
    supervisor = os.getpid()

    def run(part: str) -> int:
        own = apart.build(apart.load(os.environ))
        return run_part(part, Subscriptions(service), apart.jobs, own, supervisor=supervisor, parts=PARTS_APART)

    return supervise(service, _with_health(PARTS_APART), run)


def _with_health(parts: tuple[str, ...]) -> tuple[str, ...]:
    return parts if health_port() is None else (*parts, HEALTH)


def _declare_inbox(service: Service, services: Any) -> int:
    """Bind the queue while nothing runs yet; return 75 (EX_TEMPFAIL) when the bus stays away."""
    deadline = time.monotonic() + _BUS_SECONDS
    while True:
        try:
            services.bus.declare_inbox(service.subscriptions.topology())
            return 0
        except BusUnavailable as failure:
            if time.monotonic() > deadline:
                print(f"{service.name}: the queue cannot be declared: {failure}", file=sys.stderr)
                return 75
        time.sleep(0.5)


def _check(service: Service, services: Any) -> int:
    service.create_app(services)
    problems = []
    try:
        if not is_current(services.engine, service.name):
            problems.append("the database is not migrated: run migrate")
        elif not services.settings.demonstration:
            problems += [
                f"the role of DATABASE_URL may change {table}: give the tables an owner (MIGRATION_DATABASE_URL)"
                for table in may_change(services.engine, service.append_only)
            ]
    except Exception as failure:  # noqa: BLE001 - whatever the driver says, the answer is the same
        problems.append(f"the database cannot be reached: {type(failure).__name__}")
    problems += services.bus.check(service.subscriptions.topology())
    for problem in problems:
        print(f"{service.name}: {problem}", file=sys.stderr)
    if not problems:
        print(f"{service.name}: ready")
    return 1 if problems else 0


def _parked(things: ParkedThings, action: str, parked_id: str | None) -> int:
    if action == "list":
        for thing in things.list():
            print(f"{thing.id}  {thing.since:%Y-%m-%d %H:%M}  {thing.what:5}  {thing.kind}  {thing.error}")
        return 0
    if parked_id is None:
        print("say which one", file=sys.stderr)
        return 2
    if action == "show":
        shown = things.show(parked_id)
        print(shown.body if shown else "not parked")
        return 0 if shown else 1
    done = things.replay(parked_id) if action == "replay" else things.drop(parked_id)
    print("done" if done else "not parked")
    return 0 if done else 1


def _republish(services: Any, options: argparse.Namespace) -> int:
    try:
        confirmed = republish(
            services.engine, services.bus, since=options.since, until=options.until, types=tuple(options.types)
        )
    except RepublishBrokeOff as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"{confirmed} events published again")
    return 0
