"""GET /v1/towns: the towns of a postcode."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from plumbing.http import Blueprint, Schema, fields, requires, services

towns = Blueprint("towns", __name__, url_prefix="/v1/towns", description="Communes")


class PostcodeQuery(Schema):
    """Which postcode."""

    postcode = fields.Postcode(required=True)


class TownOut(Schema):
    """A commune with one of its postcodes."""

    postcode = fields.Postcode(required=True)
    name = fields.Text(max=80, required=True)
    insee = fields.Text(min=5, max=5, required=True)
    department = fields.Text(max=3, required=True)


class TownsOut(Schema):
    """The communes of a postcode, in alphabetical order; none when nobody has this postcode."""

    items = fields.List(fields.Nested(TownOut()), required=True)


@towns.route("")
class Towns(MethodView):
    @requires("broker", "guest", "manager")
    @towns.arguments(PostcodeQuery(), location="query")
    @towns.response(200, TownsOut())
    def get(self, query: dict[str, Any]) -> Any:
        """Les villes d’un code postal."""
        found = services().towns.at(query["postcode"])
        return {
            "items": [
                {"postcode": town.postcode, "name": town.name, "insee": town.insee, "department": town.department}
                for town in found
            ]
        }
