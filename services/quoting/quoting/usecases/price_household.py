"""Price every formula of a product for a household, and advise one. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from quoting.domain.catalogue import Product, RegimeNotAccepted
from quoting.domain.effective_date import check_effective_date
from quoting.domain.needs import Needs
from quoting.domain.people import search_name
from quoting.domain.quote import Profile
from quoting.domain.rating import FormulaPrice, Household, price_household
from quoting.domain.recommendation import Recommendation, recommend
from quoting.usecases.ports import Offer, Town, Towns


class TownUnknown(Exception):
    """No town of this name has this postcode; `field` is the one to correct."""

    def __init__(self, postcode: str, town: str, field: str) -> None:
        super().__init__(f"{postcode} {town}")
        self.postcode = postcode
        self.town = town
        self.field = field


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the broker entered to get prices."""

    product: str
    effective_date: date
    regime: str
    postcode: str
    town: str
    birth_date: date
    spouse_birth_date: date | None
    children: int
    needs: Needs


@dataclass(frozen=True, slots=True)
class Proposal:
    """The answer: all prices, the formula advised, and the profile they were made from."""

    product: Product
    profile: Profile
    tariff_version: str
    prices: tuple[FormulaPrice, ...]
    recommendation: Recommendation


def propose(*, tenant: str, wishes: Wishes, offer: Offer, towns: Towns, today: date) -> Proposal:
    """Price `wishes` as of `today`.

    Raises UnknownProduct, RegimeNotAccepted, EffectiveDateRefused, TownUnknown, ZoneNotPriced, AgeNotAccepted,
    NoVersion.
    """
    product = offer.catalogue.product(tenant, wishes.product)
    if wishes.regime not in product.regimes:
        raise RegimeNotAccepted(wishes.regime)
    check_effective_date(wishes.effective_date, today=today)
    town = find_town(towns, wishes.postcode, wishes.town, field="town")
    tariff = offer.tariffs[product.code]
    household = Household(
        birth_date=wishes.birth_date,
        spouse_birth_date=wishes.spouse_birth_date,
        children=wishes.children,
        department=town.department,
        regime=wishes.regime,
    )
    prices = price_household(household, product=product, tariff=tariff, effective_date=wishes.effective_date)
    tables = tariff.at(wishes.effective_date)
    profile = Profile(
        regime=wishes.regime,
        postcode=town.postcode,
        town=town.name,
        insee=town.insee,
        department=town.department,
        zone=tables.zones[town.department],
        birth_date=wishes.birth_date,
        spouse_birth_date=wishes.spouse_birth_date,
        children=wishes.children,
    )
    return Proposal(product, profile, tables.premium_version, prices, recommend(wishes.needs, product))


def find_town(towns: Towns, postcode: str, name: str, *, field: str) -> Town:
    """Return the town of this postcode, whatever the case and accents of its name; TownUnknown when there is none."""
    here = towns.at(postcode)
    for town in here:
        if town.name == name:  # as our own pages send it
            return town
    wanted = search_name(name)
    for town in here:
        if search_name(town.name) == wanted:
            return town
    raise TownUnknown(postcode, name, field)
