"""The demonstration's payments provider: one order a reference, whatever is tried again."""

from __future__ import annotations

import dataclasses
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.adapters.payments.folder import FolderPayments
from claims.usecases.ports import PaymentOrder, PaymentRefused

ORDER = PaymentOrder(
    tenant="rives",
    reference="00000000007",
    amount=Decimal("25.20"),
    iban="FR7630003000011234567890189",
    account_holder="Anne Roche",
    label="Remboursement 00000012/00000000007",
    ordered_on=date(2026, 11, 21),
)


def handed_over(folder: Path) -> list[str]:
    return [line.split()[0] for line in (folder / "handovers.log").read_text().splitlines()]


def test_an_order_is_recorded_for_its_owner_only(tmp_path: Path) -> None:
    receipt = FolderPayments(tmp_path).pay(ORDER)

    (recorded,) = tmp_path.glob("*.json")
    assert recorded.name == "rives-00000000007.json"
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
    assert (receipt.provider_reference, receipt.paid_on) == ("DEMO-rives-00000000007", date(2026, 11, 21))


def test_the_same_order_on_a_later_day_gets_the_first_receipt(tmp_path: Path) -> None:
    payments = FolderPayments(tmp_path)
    first = payments.pay(ORDER)

    assert payments.pay(dataclasses.replace(ORDER, ordered_on=date(2026, 11, 23))) == first
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_another_order_under_the_same_reference_is_refused(tmp_path: Path) -> None:
    payments = FolderPayments(tmp_path)
    payments.pay(ORDER)

    with pytest.raises(PaymentRefused):
        payments.pay(dataclasses.replace(ORDER, amount=Decimal("25.21")))


def test_tenants_have_references_of_their_own(tmp_path: Path) -> None:
    payments = FolderPayments(tmp_path)
    payments.pay(ORDER)
    payments.pay(dataclasses.replace(ORDER, tenant="plateau", amount=Decimal("1.00")))

    assert len(list(tmp_path.glob("*.json"))) == 2


def test_many_workers_record_one_order(tmp_path: Path) -> None:
    payments, receipts = FolderPayments(tmp_path), []
    threads = [threading.Thread(target=lambda: receipts.append(payments.pay(ORDER))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(receipts) == 8
    assert len(set(receipts)) == 1
    assert handed_over(tmp_path) == ["rives-00000000007"] * 8
    assert len(list(tmp_path.glob("*.json"))) == 1
