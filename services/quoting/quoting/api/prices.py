"""POST /v1/prices: every formula priced and explained. Nothing is stored, so no Idempotency-Key is asked for."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from plumbing.clock import paris_date
from plumbing.http import Blueprint, Schema, current_actor, fields, json_response, requires, services
from quoting.api.schemas import LineOut, NeedsSchema, ProfileFields
from quoting.domain.needs import Needs
from quoting.domain.rating import MONTHS, FormulaPrice, Line
from quoting.usecases.price_household import Proposal, Wishes, propose

prices = Blueprint("prices", __name__, url_prefix="/v1/prices", description="Tarification")


class PricesIn(ProfileFields):
    """A household and its needs."""

    product = fields.Text(max=60, required=True)
    effective_date = fields.Day(required=True)
    needs = fields.Nested(NeedsSchema(), required=True)


class OptionPriceOut(Schema):
    """What the option adds a month, and how it is made up."""

    code = fields.Text(max=20, required=True)
    label = fields.Text(max=120, required=True)
    monthly = fields.Amount(required=True)
    lines = fields.List(fields.Nested(LineOut()), required=True)


class FormulaPriceOut(Schema):
    """The price of one formula, the option apart; `option` null: not sold with this formula."""

    code = fields.Text(max=20, required=True)
    label = fields.Text(max=120, required=True)
    monthly = fields.Amount(required=True)
    annual = fields.Amount(required=True)
    option = fields.Nested(OptionPriceOut(), required=True, allow_none=True)
    lines = fields.List(fields.Nested(LineOut()), required=True)


class PricesOut(Schema):
    """All formulas, from the lowest cover to the highest, and the one advised with the reasons."""

    product = fields.Text(max=60, required=True)
    tariff_version = fields.Text(max=20, required=True)
    recommended = fields.Text(max=20, required=True)
    recommendation_reasons = fields.List(fields.Text(max=300), required=True)
    formulas = fields.List(fields.Nested(FormulaPriceOut()), required=True)


@prices.route("")
class Prices(MethodView):
    @requires("broker")
    @prices.arguments(PricesIn())
    @prices.response(200, PricesOut())
    def post(self, body: dict[str, Any]) -> Any:
        """Les prix de toutes les formules pour un foyer, et la formule conseillée."""
        made = services()
        proposal = propose(
            tenant=current_actor().tenant,
            wishes=wishes_from(body, product=body["product"], effective_date=body["effective_date"]),
            offer=made.offer,
            towns=made.towns,
            today=paris_date(made.clock.now()),
        )
        return json_response(_view(proposal))


def wishes_from(profile: dict[str, Any], *, needs: Any = None, **more: Any) -> Wishes:
    """Return the wishes that a loaded profile states."""
    return Wishes(
        regime=profile["regime"],
        postcode=profile["postcode"],
        town=profile["town"],
        birth_date=profile["birth_date"],
        spouse_birth_date=profile["spouse_birth_date"],
        children=profile["children"],
        needs=Needs(**(needs or profile["needs"])),
        **more,
    )


def _view(proposal: Proposal) -> dict[str, Any]:
    return {
        "product": proposal.product.code,
        "tariff_version": proposal.tariff_version,
        "recommended": proposal.recommendation.formula,
        "recommendation_reasons": proposal.recommendation.reasons,
        "formulas": [_formula(price) for price in proposal.prices],
    }


def _formula(price: FormulaPrice) -> dict[str, Any]:
    option = price.option
    return {
        "code": price.code,
        "label": price.label,
        "monthly": amount_text(price.cents),
        "annual": amount_text(price.cents * MONTHS),
        "option": None
        if option is None
        else {
            "code": option.code,
            "label": option.label,
            "monthly": amount_text(option.cents),
            "lines": [_line(line) for line in option.lines],
        },
        "lines": [_line(line) for line in price.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "label": line.label,
        "table": line.table,
        "table_version": line.table_version,
        "key": line.key,
        "factor": line.factor,
        "amount": amount_text(line.cents),
    }


def amount_text(cents: int) -> str:
    """Return whole cents as the API writes amounts: "51.74". Prices are never negative."""
    return f"{cents // 100}.{cents % 100:02d}"
