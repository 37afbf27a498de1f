"""The text of the SMS and the limits on how many are sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signature.domain.limits import Limit, TooManyCodes, check
from signature.domain.sms import code_text, hidden, septets, to_gsm7


def text(product: str = "Horizon TNS", documents: int = 3, origin: str | None = None) -> str:
    return code_text(product=product, documents=documents, reference="7K2M9QXA", code="012345", origin=origin)


def test_says_what_is_signed_and_not_to_tell() -> None:
    assert text() == ("Horizon TNS : code de signature 012345 pour 3 documents, réf. 7K2M9QXA. Ne pas communiquer.")
    assert "pour 1 document," in text(documents=1)


def test_ends_with_the_origin_bound_code_when_there_is_a_domain() -> None:
    assert text(origin="rives.example").splitlines()[-1] == "@rives.example #012345"


@pytest.mark.parametrize("product", ["Horizon Sérénité", "L’Être Œuvré « Prévoyance » à 100 €", "P" * 300, "健康"])
@pytest.mark.parametrize("origin", [None, "signature.mutuelle-des-rives.example"])
def test_fits_one_gsm_part_whatever_the_product(product: str, origin: str | None) -> None:
    written = text(product=product, documents=12, origin=origin)
    assert septets(written) <= 160
    assert "012345" in written
    assert "Ne pas communiquer." in written


def test_letters_that_gsm7_lacks_lose_their_accent_only() -> None:
    assert to_gsm7("Sérénité à l’être, ç") == "Sérénité à l'etre, c"
    assert septets("€[") == 4
    with pytest.raises(ValueError, match="GSM-7"):
        septets("ê")


def test_the_evidence_keeps_the_text_without_the_digits() -> None:
    kept = hidden(text(origin="rives.example"), "012345")
    assert "012345" not in kept
    assert kept.count("••••••") == 2


def test_a_limit_counts_up_to_its_ceiling_and_names_the_next_window() -> None:
    limit = Limit("mobile", timedelta(hours=1), 3)
    now = datetime(2026, 11, 23, 11, 59, 59, tzinfo=UTC)
    check(limit, 3, now=now)
    with pytest.raises(TooManyCodes) as too_many:
        check(limit, 4, now=now)
    assert too_many.value.retry_at == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert limit.window_start(now) == datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
