"""Where the stack's files lie, and what its settings are called."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.tools.house import ROOT

FOLDER = ROOT / "deploy"
COMPOSE_FILE = FOLDER / "compose.yaml"
_LOCAL_ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Place:
    """One deployment: which files describe it, where its secrets are, how it is called from outside."""

    secrets: Path
    files: tuple[Path, ...]
    project: str
    public_url: str
    demonstration: bool

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Place:
        """Read it from the environment that `make` was called in; COMPOSE_FILE names overlays as Compose reads them."""
        named = environ.get("COMPOSE_FILE", "")
        files = tuple(Path(name).absolute() for name in named.split(os.pathsep)) if named else (COMPOSE_FILE,)
        port = environ.get("HTTPS_PORT", "8443")
        return cls(
            secrets=Path(environ.get("SECRETS_DIR", FOLDER / "secrets")).absolute(),
            files=files,
            project=environ.get("COMPOSE_PROJECT_NAME", "parapluie"),
            public_url=environ.get("PUBLIC_URL", f"https://localhost:{port}").rstrip("/"),
            demonstration=environ.get("DEMONSTRATION", "1") == "1",
        )

    @property
    def environment(self) -> dict[str, str]:
        """What compose.yaml is filled in with."""
        return {
            "SECRETS_DIR": str(self.secrets),
            "COMPOSE_PROJECT_NAME": self.project,
            "PUBLIC_URL": self.public_url,
            "DEMONSTRATION": "1" if self.demonstration else "0",
        }

    @property
    def authority(self) -> Path:
        """The certificate that who calls a demonstration has to trust."""
        return self.secrets / "public" / "authority.crt"
