"""python -m deploy.partners add | remove | grants | password <insurer> …"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from pika.exceptions import AMQPError

from deploy.bus.administration import AdministrationFailed
from deploy.bus.declared import declared
from deploy.bus.settings import Settings
from deploy.partners.plugging import Partner, Plugging, Refused
from plumbing.settings import SettingsError

FINE, REFUSED, FAILED = 0, 1, 2


def main(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """0: done; 1: refused; 2: the broker or its administration failed."""
    options = _options(words)
    try:
        settings = Settings.read(environ)
        partner = Partner(options.insurer)
        with settings.connection() as connection:
            options.act(options, partner, Plugging(connection, settings.administration(), declared().grantable))
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    except (AdministrationFailed, AMQPError, OSError, SettingsError) as failure:
        print(f"{failure or type(failure).__name__}", file=sys.stderr)
        return FAILED
    return FINE


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.partners", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="add | remove | grants | password")
    adding = commands.add_parser("add", help="make an account and a queue that hears these types")
    removing = commands.add_parser("remove", help="take account, queue and rights away")
    granting = commands.add_parser("grants", help="show what the queue hears, or let it hear exactly these types")
    renewing = commands.add_parser("password", help="give another password")
    for each, act in ((adding, add), (removing, remove), (granting, grants), (renewing, password)):
        each.add_argument("insurer", help="a-z, 0-9 and -")
        each.set_defaults(act=act)
    adding.add_argument("types", nargs="*", metavar="type", help="quoting.contract.created.v1 …")
    granting.add_argument("types", nargs="*", metavar="type")
    granting.add_argument("--none", action="store_true", help="let it hear nothing")
    return parser.parse_args(words)


def add(options: argparse.Namespace, partner: Partner, plugging: Plugging) -> None:
    """Print what the partner needs to connect; the password is never shown again."""
    secret = plugging.add(partner, options.types)
    print(f"account   {partner.account}")
    print(f"password  {secret}")
    print(f"queue     {partner.queue}")
    print(f"hears     {', '.join(sorted(options.types)) or 'nothing yet'}")
    print(f"says      {partner.account}.… on the exchange parapluie.partners, with user_id {partner.account}")


def remove(_options: argparse.Namespace, partner: Partner, plugging: Plugging) -> None:
    """Print how much he had not read."""
    was_plugged, unread = plugging.remove(partner)
    if not was_plugged:
        raise Refused(f"{partner.name} was not plugged in; whatever was left of it is gone")
    print(f"{partner.name} is gone, with {unread} messages that he had not read")


def grants(options: argparse.Namespace, partner: Partner, plugging: Plugging) -> None:
    """Print what he hears now, a line each."""
    if options.types or options.none:
        before = plugging.grant(partner, options.types)
        for taken in sorted(set(before) - set(options.types)):
            print(f"no longer {taken}", file=sys.stderr)
    for granted in plugging.grants(partner):
        print(granted)


def password(_options: argparse.Namespace, partner: Partner, plugging: Plugging) -> None:
    """Print the new password."""
    print(f"password  {plugging.new_password(partner)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
