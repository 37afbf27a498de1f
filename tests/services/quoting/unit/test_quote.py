"""A quote's states, its thirty days and its numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from quoting.domain.effective_date import (
    EffectiveDateRefused,
    check_effective_date,
    cover_begins,
    latest_effective_date,
)
from quoting.domain.numbering import NumbersExhausted, format_number
from quoting.domain.quote import (
    ALLOWED,
    LABELS,
    IllegalQuoteMove,
    IssuedPaper,
    Quote,
    QuoteLapsed,
    QuoteNotOpen,
    QuoteReplaced,
    QuoteStatus,
)
from tests.services.quoting.domain_factories import a_quote

TODAY = date(2026, 9, 12)
NOW = datetime(2026, 9, 12, 8, 0, tzinfo=UTC)
S = QuoteStatus


def issued(**changes: Any) -> Quote:
    quote = a_quote(**changes)
    quote.issue(IssuedPaper("document", "sha"), documents=(), link_hash="hash", today=TODAY, now=NOW)
    return quote


MOVES = {
    S.VALIDATED: lambda quote: quote.issue(
        IssuedPaper("document", "sha"), documents=(), link_hash="hash", today=TODAY, now=NOW
    ),
    S.AWAITING_VALIDATION: lambda quote: quote.await_validation(),
    S.AWAITING_PIECES: lambda quote: quote.await_pieces(),
    S.SUBSCRIBED: lambda quote: quote.subscribe(),
    S.DECLINED: lambda quote: quote.decline(),
    S.REPLACED: lambda quote: quote.replace(),
}


@pytest.mark.parametrize("wished", list(MOVES))
@pytest.mark.parametrize("current", list(QuoteStatus))
def test_a_quote_moves_as_the_table_says_and_no_other_way(current: QuoteStatus, wished: QuoteStatus) -> None:
    quote = a_quote(status=current)
    if wished in ALLOWED[current]:
        MOVES[wished](quote)
        assert quote.status is wished
        return
    with pytest.raises(IllegalQuoteMove):
        MOVES[wished](quote)
    assert quote.status is current


def test_every_status_has_its_french_label_and_its_line_in_the_table() -> None:
    assert set(ALLOWED) == set(QuoteStatus)
    assert set(LABELS) == set(QuoteStatus) - {S.REPLACED}
    guide = "Accepté,Décliné,En attente de pièce(s),En attente de validation,Expiré,Incomplet,Proposé,Refusé"
    assert {status.label for status in QuoteStatus} == {*guide.split(","), "Souscrit", "Validé"}
    assert (S.REPLACED.shown, S.REPLACED.label) == (S.EXPIRED, "Expiré")


def test_what_is_over_is_over() -> None:
    assert [s for s in QuoteStatus if not ALLOWED[s]] == [S.DECLINED, S.REFUSED, S.REPLACED]


@pytest.mark.parametrize(("today", "open_"), [(date(2026, 10, 12), True), (date(2026, 10, 13), False)])
def test_the_thirtieth_day_is_the_last(today: date, open_: bool) -> None:
    quote = issued()
    assert quote.expires_on == date(2026, 10, 12)
    if open_:
        quote.check_open(today)
        with pytest.raises(IllegalQuoteMove):
            quote.expire(today)
        return
    with pytest.raises(QuoteLapsed):
        quote.check_open(today)
    with pytest.raises(QuoteLapsed):
        quote.accept(today)
    quote.expire(today)
    assert quote.status is S.EXPIRED


def test_an_accepted_quote_does_not_lapse() -> None:
    quote = issued()
    quote.accept(TODAY)
    with pytest.raises(IllegalQuoteMove):
        quote.expire(TODAY + timedelta(days=60))
    with pytest.raises(QuoteNotOpen):
        quote.check_open(TODAY + timedelta(days=60))


def test_a_replaced_quote_says_so() -> None:
    quote = issued()
    quote.replace()
    with pytest.raises(QuoteReplaced):
        quote.check_open(TODAY)


def test_a_proposed_quote_cannot_be_subscribed_yet() -> None:
    with pytest.raises(QuoteNotOpen):
        a_quote().check_open(TODAY)


def test_numbers_have_a_prefix_and_ten_digits() -> None:
    assert format_number("RIS", 33) == "RIS-0000000033"
    assert format_number("TIS", 10**10 - 1) == "TIS-9999999999"
    for beyond in (0, 10**10):
        with pytest.raises(NumbersExhausted):
            format_number("RIS", beyond)


@pytest.mark.parametrize(
    ("wished", "accepted"),
    [
        (date(2026, 9, 11), False),
        (date(2026, 9, 12), True),
        (date(2027, 9, 12), True),
        (date(2027, 9, 13), False),
    ],
)
def test_cover_may_begin_from_today_to_twelve_months_ahead(wished: date, accepted: bool) -> None:
    if accepted:
        check_effective_date(wished, today=TODAY)
        return
    with pytest.raises(EffectiveDateRefused):
        check_effective_date(wished, today=TODAY)


def test_twelve_months_from_a_leap_day_is_the_last_of_february() -> None:
    assert latest_effective_date(date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize(
    ("signed", "begins"),
    [
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 12, 2), date(2026, 12, 3)),
    ],
)
def test_a_late_signature_moves_the_beginning_to_the_day_after(signed: date, begins: date) -> None:
    assert cover_begins(date(2026, 12, 1), signed_on=signed) == begins
