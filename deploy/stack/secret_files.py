"""`make secrets`: one file a secret, in one folder for each container that may know it.

What is drawn by chance is drawn once and kept; what follows from it (addresses with passwords in them, the broker's
accounts, the list of roles) is written again each time. The top folder is its owner's alone; the files under it can be
read by the containers' users, which only see the folder that is theirs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from joserfc.jwk import OKPKey

from deploy.bus.declared import declared
from deploy.stack.certificate import make_certificate
from deploy.tools.house import House
from plumbing.cipher import new_field_key
from plumbing.sealing import new_sealing_key

VIRTUAL_HOST = "parapluie"
OPERATOR = "operator"
_HASHING = "rabbit_password_hashing_sha256"
# Kept under this name: nobody is handed the folder.
_DRAWN = "drawn"
ROTATABLE = ("database", "owner", "bus", "client", "session", "postgres", "store", "operator", "certificate")
"""What can be drawn anew at any time. The other keys open what was written under them."""


class SecretFiles:
    """The secrets of one deployment under `folder`."""

    def __init__(self, folder: Path, services: Iterable[str] | None = None) -> None:
        self.folder = folder
        self.services = sorted(services if services is not None else House().speaking_services())
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Whoever may not enter here reads none of the files under it, whatever their own modes say.
        folder.chmod(0o700)

    def write(self, public_host: str) -> None:
        """Draw what is missing and write every container's folder."""
        clients = {name: self._drawn(f"{name}.client", _token) for name in self.services}
        for name in self.services:
            self._write_service(name, clients[name])
        self._write_own(clients)
        self._write_servers()
        self._write_certificate(public_host)

    def rotate(self, name: str) -> None:
        """Forget one secret, so that `write` draws another; LookupError when it cannot be had anew."""
        kind = name.rpartition(".")[2]
        if kind not in ROTATABLE:
            raise LookupError(f"{name} opens what was written under it; can be drawn anew: {', '.join(ROTATABLE)}")
        if kind == "certificate":
            shutil.rmtree(self.folder / "gateway", ignore_errors=True)
            return
        drawn = self.folder / _DRAWN / name
        if not drawn.exists():
            raise LookupError(f"there is no secret {name}")
        if kind == "client":
            # Member takes both until the next rotation: who has not been rolled yet signs in with the old one.
            drawn.replace(drawn.with_name(f"{name}.former"))
            return
        drawn.unlink()

    def _write_service(self, name: str, client: str) -> None:
        password, owner, bus = (self._drawn(f"{name}.{kind}", _token) for kind in ("database", "owner", "bus"))
        place = f"postgres:5432/{name}"
        self._put(name, "database_url", f"postgresql+psycopg://{name}:{password}@{place}")
        self._put(f"{name}-owner", "database_url", f"postgresql+psycopg://{name}_owner:{owner}@{place}")
        self._put(name, "bus_url", f"amqp://{name}:{bus}@rabbitmq:5672/{VIRTUAL_HOST}")
        self._put(name, "service_secret", client)
        self._put(name, "field_key", self._drawn(f"{name}.fields", new_field_key))
        pair = json.loads(self._drawn(f"{name}.sealing", _sealing_pair))
        self._put(name, "sealing_key", pair["private"])
        self._put("public/sealing", f"{name}.json", pair["public"])

    def _write_own(self, clients: dict[str, str]) -> None:
        self._put("portal", "session_key", self._drawn("portal.session", new_field_key))
        if "member" in self.services:
            former = [(name, self._former(name)) for name in self.services]
            pairs = [*clients.items(), *((name, secret) for name, secret in former if secret)]
            # Member compares prints: it need not know what the others say.
            listed = (f"{name}=sha256:{hashlib.sha256(secret.encode()).hexdigest()}" for name, secret in pairs)
            self._put("member", "service_clients", " ".join(listed))
            self._put("member", "token_key", self._drawn("member.token", _token_key))
        if "signature" in self.services:
            # The sealer is apart: all that the service knows but the key of the codes.
            for path in sorted((self.folder / "signature").iterdir()):
                if path.name != "otp_key":
                    self._put("sealer", path.name, path.read_text())
            self._put("signature", "otp_key", self._drawn("signature.otp", new_field_key))

    def _write_servers(self) -> None:
        superuser, store = self._drawn("postgres", _token), self._drawn("store", _token)
        self._put("postgres", "password", superuser)
        roles = [
            f"{name} {self._drawn(f'{name}.owner', _token)} {self._drawn(f'{name}.database', _token)}\n"
            for name in self.services
        ]
        self._put("postgres-setup", "password", superuser)
        self._put("postgres-setup", "roles", "".join(roles))
        self._put("store", "password", store)
        self._put("documents", "s3_secret_key", store)
        accounts = {name: self._drawn(f"{name}.bus", _token) for name in self.services}
        operator = self._drawn(OPERATOR, _token)
        self._put("operator", "bus_url", f"amqp://{OPERATOR}:{operator}@rabbitmq:5672/{VIRTUAL_HOST}")
        self._put("operator", "management_url", f"http://{OPERATOR}:{operator}@rabbitmq:15672")
        definitions = broker_definitions(accounts, operator, self._salt)
        self._put("rabbitmq", "definitions.json", json.dumps(definitions, indent=1))

    def _write_certificate(self, public_host: str) -> None:
        key, chain = self.folder / "gateway" / "tls.key", self.folder / "gateway" / "tls.crt"
        if key.exists() and chain.exists():
            return  # ours or the operator's own
        made = make_certificate(public_host)
        self._put("gateway", "tls.key", made.key)
        self._put("gateway", "tls.crt", made.chain)
        self._put("public", "authority.crt", made.authority)

    def _former(self, name: str) -> str | None:
        path = self.folder / _DRAWN / f"{name}.client.former"
        return path.read_text() if path.exists() else None

    def _salt(self, account: str) -> bytes:
        """Keep an account's salt: the same password is the same text in the definitions."""
        return bytes.fromhex(self._drawn(f"{account}.salt", lambda: secrets.token_hex(4)))

    def _drawn(self, name: str, draw: Callable[[], str]) -> str:
        path = self.folder / _DRAWN / name
        if not path.exists():
            self._put(_DRAWN, name, draw(), mode=0o400)
        return path.read_text()

    def _put(self, recipient: str, name: str, text: str, *, mode: int = 0o444) -> None:
        target = self.folder / recipient / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.read_text() == text:
            return
        # Written aside and renamed: who looks meanwhile finds a whole secret, and a killed start leaves no half one.
        aside = target.with_name(f".{name}.new")
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600)
        aside.write_text(text)
        aside.chmod(mode)
        aside.replace(target)


def broker_definitions(accounts: dict[str, str], operator: str, salt: Callable[[str], bytes]) -> dict[str, object]:
    """Return what RabbitMQ imports at its start: accounts with their rights, and what all services share."""
    wanted = declared()
    shared = [exchange for exchange in wanted.exchanges if exchange.name.startswith("parapluie.")]
    everything = {"configure": ".*", "write": ".*", "read": ".*"}

    def user(name: str, password: str, tags: str = "") -> dict[str, str]:
        grains = salt(name)
        hashed = base64.b64encode(grains + hashlib.sha256(grains + password.encode()).digest()).decode()
        return {"name": name, "password_hash": hashed, "hashing_algorithm": _HASHING, "tags": tags}

    at = {"vhost": VIRTUAL_HOST}
    durable = {"durable": True, "auto_delete": False}
    return {
        "vhosts": [{"name": VIRTUAL_HOST}],
        "users": [user(name, password) for name, password in accounts.items()]
        + [user(OPERATOR, operator, "administrator")],
        "permissions": [{"user": name, **at, **rights(name)} for name in accounts]
        + [{"user": OPERATOR, **at, **everything}],
        "exchanges": [
            {
                "name": each.name,
                "type": each.type,
                "internal": False,
                "arguments": dict(each.arguments),
                **durable,
                **at,
            }
            for each in shared
        ],
        "queues": [
            {"name": queue.name, "arguments": dict(queue.arguments), **durable, **at}
            for queue in wanted.queues
            if queue.name.startswith("parapluie.")
        ],
        "bindings": [
            {
                "source": binding.source,
                "destination": binding.destination,
                "destination_type": "queue",
                "routing_key": binding.routing_key,
                "arguments": json.loads(binding.arguments),
                **at,
            }
            for binding in sorted(wanted.bindings, key=lambda each: (each.source, each.destination, each.arguments))
            if binding.destination.startswith("parapluie.")
        ],
    }


def rights(service: str) -> dict[str, str]:
    """Return what a service's account may do: configure what bears its name, write events, hear what is said."""
    return {
        "configure": rf"^{service}\.",
        "write": rf"^({service}\.|parapluie\.events$)",
        "read": rf"^({service}\.|parapluie\.(events|partners)$)",
    }


def _token() -> str:
    return secrets.token_urlsafe(32)


def _token_key() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=True))


def _sealing_pair() -> str:
    private, public = new_sealing_key()
    return json.dumps({"private": private, "public": public})
