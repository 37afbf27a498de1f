"""Programs that read the stack's files without an engine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.tools.stack_files import compose_program


@pytest.fixture(scope="session")
def compose() -> Path:
    """Compose's own program, from the test requirements."""
    return compose_program(Path(sys.prefix))
