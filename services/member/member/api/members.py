"""Members, for the mutuelle's managers."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from member.adapters import queries
from member.api.schemas import MemberOut
from member.api.views import contract_view, profile_view
from member.domain.accounts import Role
from plumbing.errors import NotFound
from plumbing.http import Blueprint, current_actor, requires, services

members = Blueprint("members", __name__, url_prefix="/v1/members", description="Adhérents")


@members.route("/<id:member_id>")
class Member(MethodView):
    @requires("manager")
    @members.response(200, MemberOut())
    def get(self, member_id: str) -> dict[str, Any]:
        """Un adhérent de la mutuelle, avec ses contrats."""
        engine, tenant = services().engine, current_actor().tenant
        profile = queries.profile(engine, tenant, member_id)
        if profile is None or profile.row.role is not Role.MEMBER:
            raise NotFound("member")
        contracts = queries.contracts_of(engine, tenant, member_id)
        return {**profile_view(profile), "contracts": [contract_view(contract) for contract in contracts]}
