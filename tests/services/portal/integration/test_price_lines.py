"""The broker reads how a price was made: of which table and version, under which key, by which factor."""

from __future__ import annotations

import pytest

from plumbing.ids import new_id
from tests.services.portal.answers import PRICES, formula, quote
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway
from tests.services.portal.integration.test_quote_wizard import NEEDS, WIZARD

LINE = {
    "label": "Assuré principal, 41 ans",
    "table": "horizon-tns/premiums",
    "table_version": "2026.1",
    "key": "300 / 40-44 ans / Z2 / general",
    "factor": "100,41 × 1,00 × 1,00",
    "amount": "100.41",
}
SHOWN = (
    "Assuré principal, 41 ans",
    "horizon-tns/premiums, version 2026.1, 300 / 40-44 ans / Z2 / general",
    "100,41 × 1,00 × 1,00",
    "100,41\u00a0€",
)


@pytest.mark.parametrize("where", ["solutions", "quote"])
def test_every_line_of_a_price_is_explained(api: Visitor, gateway: FakeGateway, where: str) -> None:
    api.sign_in("broker")
    if where == "quote":
        quote_id = new_id()
        gateway.on("GET", "quoting/v1/quotes/[^/]+", quote(quote_id, lines=[LINE]))
        page = api.get(f"/courtier/devis/{quote_id}")
    else:
        gateway.on("POST", "quoting/v1/prices", {**PRICES, "formulas": [{**formula("300"), "lines": [LINE]}]})
        page = api.send(WIZARD, api.get(WIZARD), _step="solutions", **NEEDS)
    assert page.status_code == 200
    for text in SHOWN:
        assert text in page.text
