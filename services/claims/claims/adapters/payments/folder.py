"""The demonstration's payments provider: one order file a payment, in a folder outside every database.

The file's name is the order's reference and is made only once, whatever is tried again; so is the payment. What was
handed over, also again, is in the folder's `handovers.log`: one line each, tenant and reference, instant.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from claims.usecases.ports import PaymentOrder, PaymentReceipt, PaymentRefused
from plumbing.ids import new_id

HANDOVERS = "handovers.log"


class FolderPayments:
    """Writes « <tenant>-<reference>.json ». For the demonstration only: no money moves and nothing is encrypted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pay(self, order: PaymentOrder) -> PaymentReceipt:
        """Record the order and return its receipt; a repeat returns the first receipt.

        `PaymentRefused` when the reference was used for another order.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{order.tenant}-{order.reference}.json"
        if not path.exists():
            self._record(path, order)
        self._note(path.stem)
        recorded = json.loads(path.read_text(encoding="utf-8"))
        # A repeat may come on a later day; everything else has to be the same order.
        if _without_day(recorded) != _without_day(_written(order)):
            raise PaymentRefused("reference-used")
        return PaymentReceipt(
            provider_reference=f"DEMO-{order.tenant}-{order.reference}",
            paid_on=date.fromisoformat(recorded["ordered_on"]),
        )

    def _note(self, name: str) -> None:
        # One write to the end of the file: lines of many workers do not run into each other.
        descriptor = os.open(self._folder / HANDOVERS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{name} {datetime.now(UTC).isoformat()}\n".encode())
        finally:
            os.close(descriptor)

    @staticmethod
    def _record(path: Path, order: PaymentOrder) -> None:
        unfinished = path.with_name(f".{path.name}.{new_id()}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            json.dump(_written(order), handle, ensure_ascii=False, indent=1)
            handle.flush()
            os.fsync(handle.fileno())
        # link() fails where rename() would replace: of two workers one makes the file.
        with suppress(FileExistsError):
            path.hardlink_to(unfinished)
        unfinished.unlink()


def _written(order: PaymentOrder) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(order).items()}


def _without_day(written: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in written.items() if name != "ordered_on"}
