"""The adviser helps a client whom no SMS reaches."""

from __future__ import annotations

import pytest

from plumbing.ids import new_id
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of
from tests.services.portal.integration.test_subscription import CEREMONY

SUBSCRIPTION = new_id()
PAGE = f"/courtier/souscriptions/{SUBSCRIPTION}/signature"
RELIEF = f"signature/v1/ceremonies/{CEREMONY['id']}/relief"


@pytest.fixture
def broker(api: Visitor) -> Visitor:
    api.sign_in("broker")
    return api


def stands(gateway: FakeGateway, state: str) -> None:
    gateway.on("GET", "signature/v1/ceremonies", {"items": [{**CEREMONY, "state": state, "reliefs_left": 2}]})


def test_a_blocked_signature_is_sent_on_with_a_reason(broker: Visitor, gateway: FakeGateway) -> None:
    stands(gateway, "blocked")
    page = broker.get(PAGE)
    assert "bloquée" in page.text
    assert "06 •• •• •• 78" in page.text
    missing = broker.send(PAGE, page, kind="again", reason="")
    assert 'id="reason-erreur"' in missing.text
    gateway.on("POST", RELIEF, {})
    done = broker.send(PAGE, page, kind="other_mobile", mobile="06 98 76 54 32", reason="Nouveau téléphone")
    assert done.location == PAGE
    assert body_of(gateway.calls("POST", RELIEF)[0]) == {
        "kind": "other_mobile",
        "reason": "Nouveau téléphone",
        "mobile": "06 98 76 54 32",
        "vouched_for": False,
    }
    assert "Votre client en est informé par e-mail." in broker.get(PAGE).text


@pytest.mark.parametrize(("state", "offered"), [("blocked", True), ("code_sent", False)])
def test_codes_again_are_offered_to_a_blocked_one_alone(
    broker: Visitor, gateway: FakeGateway, state: str, offered: bool
) -> None:
    stands(gateway, state)
    assert ("Faire envoyer de nouveaux codes" in broker.get(PAGE).text) is offered


@pytest.mark.parametrize("state", ["signed", "refused", "failed", "expired"])
def test_what_is_over_is_shown_and_not_acted_on(broker: Visitor, gateway: FakeGateway, state: str) -> None:
    stands(gateway, state)
    assert '<form method="post" class="mt-3">' not in broker.get(PAGE).text


def test_a_refused_number_is_explained(broker: Visitor, gateway: FakeGateway) -> None:
    stands(gateway, "blocked")
    text = "Ce numéro n’est pas celui d’un téléphone mobile français."
    gateway.refuse("POST", RELIEF, 422, "mobile.refused", text)
    page = broker.get(PAGE)
    asked = len(gateway.calls("GET", "signature/v1/ceremonies"))
    refused = broker.send(PAGE, page, kind="other_mobile", mobile="0112345678", reason="Nouveau numéro")
    assert len(gateway.calls("GET", "signature/v1/ceremonies")) == asked + 1
    assert text in refused.text
    assert "Nouveau numéro" in refused.text
