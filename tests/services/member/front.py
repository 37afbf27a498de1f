"""A caller of member's API, and the ways in which an account comes to be."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.services.member.factories import PASSWORD, client, contract_secrets, created, submitted
from tests.services.member.world import STAFF_PASSWORD, World


class Api:
    """Speaks HTTP to member as somebody would."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return self.world.client.open(f"/v1{path}", method=method, json=body, headers=sent)

    def get(self, path: str, *, token: str | None = None, **headers: str) -> TestResponse:
        return self.call("GET", path, token=token, **headers)

    def post(self, path: str, body: Any, *, token: str | None = None, **headers: str) -> TestResponse:
        return self.call("POST", path, body, token=token, **headers)

    def sign_in(self, identifier: str, password: str = STAFF_PASSWORD, **more: Any) -> TestResponse:
        return self.post("/sessions", {"identifier": identifier, "password": password, **more})

    def token(self, identifier: str, password: str = STAFF_PASSWORD, **more: Any) -> str:
        answer = self.sign_in(identifier, password, **more)
        assert answer.status_code == 200, answer.json
        token: str = answer.json["access_token"]
        return token

    def refresh(self, refresh_token: str) -> TestResponse:
        return self.post("/sessions/refresh", {"refresh_token": refresh_token})

    def ask_link(self, identifier: str, **more: Any) -> TestResponse:
        """Ask for a link, and let the worker send it."""
        answer = self.post("/password-resets", {"identifier": identifier, **more})
        self.world.run_jobs()
        return answer

    def choose_password(self, link: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/activations", {"token": link, "password": password})

    def service_token(self, client_id: str = "quoting", tenant: str = "rives", secret: str = "q" * 40) -> TestResponse:
        return self.post("/service-tokens", {"client_id": client_id, "client_secret": secret, "tenant": tenant})

    def subscribe(self, subscription: dict[str, Any] | None = None, details: dict[str, Any] | None = None) -> str:
        """Have quoting say that a subscription was submitted; returns its id."""
        data = subscription or submitted()
        self.world.hear("quoting.subscription.submitted.v1", data, details or client())
        return str(data["subscription_id"])

    def create_contract(self, contract: dict[str, Any], sealed: dict[str, Any] | None = None, **more: Any) -> str:
        """Have quoting say « Adhésion créée »; returns the contract's id."""
        self.world.hear("quoting.contract.created.v1", contract, sealed or contract_secrets(), **more)
        return str(contract["contract_id"])

    def new_member(self, email: str = "nadia.morel@example.org") -> str:
        """Lead a client to an opened account with a contract; returns an access token."""
        subscription_id = self.subscribe(details=client(email=email))
        self.create_contract(created(subscription_id=subscription_id), contract_secrets(email=email))
        assert self.choose_password(self.world.last_link()).status_code == 200
        return self.token(email, PASSWORD)
