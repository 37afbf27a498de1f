"""Advice: the lowest formula that answers every need, with its reasons."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoting.adapters.catalogue.loader import load_published
from quoting.domain.catalogue import Product
from quoting.domain.needs import NeedArea, NeedLevel, Needs
from quoting.domain.recommendation import recommend


@cache
def product() -> Product:
    return load_published().catalogue.products["horizon-tns"]


def all_at(level: NeedLevel) -> Needs:
    return Needs(level, level, level, level, level)


@pytest.mark.parametrize(
    ("needs", "formula"),
    [
        (all_at(NeedLevel.MINIMAL), "100"),
        (all_at(NeedLevel.MEDIUM), "200"),
        (all_at(NeedLevel.REINFORCED), "375"),
        (all_at(NeedLevel.EXTRA), "450"),
        (
            Needs.from_codes(
                {"optical": "extra", "dental": "medium", "hearing": "minimal", "hospital": "minimal", "fees": "extra"}
            ),
            "300",
        ),
        (
            Needs.from_codes(
                {
                    "optical": "medium",
                    "dental": "minimal",
                    "hearing": "minimal",
                    "hospital": "minimal",
                    "fees": "minimal",
                }
            ),
            "150",
        ),
    ],
)
def test_the_lowest_formula_that_answers_is_advised(needs: Needs, formula: str) -> None:
    assert recommend(needs, product()).formula == formula


def test_the_reasons_say_what_the_formula_below_lacks() -> None:
    needs = Needs.from_codes(
        {"optical": "extra", "dental": "medium", "hearing": "minimal", "hospital": "minimal", "fees": "minimal"}
    )
    advice = recommend(needs, product())
    lacking = "demandé en optique (lunettes, lentilles…) n’est pas atteint par la formule Horizon TNS 200."
    assert advice.reasons == (
        "La formule Horizon TNS 300 est la moins chère qui réponde à tous les besoins exprimés.",
        f"Le niveau «\u00a0Supplément\u00a0» {lacking}",
    )


levels = st.sampled_from(list(NeedLevel))


@given(needs=st.builds(Needs, levels, levels, levels, levels, levels))
def test_what_is_advised_answers_and_what_is_below_does_not(needs: Needs) -> None:
    advised = product().formula(recommend(needs, product()).formula)
    position = product().formulas.index(advised)
    assert all(advised.answers[area].rank >= needs.level(area).rank for area in NeedArea)
    for lower in product().formulas[:position]:
        assert any(lower.answers[area].rank < needs.level(area).rank for area in NeedArea)


def test_needs_are_read_back_as_written() -> None:
    needs = all_at(NeedLevel.REINFORCED)
    assert Needs.from_codes(needs.as_codes()) == needs
