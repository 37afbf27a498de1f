"""What is typed into the portfolio's search, and what it stands for."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from quoting.domain.people import search_name
from quoting.domain.portfolio_search import name_patterns, quote_numbers

PREFIXES = ("RIS", "TIS")


def found(typed: str, name: str) -> bool:
    """Whether a name matches, with LIKE read as `fnmatch` does."""
    text = search_name(name)
    return all(
        any(fnmatchcase(text, pattern.replace("\\_", "_").replace("%", "*")) for pattern in alternatives)
        for alternatives in name_patterns(typed)
    )


@pytest.mark.parametrize("typed", ["%", "%%", " % ", "", "  "])
def test_a_percent_sign_alone_is_the_whole_portfolio(typed: str) -> None:
    assert name_patterns(typed) == ()


@pytest.mark.parametrize(
    ("typed", "name", "matches"),
    [
        ("moreau", "Moreau Julie", True),
        ("MOR", "Moreau Julie", True),
        ("julie", "Moreau Julie", True),
        ("julie moreau", "Moreau Julie", True),
        ("reau", "Moreau Julie", False),
        ("eloise", "Le Goff Éloïse", True),
        ("Éloïse", "LE GOFF ELOISE", True),
        ("goff", "Le Goff Éloïse", True),
        ("le goff elo", "Le Goff Éloïse", True),
        ("saint-jean", "Saint Jean Luc", True),
        ("d’hoker", "D'Hoker Anne", True),
        ("%off", "Le Goff Éloïse", True),
        ("mor%jul", "Moreau Julie", True),
        ("jul%", "Moreau Julie", False),
        ("mor%", "Moreau Julie", True),
        ("m", "Moreau Julie", True),
        ("j", "Moreau Julie", False),
        ("ju", "Moreau Julie", True),
    ],
)
def test_words_are_found_by_their_beginning_and_anything_by_a_percent_sign(
    typed: str, name: str, matches: bool
) -> None:
    assert found(typed, name) is matches


def test_an_underscore_and_a_backslash_mean_themselves() -> None:
    assert name_patterns("a_b%") == (("A\\_B%%",),)
    assert name_patterns("a\\b") == (("A\\\\B%", "% A\\\\B%"),)


@pytest.mark.parametrize("typed", ["", "%", " "])
def test_no_identifier_is_every_quote(typed: str) -> None:
    assert quote_numbers(typed, PREFIXES) is None


@pytest.mark.parametrize(
    ("typed", "numbers", "version"),
    [
        ("RIS-0000000033", ("RIS-0000000033",), None),
        ("ris-33", ("RIS-0000000033",), None),
        ("ris 33", ("RIS-0000000033",), None),
        ("33", ("RIS-0000000033", "TIS-0000000033"), None),
        ("RIS-0000000033 / 2", ("RIS-0000000033",), 2),
        ("RIS-0000000033/2", ("RIS-0000000033",), 2),
        ("9999999999", ("RIS-9999999999", "TIS-9999999999"), None),
    ],
)
def test_a_number_is_understood_as_people_write_it(typed: str, numbers: tuple[str, ...], version: int | None) -> None:
    assert quote_numbers(typed, PREFIXES) == (numbers, version)


@pytest.mark.parametrize("typed", ["Moreau", "RIS-", "RIS-0", "12345678901", "RIS-33 / x", "RIS-3%"])
def test_what_is_no_identifier_is_no_quote(typed: str) -> None:
    assert quote_numbers(typed, PREFIXES) == ((), None)
