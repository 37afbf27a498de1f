"""Claims as members file and follow them, and as managers see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask.views import MethodView

from claims.adapters import queries
from claims.adapters.queries import Filed, Filter
from claims.api.schemas import ClaimIn, ClaimOut, ClaimsQuery, ClaimSummary, SubmissionIn
from claims.api.views import claim_view, summary_view
from claims.domain.claim import ClaimState
from claims.usecases.open_claim import open_claim
from claims.usecases.submit_claim import submit_claim
from plumbing.clock import PARIS, paris_date
from plumbing.errors import NotFound
from plumbing.http import (
    Actor,
    Blueprint,
    current_actor,
    cut_page,
    idempotent,
    page_of,
    page_schema,
    requires,
    services,
    unit_of_work,
)

claims = Blueprint("claims", __name__, description="Demandes de remboursement")


def read_claim(claim_id: str) -> Filed:
    """Return a claim of the caller's tenant as it is now."""
    with services().units.reading(current_actor().tenant) as session:
        return queries.claim(session, claim_id)


@claims.route("/claims")
class Claims(MethodView):
    @requires("member", "manager")
    @claims.arguments(ClaimsQuery(), location="query")
    @claims.response(200, page_schema(ClaimSummary()))
    def get(self, query: dict[str, Any]) -> Any:
        """Mes demandes de l’année en cours et des années précédentes conservées à l’écran; un gestionnaire voit toutes
        celles qui ont été envoyées."""
        actor = current_actor()
        wanted = _filter(actor, query)
        with services().units.reading(actor.tenant) as session:
            after = query["cursor"][0] if query["cursor"] else None
            rows = queries.claims(session, wanted, after=after, limit=query["limit"] + 1)
        page, next_cursor = cut_page(rows, query["limit"], lambda filed: (filed.claim.id,))
        return page_of([summary_view(filed) for filed in page], next_cursor)

    @requires("member")
    @claims.arguments(ClaimIn())
    @claims.response(201, ClaimOut())
    @idempotent(again=lambda claim_id: claim_view(read_claim(claim_id)))
    def post(self, body: dict[str, Any]) -> Any:
        """Commencer une demande de remboursement."""
        claim = open_claim(uow=unit_of_work(), member_id=current_actor().id, **body)
        return claim_view(read_claim(claim.id))


@claims.route("/claims/<id:claim_id>")
class OneClaim(MethodView):
    @requires("member", "manager")
    @claims.response(200, ClaimOut())
    def get(self, claim_id: str) -> Any:
        """Une demande, son décompte acte par acte et son règlement."""
        actor = current_actor()
        filed = read_claim(claim_id)
        own = filed.claim.member_id == actor.id
        visible = own if actor.role == "member" else filed.claim.state is not ClaimState.DRAFT
        if not visible:
            raise NotFound("claim", claim_id)
        return claim_view(filed)


@claims.route("/claims/<id:claim_id>/submission")
class Submission(MethodView):
    @requires("member")
    @claims.arguments(SubmissionIn())
    @claims.response(200, ClaimOut())
    @idempotent
    def post(self, body: dict[str, Any], claim_id: str) -> Any:
        """Envoyer la demande avec ses justificatifs; elle ne peut alors plus être modifiée."""
        submit_claim(uow=unit_of_work(), claim_id=claim_id, member_id=current_actor().id, **body)
        return claim_view(read_claim(claim_id))


def _filter(actor: Actor, query: dict[str, Any]) -> Filter:
    is_member = actor.role == "member"
    return Filter(
        member_id=actor.id if is_member else None,
        state=query["status"],
        beneficiary_id=query["beneficiary_id"],
        care_from=query["care_from"],
        care_until=query["care_until"],
        opened_since=_start_of_history() if is_member else None,
        drafts=is_member,
    )


def _start_of_history() -> datetime:
    """The first of January so many years back: « l’année en cours et l’année précédente » (F-268)."""
    today: date = paris_date(services().clock.now())
    return datetime(today.year - services().config.history_years, 1, 1, tzinfo=PARIS)
