"""Greetings, numbers, dates and read models as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.domain.people import Contact, Person, spoken_phone
from notifications.domain.typography import long_date, with_french_spaces

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("civility", "greeting"),
    [
        ("M.", "Monsieur Roche"),
        ("monsieur", "Monsieur Roche"),
        ("MME", "Madame Roche"),
        ("Madame", "Madame Roche"),
        ("", "Anne Roche"),
        ("Dr", "Anne Roche"),
    ],
)
def test_greeting(civility: str, greeting: str) -> None:
    assert Person("a@b.example", civility, "Anne", "Roche").greeting == greeting


@pytest.mark.parametrize(
    ("phone", "spoken"),
    [
        ("+33198760000", "01 98 76 00 00"),
        ("01.98.76.00.00", "01 98 76 00 00"),
        ("0198760000", "01 98 76 00 00"),
        ("+41229170000", "+41229170000"),
    ],
)
def test_phone(phone: str, spoken: str) -> None:
    assert spoken_phone(phone) == spoken


def test_dates_are_written_out() -> None:
    assert long_date(date(2026, 9, 14)) == "14\u00a0septembre 2026"
    assert long_date(date(2026, 10, 1)) == "1er\u00a0octobre 2026"


def test_high_punctuation_is_held() -> None:
    assert with_french_spaces("Prêt ? « Oui » : 13,27 % !") == (
        "Prêt\u00a0? «\u00a0Oui\u00a0»\u00a0: 13,27\u00a0%\u00a0!"
    )
    assert with_french_spaces("https://p.example/a?b=c;d") == "https://p.example/a?b=c;d"


def contact() -> Contact:
    return Contact("m", "old@client.example", "Madame", "Anne", "Roche", as_of=NOW, mobile="+33612345678")


def test_newer_details_replace_older_ones() -> None:
    known = contact()
    known.update(Person("new@client.example", "Madame", "Anne", "Roche"), mobile=None, as_of=NOW + timedelta(seconds=1))
    assert (known.email, known.mobile) == ("new@client.example", "+33612345678")


def test_older_details_are_left_aside() -> None:
    known = contact()
    known.update(
        Person("older@client.example", "Madame", "Anne", "Roche"), mobile=None, as_of=NOW - timedelta(seconds=1)
    )
    assert known.email == "old@client.example"
