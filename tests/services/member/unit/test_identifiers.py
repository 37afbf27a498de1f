"""How people name themselves, and how their numbers are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from member.domain.contracts import masked_iban, masked_nir
from member.domain.identifiers import comparable, member_number
from member.domain.tenants import Mutuelle


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Claire@Example.ORG", "claire@example.org"),
        ("  claire@example.org\t", "claire@example.org"),
        ("Élodie@example.org", "élodie@example.org"),
        ("E\u0301lodie@example.org", "élodie@example.org"),  # the accent apart, as some keyboards send it
        ("STRASSE@example.org", "strasse@example.org"),
        ("0421 000001 12", "042100000112"),
        ("Jean Dupont", "jean dupont"),
    ],
)
def test_identifiers_are_compared_as_people_mean_them(typed: str, compared: str) -> None:
    assert comparable(typed) == compared


@given(st.text(max_size=60))
def test_comparing_twice_is_comparing_once(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


@pytest.mark.parametrize(("mutuelle", "prefix"), [("0421", "0421"), ("812", "0812")])
def test_a_member_number_names_the_mutuelle_and_checks_itself(mutuelle: str, prefix: str) -> None:
    number = member_number(mutuelle, 1)

    assert number[:10] == f"{prefix}000001"
    assert (int(number[:10]) + int(number[10:])) % 97 == 0


@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_members_of_a_mutuelle_have_different_numbers(one: int, other: int) -> None:
    assert (member_number("0421", one) == member_number("0421", other)) is (one == other)
    assert len(member_number("0421", one)) == 12


@pytest.mark.parametrize("number", ["", "42", "04210", "4a1", "042 "])
def test_a_mutuelle_number_has_three_or_four_digits(number: str) -> None:
    with pytest.raises(ValueError, match="three or four digits"):
        Mutuelle("rives", number, "Mutuelle des Rives")


def test_a_social_security_number_is_shown_by_sex_year_and_month_only() -> None:
    assert masked_nir("1850578006084 36".replace(" ", "")) == "1 85 05 •• ••• ••• ••"
    assert masked_nir("2 85 05 2A 123 001 19") == "2 85 05 •• ••• ••• ••"


@pytest.mark.parametrize(
    ("iban", "shown"),
    [
        ("FR7630006000011234567890189", "FR76 •••• •••• •••• •••• •••0 189"),
        ("FR76 3000 6000 0112 3456 7890 189", "FR76 •••• •••• •••• •••• •••0 189"),
        ("BE71096123456769", "BE71 •••• •••• 6769"),
    ],
)
def test_an_iban_is_shown_by_its_ends(iban: str, shown: str) -> None:
    assert masked_iban(iban) == shown
