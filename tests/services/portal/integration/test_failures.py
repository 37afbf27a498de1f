"""When something is not as it should be, the page says so in French, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.portal.answers import CLAIM
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway

WIZARD = "/courtier/devis/nouveau/horizon-tns"


def test_an_address_that_does_not_exist(api: Visitor) -> None:
    answer = api.get("/nulle-part")
    assert answer.status_code == 404
    assert "Cette adresse n’existe pas." in answer.text


def test_a_page_asked_in_another_way(api: Visitor) -> None:
    assert api.get("/deconnexion").status_code == 405
    assert "Page introuvable" in api.get("/deconnexion").text


def test_a_service_that_is_down(api: Visitor, gateway: FakeGateway) -> None:
    api.sign_in("broker")
    gateway.down.add("quoting")
    answer = api.get("/courtier/")
    assert answer.status_code == 503
    assert "Une partie du service ne répond pas." in answer.text


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_service_that_fails(api: Visitor, gateway: FakeGateway, status: int) -> None:
    api.sign_in("member")
    gateway.on("GET", "claims/v1/claims", {"detail": "Traceback"}, status=status)
    answer = api.get("/adherent/demandes")
    assert answer.status_code == 503
    assert "Traceback" not in answer.text


def test_a_service_that_is_down_when_a_form_is_sent(api: Visitor, gateway: FakeGateway) -> None:
    gateway.down.add("member")
    answer = api.send("/connexion", api.get("/connexion"), identifier="a@b.fr", password="secret")
    assert answer.status_code == 503
    assert "momentanément indisponible" in answer.text
    assert 'value="a@b.fr"' in answer.text
    assert "secret" not in answer.text


def test_without_an_answer_the_act_keeps_its_key(api: Visitor, gateway: FakeGateway) -> None:
    api.sign_in("manager")
    page = api.get(f"/gestion/demandes/{CLAIM}")
    kept = api.hidden(page, "_key")
    decision: dict[str, Any] = {"outcome": "refused", "reason": "Facture illisible"}
    gateway.on("POST", f"claims/v1/claims/{CLAIM}/decision", {}, status=503)
    again = api.send(f"/gestion/demandes/{CLAIM}/decision", page, **decision)
    assert (again.status_code, api.hidden(again, "_key")) == (503, kept)
    gateway.refuse("POST", f"claims/v1/claims/{CLAIM}/decision", 409, "claim.decided", "Déjà décidée.")
    refused = api.send(f"/gestion/demandes/{CLAIM}/decision", again, **decision)
    assert refused.status_code == 409
    assert "Déjà décidée." in refused.text
    assert api.hidden(refused, "_key") != kept


def test_a_link_that_has_expired(api: Visitor, gateway: FakeGateway) -> None:
    text = "Ce devis était valable jusqu’au 14 octobre 2026 inclus."
    gateway.refuse("POST", "quoting/v1/guest-sessions", 410, "link.expired", text)
    answer = api.get("/souscrire/the-secret-of-the-link-of-the-quote")
    assert answer.status_code == 410
    assert text in answer.text


def test_a_link_that_was_cut_short(api: Visitor, gateway: FakeGateway) -> None:
    gateway.refuse("POST", "quoting/v1/guest-sessions", 422, "validation", "Données non valables.", secret="Trop court")
    answer = api.get("/souscrire/abc")
    assert answer.status_code == 422
    assert "Vérifiez que vous l’avez recopié en entier." in answer.text


@pytest.mark.parametrize("status", [404, 410])
def test_an_invitation_that_is_no_longer_good(api: Visitor, gateway: FakeGateway, status: int) -> None:
    api.get("/activation/old-token")
    gateway.refuse("POST", "member/v1/activations", status, "link.used", "Ce lien a déjà servi.")
    page = api.get("/activation")
    answer = api.send("/activation", page, password="Parasol-Bleu-2026!", again="Parasol-Bleu-2026!")
    assert answer.status_code == status
    assert "Ce lien a déjà servi." in answer.text
    assert 'href="/mot-de-passe"' in answer.text


def test_a_weak_password_is_explained(api: Visitor, gateway: FakeGateway) -> None:
    api.get("/activation/token")
    text = "Il manque un chiffre."
    gateway.refuse("POST", "member/v1/activations", 422, "password.weak", "Trop faible.", password=text)
    answer = api.send("/activation", api.get("/activation"), password="abc", again="abc")
    assert f'id="password-erreur">{text}' in answer.text
    assert 'value="abc"' not in answer.text
    differing = api.send("/activation", answer, password="abc", again="abd")
    assert "Les deux saisies sont différentes." in differing.text


def test_a_session_that_was_ended_elsewhere(api: Visitor, gateway: FakeGateway) -> None:
    api.sign_in("member")
    gateway.refuse("GET", "claims/v1/claims", 401, "token.invalid", "Jeton refusé.")
    answer = api.get("/adherent/demandes")
    assert answer.status_code == 302
    assert answer.location == "/connexion?motif=fin&suite=/adherent/demandes"
    assert "Votre session est terminée" in api.get(answer.location).text
    gateway.on("GET", "claims/v1/claims", {"items": [], "next_cursor": None})
    assert api.get("/adherent/demandes").status_code == 302, "the door stays shut"


def test_a_token_that_runs_out_is_renewed(api: Visitor, gateway: FakeGateway) -> None:
    short = {"access_token": "old", "refresh_token": "r1", "expires_in": 20, "role": "member", "display_name": "C. R."}
    gateway.on("POST", "member/v1/sessions", short)
    renewed = {"access_token": "new", "refresh_token": "r2", "expires_in": 600}
    gateway.on("POST", "member/v1/sessions/refresh", renewed)
    api.sign_in("member")
    assert "C. R." in api.get("/adherent/").text
    asked = gateway.calls("GET", "claims/v1/claims")[0]
    assert asked.headers["Authorization"] == "Bearer new"
    api.get("/adherent/")
    assert len(gateway.calls("POST", "member/v1/sessions/refresh")) == 1


def test_a_token_that_cannot_be_renewed_sends_to_the_sign_in(api: Visitor, gateway: FakeGateway) -> None:
    short = {"access_token": "old", "refresh_token": "r1", "expires_in": 20, "role": "member", "display_name": "C. R."}
    gateway.on("POST", "member/v1/sessions", short)
    gateway.refuse("POST", "member/v1/sessions/refresh", 401, "session.over", "Terminée.")
    api.sign_in("member")
    assert api.get("/adherent/").location.startswith("/connexion?motif=fin")


def test_a_role_without_pages(api: Visitor, gateway: FakeGateway) -> None:
    answer = {"access_token": "e", "refresh_token": "r", "expires_in": 600, "role": "employer", "display_name": "E"}
    gateway.on("POST", "member/v1/sessions", answer)
    page = api.send("/connexion", api.get("/connexion"), identifier="e@x.fr", password="p")
    assert page.status_code == 422
    assert "Votre profil n’a pas encore d’espace ici." in page.text


def test_too_much_at_once(api: Visitor) -> None:
    api.sign_in("member")
    answer = api.client.post("/adherent/demandes/nouvelle", data={"_csrf": "x" * (13 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "Taille totale des fichiers acceptée" in answer.text


def test_a_fault_of_our_own_shows_nothing_of_it(api: Visitor, gateway: FakeGateway) -> None:
    gateway.on("POST", "quoting/v1/agenda/searches", {"nonsense": "Camille"})
    api.sign_in("broker")
    answer = api.get("/courtier/")
    assert answer.status_code == 500
    assert "Une erreur est survenue" in answer.text
    assert "Camille" not in answer.text


def test_the_process_says_that_it_lives(api: Visitor) -> None:
    assert api.get("/healthz").text == "ok\n"
