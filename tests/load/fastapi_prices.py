"""The same rules and JSON as FastAPI's documentation has one write them; tokens are checked by our own verifier."""

from datetime import date
from typing import Any

from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from plumbing.clock import FixedClock
from quoting.adapters.catalogue.loader import load_published
from quoting.adapters.towns import TownExtract
from quoting.domain.needs import NeedLevel, Needs
from quoting.domain.rating import FormulaPrice, Line, OptionPrice
from quoting.usecases.ports import Offer
from quoting.usecases.price_household import Wishes, propose
from tests.services.quoting.world import NOW
from tests.support.tokens import verifier


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NeedsIn(Strict):
    optical: NeedLevel
    dental: NeedLevel
    hearing: NeedLevel
    hospital: NeedLevel
    fees: NeedLevel


class PricesIn(Strict):
    product: str = Field(min_length=1, max_length=60)
    effective_date: date
    regime: str = Field(min_length=1, max_length=40)
    postcode: str = Field(pattern="^[0-9]{5}$")
    town: str = Field(min_length=1, max_length=80)
    birth_date: date
    spouse_birth_date: date | None
    children: int = Field(ge=0, le=15)
    needs: NeedsIn


class LineOut(BaseModel):
    label: str
    table: str
    table_version: str
    key: str
    factor: str
    amount: str


class OptionOut(BaseModel):
    code: str
    label: str
    monthly: str
    lines: list[LineOut]


class FormulaOut(BaseModel):
    code: str
    label: str
    monthly: str
    annual: str
    option: OptionOut | None
    lines: list[LineOut]


class PricesOut(BaseModel):
    product: str
    tariff_version: str
    recommended: str
    recommendation_reasons: list[str]
    formulas: list[FormulaOut]


def line(one: Line) -> LineOut:
    return LineOut(
        label=one.label,
        table=one.table,
        table_version=one.table_version,
        key=one.key,
        factor=one.factor,
        amount=format(one.amount, ".2f"),
    )


def option(price: OptionPrice | None) -> OptionOut | None:
    if price is None:
        return None
    lines = [line(one) for one in price.lines]
    return OptionOut(code=price.code, label=price.label, monthly=format(price.monthly, ".2f"), lines=lines)


def formula(price: FormulaPrice) -> FormulaOut:
    return FormulaOut(
        code=price.code,
        label=price.label,
        monthly=format(price.monthly, ".2f"),
        annual=format(price.annual, ".2f"),
        option=option(price.option),
        lines=[line(one) for one in price.lines],
    )


def prices_app() -> FastAPI:
    """Return the application; everything it needs is read once."""
    checker = verifier(FixedClock(NOW))
    published = load_published()
    offer, towns = Offer(published.catalogue, published.tariffs), TownExtract()
    app = FastAPI()

    async def actor(request: Request) -> Any:
        return checker.verify(request.headers["authorization"].removeprefix("Bearer "))

    @app.post("/v1/prices")
    async def prices(body: PricesIn, caller: Any = Depends(actor)) -> PricesOut:  # noqa: B008 - as FastAPI asks
        wishes = Wishes(**{**dict(body), "needs": Needs(**dict(body.needs))})
        made = propose(tenant=caller.tenant, wishes=wishes, offer=offer, towns=towns, today=NOW.date())
        return PricesOut(
            product=made.product.code,
            tariff_version=made.tariff_version,
            recommended=made.recommendation.formula,
            recommendation_reasons=list(made.recommendation.reasons),
            formulas=[formula(price) for price in made.prices],
        )

    return app
