"""Broker firms, for those who show or write to them."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from member.adapters import queries
from member.api.schemas import BrokerOut
from plumbing.errors import NotFound
from plumbing.http import Blueprint, current_actor, requires, services

brokers = Blueprint("brokers", __name__, url_prefix="/v1/brokers", description="Courtiers")


@brokers.route("/<id:broker_id>")
class Broker(MethodView):
    @requires("service", "manager", "broker")
    @brokers.response(200, BrokerOut())
    def get(self, broker_id: str) -> Any:
        """Un courtier habilité; un courtier ne voit que lui-même."""
        actor = current_actor()
        if actor.role == "broker" and actor.id != broker_id:
            raise NotFound("broker")
        broker = queries.broker(services().engine, actor.tenant, broker_id)
        if broker is None:
            raise NotFound("broker")
        return broker
