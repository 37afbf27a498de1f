"""How many signers who were sent a code came back with it: when few do, somebody else is having SMS sent.

Whoever pumps SMS never reads one, so codes that nobody brings back are the sign that providers tell to look for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import Engine, distinct, func, select

from plumbing.clock import Clock
from plumbing.telemetry.metrics import gauge
from signature.adapters.tables import ISSUED_CODE
from signature.domain.code import LIFE

WINDOW: Final = timedelta(hours=1)
FEWEST: Final = 20
"""Below so many signers in an hour, a few who changed their minds would raise the alarm."""
LEAST_SHARE: Final = 0.5


def add_code_gauges(engine: Engine, clock: Clock) -> None:
    """Register the figures; each scrape reads them. A code whose life is not over yet is not counted."""

    def signers(*, verified: bool) -> int:
        until = clock.now() - LIFE
        statement = select(func.count(distinct(ISSUED_CODE.c.signer_id))).where(
            ISSUED_CODE.c.sent_at >= until - WINDOW, ISSUED_CODE.c.sent_at < until
        )
        if verified:
            statement = statement.where(ISSUED_CODE.c.consumed_at.is_not(None))
        with engine.connect().execution_options(read_only=True) as connection:
            return int(connection.execute(statement).scalar_one())

    def alarm() -> int:
        sent = signers(verified=False)
        return int(sent >= FEWEST and signers(verified=True) < LEAST_SHARE * sent)

    gauge(
        "signature_signers_sent_codes",
        "Signers who were sent a code in the last hour.",
        lambda: signers(verified=False),
        service="signature",
    )
    gauge(
        "signature_signers_verified",
        "Those of them whose code came back right.",
        lambda: signers(verified=True),
        service="signature",
    )
    gauge("signature_codes_unanswered_alarm", "1 when fewer than half of them came back.", alarm, service="signature")
