"""A client without e-mail: what his broker prints and where he reads that the price is copied by hand."""

from __future__ import annotations

from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.portal.answers import PRODUCT
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway

KINDS = {
    "rules": "Règles générales Horizon TNS",
    "pieces_list": "Pièces justificatives Horizon TNS",
    "examples": "Exemples de remboursements Horizon TNS",
    "ipid": "Document d’information (IPID) Horizon TNS",
    "blank_bia": "Bulletin d’adhésion vierge Horizon TNS",
}


@pytest.mark.feature("F-051")
def test_the_broker_prints_the_form_and_what_goes_with_it(api: Visitor, gateway: FakeGateway) -> None:
    documents: list[dict[str, Any]] = [
        {"document_id": new_id(), "kind": kind, "title": title, "formula": None, "required": False}
        for kind, title in KINDS.items()
    ]
    gateway.on("GET", "quoting/v1/products/horizon-tns", {**PRODUCT, "documents": documents})
    gateway.on("GET", "quoting/v1/products", {"items": [PRODUCT]})
    api.sign_in("broker")
    assert 'href="/courtier/bulletin/horizon-tns"' in api.get("/courtier/devis/nouveau").text
    page = api.get("/courtier/bulletin/horizon-tns").text
    places = [page.index(KINDS[kind]) for kind in ("blank_bia", "ipid", "rules", "pieces_list")]
    assert places == sorted(places)
    assert KINDS["examples"] not in page
    for document in documents:
        assert (document["document_id"] in page) == (document["kind"] != "examples")
    assert "vous reportez directement la formule et le tarif mensuel sur le bulletin d’adhésion" in page


def test_what_is_not_made_yet_is_said(api: Visitor, gateway: FakeGateway) -> None:
    api.sign_in("broker")
    page = api.get("/courtier/bulletin/horizon-tns")
    assert page.status_code == 200
    assert "Certains documents sont en cours d’édition" in page.text
