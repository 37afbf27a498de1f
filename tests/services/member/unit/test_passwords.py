"""The password rule, at its edges."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from member.domain.passwords import Weakness, WeakPassword, canonical, check_password

LOGIN = "claire.lemaire@example.org"


def weaknesses(password: str, *identifiers: str) -> tuple[Weakness, ...]:
    try:
        check_password(password, identifiers)
    except WeakPassword as refusal:
        return refusal.weaknesses
    return ()


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Abcdefgh-12", (Weakness.TOO_SHORT,)),  # 11 characters
        ("Abcdefgh-123", ()),  # 12
        ("A-1" + "b" * 125, ()),  # 128
        ("A-1" + "b" * 126, (Weakness.TOO_LONG,)),  # 129
        ("abcdefgh-123", (Weakness.NO_UPPERCASE,)),
        ("ABCDEFGH-123", (Weakness.NO_LOWERCASE,)),
        ("Abcdefgh-ijk", (Weakness.NO_DIGIT,)),
        ("Abcdefgh1234", (Weakness.NO_SPECIAL,)),
        ("Abcdefgh 1234", (Weakness.NO_SPECIAL,)),  # a blank is allowed and does not count
        ("Éééééééé€123", ()),  # accents are letters, the euro sign is special
        ("", (*list(Weakness)[:1], *list(Weakness)[2:6])),
    ],
)
def test_twelve_to_a_hundred_and_twenty_eight_characters_of_four_classes(
    password: str, found: tuple[Weakness, ...]
) -> None:
    assert weaknesses(password) == found


@pytest.mark.parametrize(
    "password",
    ["Claire.Lemaire@Example.Org-1", "x-CLAIRE.LEMAIRE-2026", "Un-1-claire.lemaire"],
)
def test_a_password_may_not_contain_the_login_or_its_name(password: str) -> None:
    assert Weakness.CONTAINS_LOGIN in weaknesses(password, LOGIN)


def test_a_very_short_name_is_no_reason() -> None:
    assert weaknesses("Parapluie-bob-2026", "bob@example.org") == ()


def test_a_member_number_counts_as_a_login() -> None:
    assert weaknesses("Ab-042100000112", "042100000112") == (Weakness.CONTAINS_LOGIN,)


def test_nobody_without_a_login_is_refused_for_it() -> None:
    assert weaknesses("Abcdefgh-123", "") == ()


@given(st.text(max_size=140))
def test_the_rule_sees_what_is_hashed(password: str) -> None:
    decomposed = unicodedata.normalize("NFD", password)

    assert canonical(decomposed) == canonical(password)
    assert weaknesses(decomposed) == weaknesses(password)
