"""The administration through RabbitMQ's management API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from deploy.bus.administration import AdministrationFailed, Binding, Rights, told

_NOTHING = "^$"


class ManagementApi:
    """Speaks with the management plugin at `http(s)://user:password@host:port`."""

    def __init__(self, url: str, virtual_host: str) -> None:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._base = f"{parts.scheme}://{host}{parts.path.rstrip('/')}/api"
        self._login = httpx.BasicAuth(httpx.URL(url).username, httpx.URL(url).password)
        self._virtual_host = _quoted(virtual_host)

    def add_account(self, name: str, password: str) -> None:
        self._ask("PUT", f"/users/{_quoted(name)}", {"password": password, "tags": ""})

    def change_password(self, name: str, password: str) -> None:
        self.add_account(name, password)  # the API has one way for both

    def remove_account(self, name: str) -> None:
        self._ask("DELETE", f"/users/{_quoted(name)}", missing_is_fine=True)

    def grant(self, account: str, rights: Rights) -> None:
        body = {"configure": rights.configure, "write": rights.write, "read": rights.read}
        self._ask("PUT", f"/permissions/{self._virtual_host}/{_quoted(account)}", body)

    def limit_topics(self, account: str, exchange: str, *, write: str) -> None:
        body = {"exchange": exchange, "write": write, "read": _NOTHING}
        self._ask("PUT", f"/topic-permissions/{self._virtual_host}/{_quoted(account)}", body)

    def bindings(self) -> list[Binding]:
        return [
            Binding(
                source=row["source"],
                routing_key=row["routing_key"],
                destination=row["destination"],
                to_exchange=row["destination_type"] == "exchange",
                arguments=told(row["arguments"]),
            )
            for row in self._ask("GET", f"/bindings/{self._virtual_host}").json()
            if row["source"]
        ]

    def _ask(self, method: str, path: str, body: Any = None, *, missing_is_fine: bool = False) -> httpx.Response:
        try:
            answer = httpx.request(method, f"{self._base}{path}", json=body, auth=self._login, timeout=30)
        except httpx.HTTPError as failure:
            raise AdministrationFailed(f"the management API does not answer: {failure}") from failure
        if answer.is_success or (missing_is_fine and answer.status_code == httpx.codes.NOT_FOUND):
            return answer
        raise AdministrationFailed(f"the management API answers {answer.status_code} to {method} {path}")


def _quoted(name: str) -> str:
    return quote(name, safe="")
