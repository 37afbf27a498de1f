"""GET /v1/products: what the broker's insurer sells."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from plumbing.http import Blueprint, Schema, current_actor, fields, requires, services
from quoting.domain.catalogue import Product
from quoting.domain.needs import NeedArea, NeedLevel
from quoting.domain.product_papers import MUST_READ

products = Blueprint("products", __name__, url_prefix="/v1/products", description="Produits")


class Named(Schema):
    """A code and what people call it."""

    code = fields.Text(max=60, required=True)
    label = fields.Text(max=200, required=True)


class ProductSummary(Schema):
    """A product in a few words."""

    code = fields.Text(max=60, required=True)
    name = fields.Text(max=120, required=True)
    prefix = fields.Text(max=10, required=True)
    kind = fields.Text(max=120, required=True)
    summary = fields.Text(required=True)
    self_employed_only = fields.Boolean(required=True)
    formulas = fields.List(fields.Nested(Named()), required=True)


class ProductsOut(Schema):
    """What is sold."""

    items = fields.List(fields.Nested(ProductSummary()), required=True)


class GuaranteeOut(Schema):
    """One line of the table of guarantees, with each formula's value by the formula's code."""

    code = fields.Text(max=60, required=True)
    group = fields.Text(max=120, required=True)
    label = fields.Text(max=200, required=True)
    values = fields.Dict(keys=fields.Text(max=20), values=fields.Text(max=60), required=True)


class QuestionsOut(Schema):
    """The need questions: what is asked about, and the levels from least to most."""

    areas = fields.List(fields.Nested(Named()), required=True)
    levels = fields.List(fields.Nested(Named()), required=True)


class ProductDocumentOut(Schema):
    """A document that explains the product; `formula` null: it holds for all of them."""

    document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    formula = fields.Text(max=20, required=True, allow_none=True)
    required = fields.Boolean(required=True)


class ProductOut(ProductSummary):
    """A product with what a wizard needs to sell it."""

    responsible = fields.Boolean(required=True)
    madelin = fields.Boolean(required=True)
    association = fields.Text(max=120, required=True, allow_none=True)
    entry_age_from = fields.Integer(required=True)
    entry_age_to = fields.Integer(required=True)
    regimes = fields.List(fields.Nested(Named()), required=True)
    option = fields.Nested(Named(), required=True, allow_none=True)
    needs = fields.Nested(QuestionsOut(), required=True)
    guarantees = fields.List(fields.Nested(GuaranteeOut()), required=True)
    documents = fields.List(fields.Nested(ProductDocumentOut()), required=True)


@products.route("")
class Products(MethodView):
    @requires("broker", "manager")
    @products.response(200, ProductsOut())
    def get(self) -> Any:
        """Les produits de la mutuelle."""
        sold = services().offer.catalogue.products_of(current_actor().tenant)
        return {"items": [_summary(product) for product in sold]}


@products.route("/<string(maxlength=60):code>")
class OneProduct(MethodView):
    @requires("broker", "manager")
    @products.response(200, ProductOut())
    def get(self, code: str) -> Any:
        """Un produit, ses formules, ses garanties et ses documents."""
        tenant = current_actor().tenant
        catalogue = services().offer.catalogue
        product = catalogue.product(tenant, code)
        option = product.option
        return {
            **_summary(product),
            "responsible": product.responsible,
            "madelin": product.madelin,
            "association": catalogue.insurer(tenant).association if product.association else None,
            "entry_age_from": product.entry_age_from,
            "entry_age_to": product.entry_age_to,
            "regimes": [{"code": each, "label": catalogue.regimes[each].label} for each in product.regimes],
            "option": {"code": option.code, "label": option.label} if option else None,
            "needs": {
                "areas": [{"code": area, "label": area.label} for area in NeedArea],
                "levels": [{"code": level, "label": level.label} for level in NeedLevel],
            },
            "guarantees": _guarantees(product),
            "documents": _documents(tenant, product),
        }


def _summary(product: Product) -> dict[str, Any]:
    return {
        "code": product.code,
        "name": product.name,
        "prefix": product.prefix,
        "kind": product.kind,
        "summary": product.summary,
        "self_employed_only": product.self_employed_only,
        "formulas": [{"code": formula.code, "label": formula.label} for formula in product.formulas],
    }


def _guarantees(product: Product) -> list[dict[str, Any]]:
    return [
        {
            "code": line.code,
            "group": line.group,
            "label": line.label,
            "values": {formula.code: formula.guarantees[line.code] for formula in product.formulas},
        }
        for line in product.guarantees
    ]


def _documents(tenant: str, product: Product) -> list[dict[str, Any]]:
    """The newest stored version of each; none until the job has made them."""
    newest = {}
    for paper in services().queries.product_papers(tenant, product.code).values():
        newest[paper.kind, paper.formula] = paper
    return [
        {
            "document_id": paper.document_id,
            "kind": paper.kind,
            "title": paper.title,
            "formula": paper.formula,
            "required": paper.kind in MUST_READ,
        }
        for paper in newest.values()
    ]
