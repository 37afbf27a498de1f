"""The four steps of a quote: nothing is lost on the way, nothing can be slipped in."""

from __future__ import annotations

import time
from typing import Any

import pytest
from werkzeug.test import TestResponse

from portal.forms import CARRIED_SECONDS
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of

WIZARD = "/courtier/devis/nouveau/horizon-tns"
NEEDS = {
    **dict.fromkeys(("optical", "dental", "hearing", "hospital", "fees"), "medium"),
    "effective_date": "2026-11-22",
    "regime": "general",
    "postcode": "16000",
    "town": "Angoulême",
    "birth_date": "1985-05-14",
    "spouse": "no",
    "has_children": "yes",
    "children": "2",
}
CLIENT = {
    "civility": "madame",
    "last_name": "Roussel",
    "first_name": "Camille",
    "address": "12 rue des Tilleuls",
    "client_postcode": "16000",
    "client_town": "Angoulême",
    "client_country": "FR",
    "email": "camille@example.org",
}


@pytest.fixture
def broker(api: Visitor) -> Visitor:
    api.sign_in("broker")
    return api


def at_solutions(broker: Visitor, **changes: Any) -> TestResponse:
    return broker.send(WIZARD, broker.get(WIZARD), _step="solutions", **{**NEEDS, **changes})


def at_summary(broker: Visitor, **choice: Any) -> TestResponse:
    solutions = at_solutions(broker)
    details = broker.send(WIZARD, solutions, _step="details", **{"formula": "300", "_box": "with_option", **choice})
    assert "Vos informations personnelles" in details.text
    return broker.send(WIZARD, details, _step="summary", **CLIENT)


def test_the_quote_is_what_was_entered_on_every_page(broker: Visitor, gateway: FakeGateway) -> None:
    summary = at_summary(broker)
    assert "1\u202f382,76\u00a0€" in summary.text
    assert "Médian" in summary.text
    issued = broker.send(WIZARD, summary, _step="issue")
    assert issued.status_code == 302
    sent = body_of(gateway.calls("POST", "quoting/v1/quotes")[0])
    assert sent["profile"]["children"] == 2
    assert sent["profile"]["spouse_birth_date"] is None
    assert sent["needs"]["optical"] == "medium"
    assert sent["client"]["email"] == "camille@example.org"
    assert sent["client"]["birth_date"] == "1985-05-14"
    assert sent["with_option"] is False


def test_a_double_click_makes_one_quote(broker: Visitor, gateway: FakeGateway) -> None:
    summary = at_summary(broker)
    first = broker.send(WIZARD, summary, _step="issue")
    second = broker.send(WIZARD, summary, _step="issue")
    assert first.location == second.location
    assert len(gateway.calls("POST", "quoting/v1/quotes")) == 2
    assert len(gateway.quotes) == 1


def test_going_back_and_answering_otherwise_makes_another_quote(broker: Visitor, gateway: FakeGateway) -> None:
    summary = at_summary(broker)
    broker.send(WIZARD, summary, _step="issue")
    broker.send(WIZARD, summary, _step="issue", last_name="Rousseau")
    assert len(gateway.quotes) == 2


def test_going_back_loses_nothing(broker: Visitor) -> None:
    details = broker.send(WIZARD, at_summary(broker, with_option="on"), _step="details")
    assert 'value="12 rue des Tilleuls"' in details.text
    solutions = broker.send(WIZARD, details, _step="solutions", **CLIENT)
    assert 'value="300" checked' in solutions.text
    assert 'name="with_option" checked' in solutions.text
    needs = broker.send(WIZARD, solutions, _step="needs")
    assert 'value="1985-05-14"' in needs.text
    assert '<option value="Angoulême" selected>' in needs.text


def test_a_box_that_was_ticked_can_be_unticked(broker: Visitor) -> None:
    details = broker.send(WIZARD, at_summary(broker, with_option="on"), _step="details")
    solutions = broker.send(WIZARD, details, _step="solutions")
    again = broker.send(WIZARD, solutions, _step="details", formula="300", _box="with_option")
    back = broker.send(WIZARD, again, _step="solutions")
    assert 'name="with_option" checked' not in back.text


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(broker: Visitor) -> None:
    page = at_solutions(broker, birth_date="", children="")
    assert page.status_code == 422
    assert 'id="birth_date-erreur"' in page.text
    assert 'id="children-erreur"' in page.text
    assert "2 réponses obligatoires manquent." in page.text
    assert 'value="2026-11-22"' in page.text
    assert 'id="spouse_birth_date-erreur"' not in page.text


def test_a_town_of_another_postcode_is_asked_again(broker: Visitor) -> None:
    page = at_solutions(broker, town="Paris")
    assert page.status_code == 422
    assert 'id="town-erreur"' in page.text


@pytest.mark.parametrize("children", ["0", "00"])
def test_covered_children_are_at_least_one(broker: Visitor, children: str) -> None:
    assert "Indiquez au moins un enfant" in at_solutions(broker, children=children).text


def test_a_refusal_of_the_tariff_comes_back_to_its_field(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.refuse("POST", "quoting/v1/prices", 422, "age.not_accepted", "Âge refusé.", birth_date="Âge refusé.")
    page = at_solutions(broker)
    assert page.status_code == 422
    assert 'id="birth_date-erreur">Âge refusé.' in page.text


def test_a_refusal_of_the_client_comes_back_to_his_page(broker: Visitor, gateway: FakeGateway) -> None:
    text = "Indiquez l’adresse e-mail du client, et non la vôtre\u00a0: …"
    gateway.refuse("POST", "quoting/v1/quotes", 422, "client.email_is_brokers", text, client__email=text)
    page = broker.send(WIZARD, at_summary(broker), _step="issue")
    assert page.status_code == 422
    assert f'id="email-erreur">{text}' in page.text
    assert 'value="Roussel"' in page.text


def test_another_formula_needs_a_reason(broker: Visitor) -> None:
    page = broker.send(WIZARD, at_solutions(broker), _step="details", formula="100")
    assert 'id="choice_reason-erreur"' in page.text
    page = broker.send(WIZARD, page, _step="details", formula="100", choice_reason="Budget", with_option="on")
    assert "L’option n’est pas proposée avec la formule Horizon TNS 100." in page.text


@pytest.mark.parametrize("step", ["details", "summary", "issue"])
def test_no_step_can_be_left_out(broker: Visitor, gateway: FakeGateway, step: str) -> None:
    page = broker.send(WIZARD, broker.get(WIZARD), _step=step, formula="300", **CLIENT)
    assert page.status_code == 422
    assert "Vos besoins santé" in page.text
    assert gateway.calls("POST", "quoting/v1/quotes") == []


@pytest.mark.parametrize("formula", ["", "999"])
def test_a_formula_that_is_not_offered_is_not_chosen(broker: Visitor, formula: str) -> None:
    page = broker.send(WIZARD, at_solutions(broker), _step="summary", formula=formula, **CLIENT)
    assert page.status_code == 422
    assert '<a href="#formula">Choisissez une formule.</a>' in page.text


@pytest.mark.parametrize("altered", [None, "", "nonsense", "deadbeef.AAAA"])
def test_what_is_carried_cannot_be_made_up(broker: Visitor, gateway: FakeGateway, altered: str | None) -> None:
    page = broker.send(WIZARD, at_summary(broker), _step="issue", _carried=altered)
    assert page.status_code == 422
    assert "reprenez à la première étape" in page.text
    assert gateway.quotes == {}


def test_what_is_carried_cannot_be_altered(broker: Visitor, gateway: FakeGateway) -> None:
    summary = at_summary(broker)
    carried = broker.hidden(summary, "_carried")
    page = broker.send(WIZARD, summary, _step="issue", _carried=carried[:-8] + "AAAAAAAA")
    assert page.status_code == 422
    assert gateway.quotes == {}


def test_what_is_carried_ends_after_two_hours(
    broker: Visitor, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = at_summary(broker)
    now = time.time()
    gateway.on("POST", "member/v1/sessions/refresh", {"access_token": "new", "refresh_token": "r", "expires_in": 600})
    monkeypatch.setattr(time, "time", lambda: now + CARRIED_SECONDS + 1)
    page = broker.send(WIZARD, summary, _step="issue")
    assert page.status_code == 422
    assert "reprenez à la première étape" in page.text
    assert gateway.quotes == {}


def test_what_is_carried_is_of_no_use_in_another_session(
    broker: Visitor, somebody_else: Visitor, gateway: FakeGateway
) -> None:
    carried = broker.hidden(at_summary(broker), "_carried")
    somebody_else.sign_in("broker")
    page = somebody_else.send(WIZARD, somebody_else.get(WIZARD), _step="issue", _carried=carried)
    assert page.status_code == 422
    assert "Roussel" not in page.text
    assert gateway.quotes == {}


def test_what_is_carried_for_one_form_is_of_no_use_in_another(broker: Visitor) -> None:
    broker.assist()
    carried = broker.hidden(at_summary(broker), "_carried")
    page = broker.send(
        "/souscription/adhesion", broker.get("/souscription/adhesion"), _step="documents", _carried=carried
    )
    assert "reprenez à la première étape" in page.text


def test_the_town_is_looked_up_without_losing_the_rest(broker: Visitor) -> None:
    page = broker.send(WIZARD, broker.get(WIZARD), _step="town", postcode="16000", optical="medium")
    assert page.status_code == 200
    assert '<option value="Fléac">' in page.text
    assert 'value="medium" checked' in page.text
