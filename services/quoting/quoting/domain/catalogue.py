"""Products, formulas and the insurer who stands behind them: data that a person publishes, never code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quoting.domain.needs import NeedArea, NeedLevel
from quoting.domain.payment_terms import PaymentTerms


class UnknownProduct(Exception):
    """The insurer sells no product under this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnknownFormula(Exception):
    """The product has no formula under this code."""

    def __init__(self, product: str, code: str) -> None:
        super().__init__(f"{product}/{code}")
        self.product = product
        self.code = code


class OptionNotOffered(Exception):
    """The formula is sold without this option (A-06: no price, no offer)."""

    def __init__(self, formula: str) -> None:
        super().__init__(formula)
        self.formula = formula


class RegimeNotAccepted(Exception):
    """The product is not sold online to people of this compulsory scheme: the paper path remains (F-038, F-360)."""

    def __init__(self, regime: str) -> None:
        super().__init__(regime)
        self.regime = regime


@dataclass(frozen=True, slots=True)
class Regime:
    """A compulsory health scheme; `online` tells whether anything is sold online to its members."""

    code: str
    label: str
    online: bool


@dataclass(frozen=True, slots=True)
class Formula:
    """One level of cover of a product, with the needs that it answers."""

    code: str
    label: str
    answers: Mapping[NeedArea, NeedLevel]
    guarantees: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """An extra guarantee, sold with the formulas that the tariff prices it for."""

    code: str
    label: str
    summary: str


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One line of the table of guarantees; each formula has its own value under `code`."""

    code: str
    group: str
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """A product as published: everything about it but its prices. Known by what it is: read once, never copied."""

    code: str
    name: str
    prefix: str
    kind: str
    summary: str
    self_employed_only: bool
    association: bool
    responsible: bool
    madelin: bool
    entry_age_from: int
    entry_age_to: int
    regimes: tuple[str, ...]
    formulas: tuple[Formula, ...]
    guarantees: tuple[Guarantee, ...]
    option: Option | None
    envelope: tuple[str, ...]
    payment: PaymentTerms
    texts: Mapping[str, Any]
    texts_sha256: str

    def formula(self, code: str) -> Formula:
        """Return a formula by its code; UnknownFormula when there is none."""
        for formula in self.formulas:
            if formula.code == code:
                return formula
        raise UnknownFormula(self.code, code)


@dataclass(frozen=True, slots=True)
class Insurer:
    """A mutuelle: one tenant of the platform. `legal` is the sentence that every paper carries at its foot."""

    tenant: str
    name: str
    mutual_number: str
    siren: str
    address: tuple[str, ...]
    email: str
    phone: str
    website: str
    ics: str
    association: str
    colour: str
    legal: str
    complaints: str
    mediator: str
    supervisor: str
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is sold, by every insurer of the platform."""

    insurers: Mapping[str, Insurer]
    products: Mapping[str, Product]
    regimes: Mapping[str, Regime]

    def insurer(self, tenant: str) -> Insurer:
        """Return the insurer of a tenant; KeyError when the catalogue has no such tenant."""
        return self.insurers[tenant]

    def products_of(self, tenant: str) -> tuple[Product, ...]:
        """Return what a tenant sells, in the order of its file; nothing for a tenant without a catalogue."""
        insurer = self.insurers.get(tenant)
        return tuple(self.products[code] for code in insurer.products) if insurer else ()

    def product(self, tenant: str, code: str) -> Product:
        """Return one product of a tenant; UnknownProduct when he does not sell it."""
        insurer = self.insurers.get(tenant)
        if insurer is None or code not in insurer.products:
            raise UnknownProduct(code)
        return self.products[code]
