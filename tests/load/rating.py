"""How much faster a portfolio is priced at once than household by household: the pricing alone, no file read."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from quoting.adapters.batch_rating import BatchTariff
from quoting.adapters.catalogue.loader import load_published
from quoting.domain.rating import Household, price_household
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground

HOUSEHOLDS = 100_000
_ONE_BY_ONE = 5_000
_PRODUCT = "horizon-tns"
_EFFECTIVE = date(2027, 1, 1)
_SEED = 2027


@contextmanager
def stage(_ground: Ground) -> Iterator[Sides]:
    """Both price the same portfolio; the measured one has first checked that it gives the other's cents."""
    with (
        Child("tests.load.rating:at_once", {}) as measured,
        Child("tests.load.rating:one_by_one", {}) as peer,
    ):
        yield Sides(measured, peer)


TRIAL = Trial(
    figures=(Figure("rerate_vs_single", "households/ms", Limit(100, at_least=True)),),
    stage=stage,
    how=(
        f"CPU of pricing {HOUSEHOLDS:,} households × 6 formulas and their option in whole-cent numpy tables, equal to "
        "the cent; against the public function, one household after the other, its explanation not asked for"
    ),
    rounds=9,
    seconds=20,
)


def portfolio(count: int) -> list[Household]:
    """Households of every age, zone and scheme that the product takes."""
    chance = random.Random(_SEED)
    published = load_published()
    product, tables = published.catalogue.products[_PRODUCT], published.tariffs[_PRODUCT].at(_EFFECTIVE)
    departments = sorted(tables.zones)

    def birth() -> date:
        age = chance.randint(product.entry_age_from, product.entry_age_to)
        return date(_EFFECTIVE.year - age, chance.randint(1, 12), chance.randint(1, 28))

    return [
        Household(
            birth_date=birth(),
            spouse_birth_date=birth() if chance.random() < 0.5 else None,
            children=chance.randint(0, 4),
            department=chance.choice(departments),
            regime=chance.choice(product.regimes),
        )
        for _ in range(count)
    ]


@contextmanager
def at_once(_settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Price the whole portfolio; its households were looked up before, as one-by-one rating is handed them too."""
    published = load_published()
    tariff = BatchTariff(published.catalogue.products[_PRODUCT], published.tariffs[_PRODUCT], _EFFECTIVE)
    households = portfolio(HOUSEHOLDS)
    rows = [row for household in households if (row := tariff.row(household)) is not None]
    columns = tariff.columns(rows)
    monthly = tariff.price(columns)
    single = _singly(households[:_ONE_BY_ONE])
    assert monthly.formulas[:_ONE_BY_ONE].tolist() == [[price.cents for price in prices] for prices in single]
    assert monthly.option[:_ONE_BY_ONE].tolist() == [
        [price.option.cents if price.option else 0 for price in prices] for prices in single
    ]
    assert len(rows) == HOUSEHOLDS
    yield lambda: [_rate(lambda: tariff.price(columns), HOUSEHOLDS)]


@contextmanager
def one_by_one(_settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Price some of the same households with the function that the API prices with."""
    households = portfolio(_ONE_BY_ONE)
    yield lambda: [_rate(lambda: _singly(households), _ONE_BY_ONE)]


def _singly(households: list[Household]) -> list[Any]:
    published = load_published()
    product, tariff = published.catalogue.products[_PRODUCT], published.tariffs[_PRODUCT]
    return [price_household(each, product=product, tariff=tariff, effective_date=_EFFECTIVE) for each in households]


def _rate(price: Callable[[], Any], count: int) -> float:
    started = time.process_time()
    price()
    return count / (time.process_time() - started) / 1000
