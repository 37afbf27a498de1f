"""The manager's door."""

from __future__ import annotations

from typing import Any

from plumbing.ids import new_id
from tests.screens.client import PIECES
from tests.screens.member import PAID, rows
from tests.screens.shot import Act, Say, Shot, get, refuses, says, send_unfilled
from tests.services.portal.answers import CLAIM, FILE, PERSON, SUBSCRIPTION, claim, subscription
from tests.services.portal.integration.test_members_and_managers import file_of
from tests.services.portal.integration.test_two_managers import EVIDENCE, request_of

_FILE, _CLAIM = f"/gestion/dossiers/{FILE}", f"/gestion/demandes/{CLAIM}"
_PROOFS = "/gestion/preuves"


def _files(count: int) -> dict[str, Any]:
    row = {
        "quote_number": "RIS-0000000033",
        "status": "transmitted",
        "status_label": "Dossier transmis",
        "formula_label": "Horizon TNS 300",
        "transmitted_at": "2026-11-22T08:00:00Z",
        "signature_label": "Signé",
        "civility": "madame",
        "first_name": "Anne-Charlotte",
        "last_name": "de La Rochefoucauld-Montmorency",
    }
    return {"items": [{**row, "id": new_id()} for _number in range(count)], "next_cursor": None}


def _file(**changes: Any) -> Say:
    child = {"first_name": "Léa", "last_name": "Roussel", "role_label": "Enfant"}
    usual = {
        "pieces": PIECES,
        "beneficiaries": [child],
        "identity": {**PERSON, "mobile": "+33612345678"},
        "submitted_at": "2026-11-22T08:00:00Z",
        "tns_declared": True,
        "teletransmission": True,
        "marketing_objection": False,
        "documents_read": [
            {"document_id": new_id(), "kind": "ipid", "read_at": "2026-11-22T08:00:00Z", "sha256": "ab" * 32}
        ],
    }
    return says(
        get(f"quoting/v1/files/{FILE}", file_of(**{**usual, **changes})),
        get(f"quoting/v1/subscriptions/{SUBSCRIPTION}", subscription(state="signed")),
    )


def _requests(*listed: dict[str, Any]) -> Say:
    return get("signature/v1/act-requests", {"items": list(listed), "next_cursor": None})


def _shot(name: str, endpoint: str, path: str, *more: Say, act: Act | None = None, shows: str = "") -> Shot:
    usual = {"act": act} if act else {}
    return Shot(f"manager-{name}", endpoint, path, door="manager", says=says(*more), shows=shows, **usual)


_ACCEPTED = {**PAID, "state": "accepted", "state_label": "Acceptée", "payment": None, "paid_on": None}
SHOTS = (
    _shot("home-empty", "manager.home", "/gestion/", shows="Aucun"),
    _shot(
        "home-long", "manager.home", "/gestion/", get("quoting/v1/files", _files(50)), get("claims/v1/claims", rows(50))
    ),
    _shot(
        "find-nothing", "manager.find_file", "/gestion/dossiers?numero=RIS-9", shows="Aucun dossier ne porte ce numéro"
    ),
    _shot("file", "manager.file", _FILE, _file(), shows="Créer l’adhésion"),
    _shot(
        "file-created",
        "manager.file",
        _FILE,
        _file(status="created", status_label="Créé", contract_number="RIS-0000000012"),
    ),
    _shot(
        "file-error",
        "manager.file",
        _FILE,
        _file(),
        refuses(
            "POST", f"quoting/v1/files/{FILE}/creation", "Une pièce obligatoire manque encore : demandez-la au client."
        ),
        act=send_unfilled("Créer l’adhésion"),
        shows="Une pièce obligatoire manque",
    ),
    _shot("claim", "manager.claim", _CLAIM, shows="Décision"),
    _shot(
        "claim-error", "manager.claim", _CLAIM, act=send_unfilled("Accepter et calculer"), shows="obligatoires manquent"
    ),
    _shot(
        "claim-to-pay",
        "manager.claim",
        _CLAIM,
        get(f"claims/v1/claims/{CLAIM}", _ACCEPTED),
        shows="Ordonner le règlement",
    ),
    _shot(
        "claim-refused",
        "manager.claim",
        _CLAIM,
        get(f"claims/v1/claims/{CLAIM}", claim(state="refused", state_label="Refusée", refusal_reason="Illisible")),
    ),
    _shot("proofs-empty", "two_managers.requests", _PROOFS, _requests(), shows="Aucune demande"),
    _shot(
        "proofs",
        "two_managers.requests",
        _PROOFS,
        _requests(
            request_of(),
            request_of(mine=True),
            request_of(state="approved", evidence_document_id=EVIDENCE),
            request_of(state="lapsed"),
        ),
        shows="Accorder",
    ),
    _shot(
        "proofs-error",
        "two_managers.requests",
        _PROOFS,
        _requests(),
        act=send_unfilled("Demander"),
        shows="obligatoires manquent",
    ),
)
