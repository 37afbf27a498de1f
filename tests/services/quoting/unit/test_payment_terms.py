"""When a contract renews."""

from __future__ import annotations

from datetime import date

import pytest

from quoting.domain.payment_terms import PaymentTerms

TERMS = PaymentTerms(1, 1, "Mensuel", "Prélèvement")


@pytest.mark.parametrize(
    ("effective", "today", "renewal"),
    [
        (date(2023, 8, 26), date(2023, 8, 1), date(2024, 1, 1)),
        (date(2023, 12, 31), date(2023, 12, 1), date(2024, 1, 1)),
        (date(2024, 1, 1), date(2023, 12, 1), date(2025, 1, 1)),
        (date(2024, 1, 2), date(2023, 12, 1), date(2025, 1, 1)),
        (date(2023, 8, 26), date(2025, 12, 31), date(2026, 1, 1)),
        (date(2023, 8, 26), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_contract_renews_on_the_next_first_of_january(effective: date, today: date, renewal: date) -> None:
    assert TERMS.next_renewal(effective, today=today) == renewal


def test_another_product_may_renew_on_another_day() -> None:
    terms = PaymentTerms(7, 1, "Trimestriel", "Prélèvement")
    assert terms.due == "01/07"
    assert terms.next_renewal(date(2026, 6, 30), today=date(2026, 6, 1)) == date(2026, 7, 1)
    assert terms.next_renewal(date(2026, 7, 1), today=date(2026, 6, 1)) == date(2027, 7, 1)


def test_a_due_day_that_some_years_lack_is_refused() -> None:
    with pytest.raises(ValueError, match="day"):
        PaymentTerms(2, 29, "Mensuel", "Prélèvement")
