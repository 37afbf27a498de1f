"""python -m deploy.bus check | peek <queue> | unheard"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker

from deploy.bus.administration import AdministrationFailed, Binding
from deploy.bus.declared import UNHEARD, declared
from deploy.bus.drift import drift
from deploy.bus.looking import kinds, look
from deploy.bus.settings import Settings
from plumbing.settings import SettingsError

FINE, DIFFERENT, FAILED = 0, 1, 2


def main(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """0: fine; 1: the broker differs from what is declared; 2: it cannot be asked."""
    options = _options(words)
    try:
        settings = Settings.read(environ)
        with settings.connection() as connection:
            code: int = options.act(options, settings, connection)
            return code
    except ChannelClosedByBroker as refusal:
        print(f"the broker refuses: {refusal.reply_text}", file=sys.stderr)
    except (AMQPConnectionError, OSError) as failure:
        print(f"the broker cannot be reached: {failure or type(failure).__name__}", file=sys.stderr)
    except SettingsError as failure:
        print(failure, file=sys.stderr)
    return FAILED


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.bus", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="check | peek | unheard")
    checking = commands.add_parser("check", help="compare the broker with docs/asyncapi.json")
    checking.set_defaults(act=check)
    peeking = commands.add_parser("peek", help="show the first messages of a queue and give them back")
    peeking.add_argument("queue")
    peeking.add_argument("--most", type=int, default=20, help="how many messages to look at (20)")
    peeking.add_argument("--data", action="store_true", help="show the clear part of the data too")
    peeking.set_defaults(act=peek)
    unhearing = commands.add_parser("unheard", help="count by type what nobody heard")
    unhearing.add_argument("--most", type=int, default=10_000, help="how many messages to look at (10000)")
    unhearing.set_defaults(act=unheard)
    return parser.parse_args(words)


def check(_options: argparse.Namespace, settings: Settings, connection: Any) -> int:
    """Print each difference."""
    wanted = declared()
    differences = drift(connection, wanted, _bindings(settings))
    for sentence in differences:
        print(sentence)
    if differences:
        print(f"{len(differences)} differences", file=sys.stderr)
        return DIFFERENT
    print(
        f"as declared: {len(wanted.exchanges)} exchanges, {len(wanted.queues)} queues, {len(wanted.bindings)} bindings"
    )
    return FINE


def _bindings(settings: Settings) -> list[Binding] | None:
    try:
        return settings.administration().bindings()
    except AdministrationFailed as failure:
        print(f"bindings are as the services noted them, since {failure}", file=sys.stderr)
        return None


def peek(options: argparse.Namespace, _settings: Settings, connection: Any) -> int:
    """Print a line of JSON for each message."""
    found = look(connection, options.queue, most=options.most)
    for each in found.seen:
        print(json.dumps(each.shown(with_data=options.data), ensure_ascii=False))
    print(f"{len(found.seen)} of {found.waiting} messages of {options.queue}, given back", file=sys.stderr)
    return FINE


def unheard(options: argparse.Namespace, _settings: Settings, connection: Any) -> int:
    """Print a line for each type that nobody heard."""
    found = look(connection, UNHEARD, most=options.most)
    for exchange, key, count, oldest, newest in kinds(found.seen):
        print(f"{count:6}  {key}  on {exchange}  {oldest} … {newest}")
    print(f"{len(found.seen)} of {found.waiting} messages of {UNHEARD}, given back", file=sys.stderr)
    return FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
