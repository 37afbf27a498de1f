"""`make up`: build the images, start everything in its order, fill the demonstration, say where it is."""

from __future__ import annotations

import time

from deploy.embedded.settings import DEMONSTRATION_PASSWORD
from deploy.stack.engine import Engine

SEEDED = ("member", "quoting")


def start(engine: Engine, *, build: bool = True) -> float:
    """Bring everything up, and return how many seconds that took after the images were built.

    What runs already and is as it should be is left alone.
    """
    if build:
        print("Building the images (their layers are kept)", flush=True)
        engine.compose("build", "--quiet")
    begun = time.monotonic()
    # Anew each time: a new service or a new password is in the databases before anybody uses it.
    engine.compose("rm", "--force", "--stop", "postgres-setup", quiet=True)
    engine.compose("up", "--detach", "--no-build", "--remove-orphans", "--quiet-pull")
    engine.wait_until_well()
    import_definitions(engine)
    if engine.place.demonstration:
        seed(engine, *SEEDED)
    seconds = time.monotonic() - begun
    print(f"All containers are healthy, {seconds:.0f} s after the images were built.")
    _greet(engine)
    return seconds


def import_definitions(engine: Engine) -> None:
    """Have a broker that runs already take accounts and passwords that are new; the same ones change nothing."""
    engine.compose(
        "exec",
        "-T",
        "rabbitmq",
        "rabbitmqctl",
        "--quiet",
        "import_definitions",
        "/run/secrets/definitions.json",
        quiet=True,
    )


def seed(engine: Engine, *services: str) -> None:
    """Put in what the demonstration starts with; what is there is left alone."""
    for service in services:
        engine.compose("exec", "-T", f"{service}-web", "python", "-m", service, "seed", quiet=True)


def _greet(engine: Engine) -> None:
    url = engine.place.public_url
    print(f"\n  Portal        {url}/")
    if engine.place.demonstration:
        print(
            f"""  Mailbox       {url}/mailbox/       every e-mail and SMS that was sent

  Broker        courtier@lemaire.example       {DEMONSTRATION_PASSWORD}
  Manager       gestion@rives.example          {DEMONSTRATION_PASSWORD}
  Second one    controle@rives.example         {DEMONSTRATION_PASSWORD}   (what needs two managers)

  Certificate   {engine.place.authority}   (trust it, or accept the browser's warning)
  Try           make demo BASE_URL={url}
"""
        )
