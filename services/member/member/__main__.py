"""python -m member web | worker | migrate | check | seed | parked | republish, and the administrator's acts:

python -m member register-mutuelle --tenant rives --number 0421 --name "Mutuelle des Rives"
python -m member register-manager --tenant rives --email … --first-name … --last-name …
python -m member habilitate-broker --tenant rives --email … --company … --phone +33…
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from marshmallow import ValidationError

from member.app import create_app
from member.bootstrap import Bootstrap, build
from member.config import load
from member.domain.brokers import EmailTaken
from member.messages.publishes import EVENTS
from member.seed import seed
from member.usecases.habilitate_broker import habilitate_broker
from member.usecases.register_staff import register_manager, register_mutuelle
from member.worker import JOBS, SUBSCRIPTIONS
from plumbing.http import fields
from plumbing.service import Service, run


def register_mutuelle_command(services: Bootstrap, arguments: Sequence[str]) -> int:
    """Add a mutuelle to this deployment."""
    options = _options("register-mutuelle", ["tenant", "number", "name"], arguments)
    try:
        mutuelle = register_mutuelle(
            number=options.number, name=options.name, uow=services.units.for_tenant(options.tenant)
        )
    except ValueError as refusal:
        return _refused(str(refusal))
    print(f"{mutuelle.code}: {mutuelle.name} ({mutuelle.number})")
    return 0


def register_manager_command(services: Bootstrap, arguments: Sequence[str]) -> int:
    """Register a manager of a mutuelle."""
    required = ["tenant", "email", "first-name", "last-name"]
    options = _options("register-manager", required, arguments, ["civility"])
    if services.directory.tenant_code(options.tenant) != options.tenant:
        return _refused(f"no mutuelle has the code {options.tenant}")
    try:
        account = register_manager(
            email=_email(options.email),
            civility=options.civility,
            first_name=options.first_name,
            last_name=options.last_name,
            uow=services.units.for_tenant(options.tenant),
        )
    except (EmailTaken, ValidationError) as refusal:
        return _refused(_why(refusal))
    print(account.id)
    return 0


def habilitate_broker_command(services: Bootstrap, arguments: Sequence[str]) -> int:
    """Register a broker firm from its habilitation form."""
    required, optional = ["tenant", "email", "company", "phone"], ["orias", "civility", "first-name", "last-name"]
    options = _options("habilitate-broker", required, arguments, optional)
    if services.directory.tenant_code(options.tenant) != options.tenant:
        return _refused(f"no mutuelle has the code {options.tenant}")
    try:
        broker = habilitate_broker(
            email=_email(options.email),
            company=options.company,
            phone=options.phone,
            orias=options.orias,
            civility=options.civility,
            first_name=options.first_name or "",
            last_name=options.last_name or "",
            uow=services.units.for_tenant(options.tenant),
        )
    except (EmailTaken, ValidationError) as refusal:
        return _refused(_why(refusal))
    print(broker.id)
    return 0


_CHOICES = {"civility": ["madame", "monsieur"]}


def _options(
    command: str, required: Sequence[str], arguments: Sequence[str], optional: Sequence[str] = ()
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m member {command}")
    for name in required:
        parser.add_argument(f"--{name}", required=True)
    for name in optional:
        parser.add_argument(f"--{name}", choices=_CHOICES.get(name))
    return parser.parse_args(arguments)


def _email(text: str) -> str:
    return str(fields.Email().deserialize(text))


def _why(refusal: Exception) -> str:
    return "this e-mail already has an account" if isinstance(refusal, EmailTaken) else "this is no e-mail address"


def _refused(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


SERVICE = Service(
    name="member",
    load=load,
    build=build,
    create_app=create_app,
    events=EVENTS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    seed=seed,
    commands={
        "register-mutuelle": register_mutuelle_command,
        "register-manager": register_manager_command,
        "habilitate-broker": habilitate_broker_command,
    },
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
