"""The member's door."""

from __future__ import annotations

from typing import Any

from plumbing.ids import new_id
from tests.screens.shot import Act, Say, Shot, get, says, send_unfilled
from tests.services.portal.answers import CLAIM, claim
from tests.services.portal.integration.test_members_and_managers import COVERED

_CLAIMS, _NEW = "/adherent/demandes", "/adherent/demandes/nouvelle"
_PAGE = f"{_CLAIMS}/{CLAIM}"
_CONTRACT = {
    "id": new_id(),
    "number": "RIS-0000000012",
    "product_name": "Horizon TNS",
    "formula": "Horizon TNS 300",
    "valid_from": "2026-12-01",
    "monthly": "467.70",
    "debit_day": 5,
    "contribution_account": {"iban_masked": "FR76 •••• •••• 0189"},
    "benefit_account": {"iban_masked": "FR76 •••• •••• 0189"},
    "beneficiaries": [
        {"first_name": "Camille", "last_name": "Roussel", "title": "assurée", "birth_date": "1985-05-14"},
        {"first_name": "Julien", "last_name": "Roussel", "title": "conjoint", "birth_date": "1983-03-02"},
    ],
}
_LINE = {
    "label": "Consultation spécialiste",
    "care_date": "2026-11-20",
    "expense": "60.00",
    "refusal": None,
    "scheme": {"amount": "20.05"},
    "mutual": {"amount": "37.95"},
    "out_of_pocket": "2.00",
}
_TOTALS = {"expense": "60.00", "scheme": "20.05", "mutual": "37.95", "out_of_pocket": "2.00"}
_PAYMENT = {"label": "Règlement à l’assuré", "amount": "37.95", "paid_on": "2026-11-22", "iban": "FR76 •••• 0189"}
PAID = claim(
    state="paid",
    state_label="Réglée",
    lines=[_LINE],
    totals=_TOTALS,
    payment=_PAYMENT,
    paid_on="2026-11-22",
    amount="37.95",
)


def rows(count: int) -> dict[str, Any]:
    items = [{**(PAID if number % 2 else claim()), "id": new_id()} for number in range(count)]
    return {"items": items, "next_cursor": "more" if count > 10 else None}


def _shot(name: str, endpoint: str, path: str, *more: Say, act: Act | None = None, shows: str = "") -> Shot:
    usual = {"act": act} if act else {}
    return Shot(f"member-{name}", f"member.{endpoint}", path, door="member", says=says(*more), shows=shows, **usual)


_COVERED = get("claims/v1/contracts", {"items": [COVERED]})
_HERE = f"claims/v1/claims/{CLAIM}"
SHOTS = (
    _shot("home-empty", "home", "/adherent/", shows="pas encore envoyé"),
    _shot(
        "home",
        "home",
        "/adherent/",
        get("member/v1/me/contracts", {"items": [_CONTRACT]}),
        get("claims/v1/claims", rows(5)),
        shows="Mon contrat",
    ),
    _shot("preferences", "preferences", "/adherent/alertes", shows="par SMS"),
    _shot("claims-empty", "claims", _CLAIMS, shows="pas encore envoyé"),
    _shot("claims-long", "claims", _CLAIMS, get("claims/v1/claims", rows(50)), shows="plus anciennes"),
    _shot(
        "claim-draft",
        "claim",
        _PAGE,
        get(_HERE, claim(state="draft", state_label="Brouillon")),
        shows="pas encore été envoyée",
    ),
    _shot("claim-sent", "claim", _PAGE, shows="Votre demande est envoyée"),
    _shot("claim-paid", "claim", _PAGE, get(_HERE, PAID), shows="Règlement à l’assuré"),
    _shot(
        "claim-refused",
        "claim",
        _PAGE,
        get(_HERE, claim(state="refused", state_label="Refusée", refusal_reason="La facture n’est pas acquittée.")),
        shows="pas acquittée",
    ),
    _shot(
        "new-claim-none", "new_claim", _NEW, get("claims/v1/contracts", {"items": []}), shows="dès que votre adhésion"
    ),
    _shot("new-claim", "new_claim", _NEW, _COVERED, shows="Qui a reçu les soins"),
    _shot("new-claim-error", "new_claim", _NEW, _COVERED, act=send_unfilled("Envoyer"), shows="obligatoires manquent"),
    Shot("member-signed-out", "member.home", "/adherent/", shows="Connectez-vous pour ouvrir cette page"),
)
