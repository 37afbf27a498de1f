"""Amounts, dates and numbers as French people write and read them."""

from __future__ import annotations

import pytest

from portal.formats import civil_name, clock_time, day, euros, french, moment, short_day, telephone, typed_amount


def test_amounts_and_dates() -> None:
    assert euros("1382.76") == "1\u202f382,76\u00a0€"
    assert day("2026-09-14") == "14 septembre 2026"
    assert short_day("2026-09-14") == "14/09/2026"
    assert day(None) == short_day(None) == moment(None) == "—"


def test_instants_are_told_in_paris() -> None:
    assert moment("2026-09-14T22:25:00Z") == "15/09/2026 à 00:25"
    assert short_day("2026-12-31T23:30:00Z") == "01/01/2027"
    assert clock_time("2026-01-10T07:05:00Z") == "8\u00a0h\u00a005"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("60", "60.00"),
        ("60,5", "60.50"),
        ("1\u202f382,76\u00a0€", "1382.76"),
        ("1 382.76", "1382.76"),
        ("", ""),
        ("1,234", "1,234"),
        ("soixante", "soixante"),
        ("NaN", "NaN"),
    ],
)
def test_a_typed_amount_is_sent_as_the_api_writes_it(typed: str, sent: str) -> None:
    assert typed_amount(typed) == sent


def test_typography_is_set_where_it_is_missing() -> None:
    assert french("Formats acceptés : JPG") == "Formats acceptés\u00a0: JPG"
    assert french("« Renforcé » demandé ?") == "«\u00a0Renforcé\u00a0» demandé\u00a0?"
    assert french("100 % BR, 35 €") == "100\u00a0% BR, 35\u00a0€"
    assert french("a:b http://x") == "a:b http://x"


def test_people_and_numbers() -> None:
    assert civil_name({"civility": "monsieur", "first_name": "Julien", "last_name": "Roussel"}) == "M. Julien Roussel"
    assert telephone("+33145670001") == "01\u00a045\u00a067\u00a000\u00a001"
    assert telephone("+32470000000") == "+32470000000"
    assert telephone(None) == ""
