"""The quick way of writing prices says exactly what the schema would."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.adapters.catalogue.loader import load_published
from quoting.adapters.towns import TownExtract
from quoting.api.price_writer import written
from quoting.api.prices import PricesOut
from quoting.domain.needs import NeedLevel, Needs
from quoting.usecases.ports import Offer
from quoting.usecases.price_household import Proposal, Wishes, propose

TODAY = date(2026, 11, 23)
TOWNS = (
    ("16000", "Angoulême"),
    ("67000", "Strasbourg"),
    ("75001", "Paris"),
    ("20000", "Ajaccio"),
    ("97110", "Pointe-à-Pitre"),
)
SCHEMA = PricesOut()


@cache
def offer() -> Offer:
    published = load_published()
    return Offer(published.catalogue, published.tariffs)


@cache
def towns() -> TownExtract:
    return TownExtract()


births = st.dates(date(1953, 1, 1), date(2007, 12, 31))
levels = st.sampled_from(NeedLevel)
wishes = st.builds(
    Wishes,
    product=st.sampled_from(["horizon-tns", "horizon-serenite"]),
    effective_date=st.integers(0, 365).map(lambda days: TODAY + timedelta(days=days)),
    regime=st.sampled_from(["general", "alsace_moselle"]),
    postcode=st.just(""),
    town=st.just(""),
    birth_date=births,
    spouse_birth_date=st.none() | births,
    children=st.integers(0, 15),
    needs=st.builds(Needs, levels, levels, levels, levels, levels),
)


@settings(deadline=None, max_examples=200)
@given(asked=wishes, place=st.sampled_from(TOWNS))
def test_it_says_what_the_schema_would(asked: Wishes, place: tuple[str, str]) -> None:
    facts = {name: getattr(asked, name) for name in Wishes.__dataclass_fields__} | dict(
        zip(("postcode", "town"), place, strict=True)
    )
    proposal = propose(tenant="rives", wishes=Wishes(**facts), offer=offer(), towns=towns(), today=TODAY)
    assert orjson.loads(written(proposal)) == SCHEMA.dump(_plainly(proposal))


def _plainly(proposal: Proposal) -> dict[str, Any]:
    return {
        "product": proposal.product.code,
        "tariff_version": proposal.tariff_version,
        "recommended": proposal.recommendation.formula,
        "recommendation_reasons": proposal.recommendation.reasons,
        "formulas": proposal.prices,
    }


def test_an_amount_has_two_places_whatever_its_cents() -> None:
    facts = Wishes("horizon-tns", TODAY, "general", "16000", "Angoulême", date(1985, 5, 14), None, 0, _needs())
    proposal = propose(tenant="rives", wishes=facts, offer=offer(), towns=towns(), today=TODAY)
    said = orjson.loads(written(proposal))
    for formula, price in zip(said["formulas"], proposal.prices, strict=True):
        assert formula["monthly"] == format(price.monthly, ".2f")
        assert sum(Decimal(line["amount"]) for line in formula["lines"]) == price.monthly


def _needs() -> Needs:
    return Needs(*[NeedLevel.MINIMAL] * 5)
