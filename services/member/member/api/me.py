"""What the signed-in person sees of himself."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from member.adapters import queries
from member.api.schemas import ContractOut, PreferencesBody, ProfileOut
from member.api.views import contract_view, profile_view
from member.usecases.change_preferences import change_preferences
from plumbing.errors import NotFound
from plumbing.http import (
    Blueprint,
    conditional,
    current_actor,
    etag_of,
    if_match,
    page_of,
    page_schema,
    requires,
    services,
)

me = Blueprint("me", __name__, url_prefix="/v1/me", description="Mon compte")


@me.route("")
class Me(MethodView):
    @requires("member", "broker", "manager", "employer")
    @me.response(200, ProfileOut())
    def get(self) -> dict[str, Any]:
        """Ce que la mutuelle sait de la personne connectée."""
        actor = current_actor()
        profile = queries.profile(services().engine, actor.tenant, actor.id)
        if profile is None:
            raise NotFound("account", actor.id)
        return profile_view(profile)


@me.route("/contracts")
class MyContracts(MethodView):
    @requires("member")
    @me.response(200, page_schema(ContractOut()))
    def get(self) -> dict[str, Any]:
        """Mes contrats, mes bénéficiaires et mes comptes; une personne en a peu, tout tient sur une page."""
        actor = current_actor()
        contracts = queries.contracts_of(services().engine, actor.tenant, actor.id)
        return page_of([contract_view(contract) for contract in contracts])


@me.route("/preferences")
class MyPreferences(MethodView):
    @requires("member")
    @me.response(200, PreferencesBody())
    def get(self) -> Any:
        """Comment je suis informé de mes indemnisations."""
        actor = current_actor()
        preferences = queries.preferences(services().engine, actor.tenant, actor.id)
        if preferences is None:
            raise NotFound("preferences", actor.id)
        return preferences, {"ETag": etag_of(preferences.version)}

    @requires("member")
    @conditional
    @me.arguments(PreferencesBody())
    @me.response(200, PreferencesBody())
    def put(self, body: dict[str, Any]) -> Any:
        """Changer la façon dont je suis informé de mes indemnisations."""
        actor = current_actor()
        preferences = change_preferences(
            member_id=actor.id,
            expected_version=if_match(),
            benefits_by_email=body["benefits_by_email"],
            benefits_by_sms=body["benefits_by_sms"],
            uow=services().units.for_tenant(actor.tenant),
        )
        return preferences, {"ETag": etag_of(preferences.version)}
