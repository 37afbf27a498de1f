"""What each service's environment says in the one-process mode."""

from __future__ import annotations

import os
from pathlib import Path

from deploy.embedded.secrets import SecretFolder
from deploy.tools.house import House

# The folders that exist are the services; member is made and seeded first, the others ask it for keys and tokens.
SERVICES = tuple(sorted(House().speaking_services(), key=lambda name: name != "member"))
GATEWAY_URL = "http://gateway.invalid"  # never resolved: calls between services stay in the process
DEMONSTRATION_PASSWORD = "Parapluie-2026!"  # noqa: S105 - printed at every start, refused without DEMONSTRATION=1


def environments(state: Path, public_url: str) -> dict[str, dict[str, str]]:
    """Return each service's environment; secrets and folders are made under `state` the first time."""
    folder = SecretFolder(state / "secrets")
    public_keys = state / "secrets" / "public"
    sealing = folder.sealing_keys(SERVICES, public_keys)
    mailbox = state / "mailbox"
    for needed in (mailbox, state / "files", state / "signature", state / "payments"):
        needed.mkdir(parents=True, exist_ok=True)
    secrets_by_service = {service: folder.token(f"{service}.secret") for service in SERVICES}
    everywhere = {
        "DEMONSTRATION": "1",
        "BUS_URL": f"parapluie+sqlite:///{state / 'bus.sqlite'}",
        "GATEWAY_URL": GATEWAY_URL,
        "TRUSTED_PROXIES": "1",
        "PUBLIC_URL": public_url,
        "SEALING_KEYS_DIR": str(public_keys),
        "DEMONSTRATION_PASSWORD": DEMONSTRATION_PASSWORD,
    }
    own = {
        "member": {
            "TOKEN_KEY": folder.signing_key("member.token"),
            "SERVICE_CLIENTS": " ".join(f"{name}={value}" for name, value in secrets_by_service.items()),
        },
        "documents": {"STORE": "folder", "STORE_DIR": str(state / "files")},
        "signature": {
            "OTP_KEY": folder.field_key("signature.otp"),
            "PKI_DIR": str(state / "signature"),
            "VERIFICATION_URL": f"{public_url}/verifier",
        },
        "notifications": {"MAILBOX_DIR": str(mailbox)},
        "claims": {"PAYMENTS_DIR": str(state / "payments")},
    }
    return {
        service: {
            **everywhere,
            "DATABASE_URL": f"sqlite:///{state / f'{service}.sqlite'}",
            "SERVICE_SECRET": secrets_by_service[service],
            "FIELD_KEY": folder.field_key(f"{service}.fields"),
            "SEALING_KEY": sealing[service],
            **own.get(service, {}),
        }
        for service in SERVICES
    }


def portal_environment(state: Path, public_url: str) -> dict[str, str]:
    """Return the portal's environment: it has no database and no bus."""
    return {
        "DEMONSTRATION": "1",
        "GATEWAY_URL": GATEWAY_URL,
        "PUBLIC_URL": public_url,
        "MAILBOX_URL": f"{public_url}/mailbox/",
        "SUPPORT_EMAIL": "support@rives.example",
        "PUBLISHER": "Mutuelle des Rives (exemple), 1 quai des Tilleuls, 16000 Angoulême, 01 45 67 00 00",
        "HOSTING": "Cette machine, pour une démonstration",
        "TRUSTED_PROXIES": "1",
        "SESSION_KEY": SecretFolder(state / "secrets").field_key("portal.session"),
    }


def state_folder() -> Path:
    """Return where everything is kept: `STATE_DIR`, or var/embedded."""
    return Path(os.environ.get("STATE_DIR", "var/embedded")).absolute()
