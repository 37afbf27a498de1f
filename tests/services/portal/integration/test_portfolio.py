"""The broker's portfolio: what he searches stays out of addresses, what he modifies is filled in already."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from plumbing.ids import new_id
from tests.services.portal import answers
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of

SEARCH = "/courtier/portefeuille"


@pytest.fixture
def broker(api: Visitor) -> Visitor:
    api.sign_in("broker")
    return api


def searched(broker: Visitor, **asked: str) -> Any:
    """The page that a search leads to."""
    answer = broker.send(SEARCH, broker.get(SEARCH), **asked)
    assert answer.status_code == 303, answer.text
    return answer.location, broker.get(answer.location)


def test_a_name_is_searched_without_standing_in_an_address(broker: Visitor, gateway: FakeGateway) -> None:
    address, page = searched(broker, object="client", name="roussel")
    assert "roussel" not in address.lower()
    assert body_of(gateway.calls("POST", "quoting/v1/portfolio/client-searches")[0])["name"] == "roussel"
    for text in ("Naissance ou Siren", "Roussel Camille", "14/05/1985", "12 rue des Tilleuls, 16000 Angoulême FRANCE"):
        assert text in page.text
    assert 'value="roussel"' in page.text
    assert f"/courtier/clients/{answers.CLIENT}" in page.text


def test_the_list_goes_on_with_the_same_search(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.on(
        "POST", "quoting/v1/portfolio/client-searches", {"items": [answers.CLIENT_ROW], "next_cursor": "further"}
    )
    address, page = searched(broker, object="client", name="%")
    assert "Suite de la liste" in page.text
    broker.get(f"{address}&suite=further")
    sent = body_of(gateway.calls("POST", "quoting/v1/portfolio/client-searches")[-1])
    assert (sent["name"], sent["cursor"]) == ("%", "further")


def test_a_search_without_a_name_says_what_to_type(broker: Visitor, gateway: FakeGateway) -> None:
    page = broker.send(SEARCH, broker.get(SEARCH), object="client", name=" ")
    assert page.status_code == 422
    assert 'id="name-erreur"' in page.text
    assert "« % » pour tout le portefeuille" in page.text.replace("\u00a0", " ")
    assert gateway.calls("POST", "quoting/v1/portfolio/client-searches") == []


def test_nobody_found_is_said(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.on("POST", "quoting/v1/portfolio/client-searches", {"items": [], "next_cursor": None})
    assert "Aucun client ni prospect" in searched(broker, object="client", name="zz")[1].text


@pytest.mark.parametrize("token", ["", "nonsense", "deadbeef.AAAA"])
def test_a_search_that_was_altered_or_is_anothers_is_an_empty_one(
    broker: Visitor, somebody_else: Visitor, gateway: FakeGateway, token: str
) -> None:
    somebody_else.sign_in("broker")
    address, _page = searched(somebody_else, object="client", name="roussel")
    before = len(gateway.calls("POST", "quoting/v1/portfolio/client-searches"))
    for foreign in (f"{SEARCH}?recherche={token}", address):
        page = broker.get(foreign)
        assert page.status_code == 200
        assert "roussel" not in page.text
    assert len(gateway.calls("POST", "quoting/v1/portfolio/client-searches")) == before


def test_of_the_ten_statuses_two_can_be_ticked(broker: Visitor, gateway: FakeGateway) -> None:
    page = broker.get(SEARCH).text
    assert page.count('type="checkbox"') == 10
    assert page.count(" disabled>") == 8
    for code in ("subscribed", "validated"):
        assert f'id="{code}" name="{code}">' in page
    _address, found = searched(broker, object="quote", identifier="33", validated="on", expired="on")
    (call,) = gateway.calls("GET", "quoting/v1/portfolio/quotes")
    assert (call.url.params["identifier"], call.url.params["validated"]) == ("33", "true")
    assert {"subscribed", "expired"} & set(call.url.params) == set()
    assert "Date de validité" in found.text
    assert 'name="validated" checked' in found.text


def test_a_clients_file_shows_his_position_his_quotes_and_his_contracts(broker: Visitor, gateway: FakeGateway) -> None:
    path = f"/courtier/clients/{answers.CLIENT}"
    empty = broker.get(path).text
    assert empty.count("Pas de résultat") == 3
    assert empty.count("0,00\u00a0€") == 3
    for text in ("Recherche", "Synthèse", "Retard de paiement", "Mouvements financiers non affectés", "Solde"):
        assert text in empty
    listed = {"items": [answers.quote(new_id())], "next_cursor": None}
    gateway.on("GET", f"quoting/v1/portfolio/clients/{answers.CLIENT}/quotes", listed)
    contracts = {"items": [answers.contract(number=None)], "next_cursor": None}
    gateway.on("GET", f"quoting/v1/portfolio/clients/{answers.CLIENT}/contracts", contracts)
    full = broker.get(path).text
    for text in ("RIS-0000000033 / 1", "22/11/2026", "22/12/2026", "À attribuer", "Cabinet Lemaire", "5\u202f612,45"):
        assert text in full
    assert "camille@example.org" in broker.get(f"{path}/consultation").text
    assert "Aucun mouvement" in broker.get(f"{path}/compte").text


@pytest.mark.feature("F-073")
def test_a_clients_claims_are_listed_under_his_contracts(broker: Visitor, gateway: FakeGateway) -> None:
    ids = [new_id(), new_id()]
    rows = [answers.contract(contract_id=contract_id) for contract_id in ids] + [answers.contract(number=None)]
    contracts = {"items": rows, "next_cursor": None}
    gateway.on("GET", f"quoting/v1/portfolio/clients/{answers.CLIENT}/contracts", contracts)
    claim = {
        "reference": "00000042",
        "product_name": "Horizon TNS",
        "contract_number": "RIS-0000000012",
        "cause": "Frais de santé",
        "state": "paid",
        "state_label": "Réglée",
        "received_on": "2026-11-20",
    }
    gateway.on("GET", f"claims/v1/contracts/{ids[1]}/claims", {"items": [claim], "next_cursor": None})
    gateway.refuse("GET", f"claims/v1/contracts/{ids[0]}/claims", 404, "contract.not_found", "")
    path = f"/courtier/clients/{answers.CLIENT}"
    page = broker.get(path).text
    for text in ("INDEMNISATIONS", "00000042", "Frais de santé", "Réglée", "20/11/2026", "Cause"):
        assert text in page
    gateway.down.add("claims")
    answer = broker.get(path)
    assert (answer.status_code, "ne peuvent pas être affichées pour l’instant" in answer.text) == (200, True)
    assert "RIS-0000000012" in answer.text


def test_a_contract_shows_its_head_and_who_is_covered(broker: Visitor) -> None:
    page = broker.get(f"/courtier/contrats/{answers.CONTRACT}").text
    for text in (
        "RIS-0000000012",
        "Échéance principale",
        "01/01",
        "Prochain renouvellement le",
        "01/01/2027",
        "RIS-0000000016/1",
        "Avenant n°",
        "0001",
        "Prélèvement",
        "Mensuel",
        "Votre conjoint",
        "Paul",
    ):
        assert text in page


def with_quote(gateway: FakeGateway, **changes: Any) -> str:
    quote_id = new_id()
    gateway.on("GET", f"quoting/v1/quotes/{quote_id}", answers.quote(quote_id, **changes))
    rows = {"items": [answers.version(quote_id, 1)], "next_cursor": None}
    gateway.on("GET", f"quoting/v1/quotes/{quote_id}/versions", rows)
    return quote_id


def through_the_wizard(broker: Visitor, path: str, **changes: str) -> Any:
    """Go through the prefilled screens, pressing « Suivant » with what they show."""
    needs = broker.get(path)
    assert 'value="16000"' in needs.text
    solutions = broker.send(path, needs, _step="solutions", **changes)
    details = broker.send(path, solutions, _step="details")
    summary = broker.send(path, details, _step="summary")
    return broker.send(path, summary, _step="issue")


def test_modifying_sends_everything_of_the_quote_to_its_next_version(broker: Visitor, gateway: FakeGateway) -> None:
    quote_id = with_quote(gateway, with_option=True)
    made = answers.quote(new_id(), version=2)
    gateway.on("POST", f"quoting/v1/quotes/{quote_id}/versions", made, status=201)
    page = broker.get(f"/courtier/devis/{quote_id}").text
    assert f"/courtier/devis/{quote_id}/modifier" in page
    issued = through_the_wizard(broker, f"/courtier/devis/{quote_id}/modifier", effective_date="2027-01-01")
    assert issued.location.endswith(made["id"])
    sent = body_of(gateway.calls("POST", f"quoting/v1/quotes/{quote_id}/versions")[0])
    assert sent == {
        "formula": "300",
        "with_option": True,
        "choice_reason": None,
        "effective_date": "2027-01-01",
        "profile": answers.quote(quote_id)["profile"],
        "needs": answers.quote(quote_id)["needs"],
        "client": answers.PERSON,
    }
    assert gateway.quotes == {}


def test_a_duplicate_is_a_quote_of_its_own(broker: Visitor, gateway: FakeGateway) -> None:
    quote_id = with_quote(gateway)
    through_the_wizard(broker, f"/courtier/devis/{quote_id}/dupliquer")
    (sent,) = gateway.calls("POST", "quoting/v1/quotes")
    assert body_of(sent)["product"] == "horizon-tns"
    assert body_of(sent)["client"] == answers.PERSON


def test_a_quote_that_was_modified_meanwhile_says_so_and_keeps_what_was_typed(
    broker: Visitor, gateway: FakeGateway
) -> None:
    quote_id = with_quote(gateway)
    text = "Le devis RIS-0000000033 a déjà été modifié\u00a0: reprenez à partir de la version 2."
    gateway.refuse("POST", f"quoting/v1/quotes/{quote_id}/versions", 409, "quote.replaced", text)
    page = through_the_wizard(broker, f"/courtier/devis/{quote_id}/modifier")
    assert page.status_code == 409
    assert text in page.text
    assert "Récapitulatif de votre devis" in page.text
    assert "camille@example.org" in page.text


def test_a_quote_that_cannot_be_modified_offers_no_modification(broker: Visitor, gateway: FakeGateway) -> None:
    old, new = new_id(), new_id()
    gateway.on("GET", f"quoting/v1/quotes/{old}", answers.quote(old, status="expired", status_label="Expiré"))
    rows = [answers.version(new, 2), answers.version(old, 1, status="expired", modifiable=False)]
    gateway.on("GET", f"quoting/v1/quotes/{old}/versions", {"items": rows, "next_cursor": None})
    page = broker.get(f"/courtier/devis/{old}").text
    assert f"/courtier/devis/{old}/modifier" not in page
    assert "remplacé par une version plus récente" in page
    assert f'href="/courtier/devis/{new}"' in page


def test_a_new_quote_for_a_known_client_knows_him(broker: Visitor, gateway: FakeGateway) -> None:
    page = broker.get(f"/courtier/devis/nouveau?client={answers.CLIENT}").text
    assert f"/courtier/devis/nouveau/horizon-tns?client={answers.CLIENT}" in page
    wizard = broker.get(f"/courtier/devis/nouveau/horizon-tns?client={answers.CLIENT}").text
    assert 'value="1985-05-14"' in wizard
    assert 'value="16000"' in wizard


def test_a_file_of_somebody_else_is_not_found(broker: Visitor, gateway: FakeGateway) -> None:
    def missing(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"code": "client.not_found", "detail": "Introuvable."})

    other = new_id()
    gateway.when("GET", f"quoting/v1/portfolio/clients/{other}", missing)
    for path in ("", "/consultation", "/compte"):
        assert broker.get(f"/courtier/clients/{other}{path}").status_code == 404
