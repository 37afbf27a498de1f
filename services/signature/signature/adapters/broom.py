"""Sweeps away counters whose window is long over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete

from signature.adapters.tables import CODE_ALLOWANCE


def forget_allowances(engine: Engine, before: datetime) -> int:
    """Delete the counters of windows that began before an instant and return how many there were."""
    statement = delete(CODE_ALLOWANCE).where(CODE_ALLOWANCE.c.window_start < before).returning(CODE_ALLOWANCE.c.count)
    with engine.begin() as connection:
        return len(connection.execute(statement).all())
