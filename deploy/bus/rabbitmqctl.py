"""The administration through rabbitmqctl, for a broker without the management plugin."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from deploy.bus.administration import AdministrationFailed, Binding, Rights, told

_NOTHING = "^$"
_NO_SUCH_THING = 67
_SECONDS = 60


class RabbitMQCtl:
    """Runs rabbitmqctl; `command` may put words before it that reach the broker's machine or container."""

    def __init__(self, command: Sequence[str], virtual_host: str) -> None:
        self._command = tuple(command)
        self._virtual_host = virtual_host

    def add_account(self, name: str, password: str) -> None:
        # The password goes through the standard input: everybody on the machine may read a command's words.
        self._run("add_user", name, given=f"{password}\n")

    def change_password(self, name: str, password: str) -> None:
        self._run("change_password", name, given=f"{password}\n")

    def remove_account(self, name: str) -> None:
        self._run("delete_user", name, fine=(0, _NO_SUCH_THING))

    def grant(self, account: str, rights: Rights) -> None:
        patterns = (rights.configure, rights.write, rights.read)
        self._run("set_permissions", "-p", self._virtual_host, account, *patterns)

    def limit_topics(self, account: str, exchange: str, *, write: str) -> None:
        self._run("set_topic_permissions", "-p", self._virtual_host, account, exchange, write, _NOTHING)

    def bindings(self) -> list[Binding]:
        columns = ("source_name", "destination_name", "destination_kind", "routing_key", "arguments")
        return [
            Binding(
                source=row["source_name"],
                routing_key=row["routing_key"],
                destination=row["destination_name"],
                to_exchange=row["destination_kind"] == "exchange",
                arguments=told({name: value for name, _, value in row["arguments"]}),
            )
            for row in self._list("list_bindings", "-p", self._virtual_host, *columns)
            if row["source_name"]
        ]

    def _list(self, *words: str) -> list[dict[str, Any]]:
        written = self._run(*words, "--formatter", "json")
        try:
            rows: list[dict[str, Any]] = json.loads(written)
        except ValueError as failure:
            raise AdministrationFailed(f"rabbitmqctl {words[0]} writes no JSON") from failure
        return rows

    def _run(self, *words: str, given: str | None = None, fine: tuple[int, ...] = (0,)) -> str:
        try:
            done = subprocess.run(
                [*self._command, "--silent", *words],
                input=given if given is not None else "",
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise AdministrationFailed(f"{' '.join(self._command)} cannot be run: {failure}") from failure
        if done.returncode not in fine:
            said = " ".join((done.stderr or done.stdout).split())[:300]
            raise AdministrationFailed(f"rabbitmqctl {words[0]} ended with {done.returncode}: {said}")
        return done.stdout
