"""It starts, twice."""

from __future__ import annotations

from deploy.stack.starting import start
from tests.stack.deployment import Deployment

_MOST_SECONDS = 180


def starts(deployment: Deployment) -> str:
    """Healthy within three minutes of the images; the whole journey."""
    assert deployment.seconds < _MOST_SECONDS, f"{deployment.seconds:.0f} s"
    return f"healthy in {deployment.seconds:.0f} s. {deployment.demo()}"


def returns(deployment: Deployment) -> str:
    """`make down`, `make up`: the same data."""
    asked = ("quoting", "SELECT id, number FROM quote ORDER BY id")
    before = deployment.rows(*asked)
    deployment.engine.compose("down", quiet=True)
    start(deployment.engine, build=False)
    assert before
    assert deployment.rows(*asked) == before
    told = deployment.demo()
    assert len(deployment.rows(*asked)) == len(before) + 1
    return f"{len(before)} quotes are still there. {told}"
