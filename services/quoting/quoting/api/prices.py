"""POST /v1/prices: every formula priced and explained. Nothing is stored, so no Idempotency-Key is asked for."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView

from plumbing.clock import paris_date
from plumbing.http import Blueprint, Schema, current_actor, fields, requires, services
from quoting.api.price_writer import written
from quoting.api.schemas import LineOut, NeedsSchema, ProfileFields
from quoting.domain.needs import Needs
from quoting.usecases.price_household import Wishes, propose

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
        return Response(written(proposal), content_type="application/json")


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
