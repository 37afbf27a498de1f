"""The broker's home page: his agenda, its filter, its closed events, its files."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from werkzeug.test import TestResponse

from tests.services.portal.answers import EVENT, QUOTE, agenda_event
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of

HOME = "/courtier/"
AGENDA = "quoting/v1/agenda"
LIST = f"{AGENDA}/searches"
EVERYTHING = {"text": "", "closed": False, "client_id": None, "quote_id": None}


@pytest.fixture
def broker(api: Visitor) -> Visitor:
    api.sign_in("broker")
    return api


def asked(gateway: FakeGateway) -> dict[str, Any]:
    """What of the agenda was asked for last, but for what is left out when nothing is filtered."""
    body = body_of(gateway.calls("POST", LIST)[-1])
    return {name: value for name, value in body.items() if value != EVERYTHING.get(name)}


def filtered(broker: Visitor, **answers: str) -> TestResponse:
    """Fill the filter in, and return the page that it leads to."""
    sent = broker.send("/courtier/agenda", broker.get(HOME), **answers)
    assert sent.status_code == 303
    return broker.get(sent.location)


@pytest.mark.feature("F-017", "F-021", "F-023")
def test_the_home_page_is_the_agenda_and_each_row_opens_its_file(broker: Visitor, gateway: FakeGateway) -> None:
    page = broker.get(HOME)
    for heading in ("Effet le", "Description", "Domaine d’application", "Créé le"):
        assert f">{heading}</th>" in page.text
    assert "Pour le client\u00a0: Mme\u00a0Camille Roussel, dossier Horizon TNS" in page.text
    assert "Devis n°\u00a0RIS-0000000033 / 1" in page.text
    assert "22/11/2026 à 09:25" in page.text
    assert f'href="/courtier/devis/{QUOTE}"' in page.text
    assert asked(gateway) == {}, "closed events are not asked for"


@pytest.mark.feature("F-018")
def test_it_says_how_many_are_loaded_and_offers_the_rest(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.on("POST", LIST, {"items": [agenda_event()] * 1000, "total": 1205, "next_cursor": "suivante"})
    page = filtered(broker, texte="devis")
    assert "Nombre d’événements chargés : 1000 sur 1205".replace(" : ", "\u00a0: ") in page.text
    (further,) = re.findall(r'href="(/courtier/\?suite=suivante&amp;recherche=[^"]+)"', page.text)
    broker.get(further.replace("&amp;", "&"))
    assert asked(gateway) == {"cursor": "suivante", "text": "devis"}


@pytest.mark.feature("F-019", "F-020")
def test_the_filter_and_the_switch_are_asked_for_and_reset_by_one_link(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.on("POST", LIST, {"items": [], "total": 0, "next_cursor": None})
    page = filtered(broker, texte=" Éloïse ", clotures="1")
    assert asked(gateway) == {"text": "Éloïse", "closed": True}
    assert 'name="texte" value="Éloïse"' in page.text
    assert 'name="clotures" value="1" checked' in page.text
    assert f'<a href="{HOME}">Réinitialiser les filtres</a>' in page.text
    assert "Aucun événement ne répond à ce filtre." in page.text
    broker.get(HOME)
    assert asked(gateway) == {}
    assert broker.send("/courtier/agenda", page, texte="\x00").location == HOME
    assert len(filtered(broker, texte="a" * 101).text) > 0
    assert asked(gateway) == {"text": "a" * 100}


@pytest.mark.feature("F-020")
def test_no_address_says_whom_the_broker_looked_for(
    broker: Visitor, somebody_else: Visitor, gateway: FakeGateway
) -> None:
    sent = broker.send("/courtier/agenda", broker.get(HOME), texte="Roussel")
    assert "roussel" not in sent.location.casefold()
    page = broker.get(sent.location)
    assert "Roussel" not in "".join(re.findall(r'(?:href|formaction|action)="([^"]*)"', page.text))
    assert not [request for request in gateway.asked if "Roussel" in str(request.url)]
    somebody_else.sign_in("broker")
    somebody_else.get(sent.location)
    assert asked(gateway) == {}, "it is closed for one browser"
    broker.get(f"{HOME}?texte=Roussel")
    assert asked(gateway) == {}


@pytest.mark.feature("F-022")
def test_an_event_is_closed_as_it_was_seen_and_opened_again(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.on("PUT", f"{AGENDA}/{EVENT}", agenda_event())
    page = filtered(broker, texte="devis")
    assert 'name="_act" value="clore 3"' in page.text
    (address,) = re.findall(rf'formaction="(/courtier/agenda/{EVENT}\?recherche=[^"]+)"', page.text)
    done = broker.send(address, page, _act="clore 3")
    assert (done.status_code, done.location) == (303, address.replace(f"agenda/{EVENT}", ""))
    (put,) = gateway.calls("PUT", f"{AGENDA}/.*")
    assert (body_of(put), put.headers["If-Match"]) == ({"closed": True}, '"3"')
    gateway.on(
        "POST",
        LIST,
        {"items": [agenda_event(closed_at="2026-11-22T09:00:00Z", revision=4)], "total": 1, "next_cursor": None},
    )
    page = broker.get(f"{HOME}?clotures=1")
    assert "Clôturé le 22/11/2026" in page.text
    assert 'name="_act" value="rouvrir 4"' in page.text
    broker.send(f"/courtier/agenda/{EVENT}?clotures=1", page, _act="rouvrir 4")
    assert body_of(gateway.calls("PUT", f"{AGENDA}/.*")[-1]) == {"closed": False}


def test_an_event_that_changed_meanwhile_is_shown_as_it_is_now(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.refuse("PUT", f"{AGENDA}/{EVENT}", 412, "stale", "")
    answer = broker.send(f"/courtier/agenda/{EVENT}", broker.get(HOME), _act="clore 3")
    assert answer.status_code == 412
    assert "Cet événement a changé entre-temps" in answer.text
    assert "Camille Roussel" in answer.text


@pytest.mark.parametrize("act", ["", "clore", "clore -1", "effacer 3", "clore 3\n"])
def test_a_button_that_is_not_ours_does_nothing(broker: Visitor, gateway: FakeGateway, act: str) -> None:
    assert broker.send(f"/courtier/agenda/{EVENT}", broker.get(HOME), _act=act).status_code == 400
    assert gateway.calls("PUT", f"{AGENDA}/.*") == []


@pytest.mark.feature("F-024")
def test_both_exports_come_through_with_the_filter_of_the_page(broker: Visitor, gateway: FakeGateway) -> None:
    disposition = 'attachment; filename="agenda-2026-11-22.csv"'
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": disposition}
    gateway.when("POST", f"{AGENDA}/exports", lambda _request: httpx.Response(200, content=b"a;b", headers=headers))
    gateway.when("GET", f"{AGENDA}/untransformed-quotes", lambda _request: httpx.Response(200, content=b"PK"))
    page = filtered(broker, texte="devis", clotures="1")
    (link,) = re.findall(r'href="(/courtier/agenda/export.csv\?[^"]+)"', page.text)
    answer = broker.get(link.replace("&amp;", "&"))
    assert (answer.data, answer.headers["Content-Disposition"]) == (b"a;b", disposition)
    (export,) = gateway.calls("POST", f"{AGENDA}/exports")
    assert body_of(export) == {**EVERYTHING, "text": "devis", "closed": True, "format": "csv"}
    assert broker.get("/courtier/devis-non-transformes.xlsx").data == b"PK"
    (untransformed,) = gateway.calls("GET", f"{AGENDA}/untransformed-quotes")
    assert dict(untransformed.url.params) == {"format": "xlsx"}
    assert broker.get("/courtier/agenda/export.pdf").status_code == 404
