"""What every page answers with, what every form must bring, and what stays in the session."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from plumbing.cipher import new_field_key
from portal.app import create_app
from portal.config import load
from portal.doors.public import own_path
from tests.services.portal.answers import CLAIM, DOCUMENT, ROLES, SUBSCRIPTION, claim
from tests.services.portal.conftest import SETTINGS, Visitor
from tests.services.portal.gateway import FakeGateway

OPEN = ("/", "/connexion", "/mot-de-passe", "/donnees-personnelles", "/activation", "/nulle-part", "/souscription/")
BEHIND = {
    "broker": (
        "/courtier/",
        "/courtier/devis/nouveau",
        "/courtier/devis/nouveau/horizon-tns",
        f"/courtier/devis/{CLAIM}",
    ),
    "member": ("/adherent/", "/adherent/alertes", "/adherent/demandes", f"/adherent/demandes/{CLAIM}"),
    "manager": ("/gestion/", f"/gestion/demandes/{CLAIM}"),
}


def assert_strict(headers: dict[str, str]) -> None:
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", OPEN)
def test_every_open_page_is_strict(api: Visitor, path: str) -> None:
    assert_strict(dict(api.get(path).headers))


@pytest.mark.parametrize(("door", "path"), [(door, path) for door in BEHIND for path in BEHIND[door]])
def test_a_page_behind_a_door_is_strict_and_for_its_role_alone(api: Visitor, door: str, path: str) -> None:
    for other in ROLES:
        if other != door:
            api.sign_in(other)
    turned_away = api.get(path)
    assert turned_away.status_code == 302
    assert turned_away.location.startswith("/connexion?")
    api.sign_in(door)
    shown = api.get(path)
    assert shown.status_code == 200
    assert_strict(dict(shown.headers))


@pytest.mark.parametrize(
    "path",
    [
        "/connexion",
        "/deconnexion",
        "/activation",
        "/mot-de-passe",
        "/courtier/devis/nouveau/horizon-tns",
        "/souscription/adhesion",
        "/souscription/signature/signer",
        "/souscription/dossier",
        "/adherent/alertes",
        "/adherent/demandes/nouvelle",
        f"/gestion/demandes/{CLAIM}/reglement",
        f"/gestion/dossiers/{CLAIM}/adhesion",
    ],
)
@pytest.mark.parametrize("given", ["", "made-up", "\u00e9"])
def test_a_form_without_the_sessions_token_does_nothing(
    api: Visitor, gateway: FakeGateway, path: str, given: str
) -> None:
    for role in ROLES:
        api.sign_in(role)
    api.follow_link()
    gateway.asked.clear()
    answer = api.client.post(path, data={"_csrf": given, "identifier": "x", "password": "y"})
    assert answer.status_code == 400
    assert "Formulaire expiré" in answer.text
    assert gateway.asked == []


def test_another_sessions_token_does_not_help(api: Visitor, somebody_else: Visitor) -> None:
    api.sign_in("member")
    foreign = somebody_else.hidden(somebody_else.get("/connexion"), "_csrf")
    assert api.client.post("/deconnexion", data={"_csrf": foreign}).status_code == 400


def test_signing_in_changes_the_token(api: Visitor) -> None:
    before = api.hidden(api.get("/connexion"), "_csrf")
    api.sign_in("broker")
    assert api.hidden(api.get("/courtier/"), "_csrf") != before


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/courtier/",
        "//evil.example/courtier/",
        "/\\evil.example",
        "/courtier/\\evil",
        "/courtier/\r\nLocation: x",
        "javascript:alert(1)",
        "/adherent/",
        "/deconnexion",
        "courtier/",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(api: Visitor, app: Flask, path: str) -> None:
    answer = api.send("/connexion", api.get("/connexion"), identifier="broker@x.fr", password="p", suite=path)
    assert answer.location == "/courtier/"
    with app.test_request_context():
        assert own_path(path, "broker") == ""


def test_after_signing_in_one_is_where_one_wanted_to_be(api: Visitor) -> None:
    wanted = f"/courtier/devis/{CLAIM}"
    turned_away = api.get(wanted)
    page = api.get(turned_away.location)
    assert "Connectez-vous pour ouvrir cette page." in page.text
    answer = api.send("/connexion", page, identifier="broker@x.fr", password="p", suite=api.hidden(page, "suite"))
    assert answer.location == wanted


def test_secrets_leave_the_address_at_once(api: Visitor, gateway: FakeGateway) -> None:
    followed = api.get("/souscrire/the-secret-of-the-link-of-the-quote")
    assert (followed.status_code, followed.location) == (302, "/souscription/")
    invited = api.get("/activation/one-time-token")
    assert (invited.status_code, invited.location) == (302, "/activation")
    page = api.get("/activation")
    for answer in (followed, invited, page):
        assert "one-time-token" not in answer.text + str(answer.headers)
        assert "the-secret" not in answer.text + str(answer.headers)
    gateway.on("POST", "member/v1/activations", {"identifier": "camille@example.org"})
    api.send("/activation", page, password="Parasol-Bleu-2026!", again="Parasol-Bleu-2026!")
    assert json.loads(gateway.calls("POST", "member/v1/activations")[0].content)["token"] == "one-time-token"
    assert api.get("/activation").status_code == 404, "the token is used up"


def test_the_cookie_is_kept_from_scripts_and_other_sites(api: Visitor, app: Flask, gateway: FakeGateway) -> None:
    plain = api.get("/").headers["Set-Cookie"]
    assert plain.startswith("parapluie=")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Path=/" in plain
    production = {**SETTINGS, "PUBLIC_URL": "https://espace.example", "SESSION_KEY": new_field_key()}
    secure = create_app(load(production), http=gateway.http()).test_client().get("/")
    cookie = secure.headers["Set-Cookie"]
    assert cookie.startswith("__Host-parapluie=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_cookie_is_unreadable_and_cannot_be_altered(api: Visitor) -> None:
    api.sign_in("broker")
    kept = api.client.get_cookie("parapluie")
    assert kept
    assert "broker" not in kept.value
    api.client.set_cookie("parapluie", kept.value[:-4] + "AAAA")
    assert api.get("/courtier/").status_code == 302
    api.client.set_cookie("parapluie", "nonsense")
    assert api.get("/").status_code == 200


def test_the_cookie_holds_every_door_and_stays_small(api: Visitor) -> None:
    api.follow_link()
    for role in ROLES:
        api.sign_in(role)
    kept = api.client.get_cookie("parapluie")
    assert kept
    assert len(f"parapluie={kept.value}; Path=/; HttpOnly; SameSite=Lax") < 4096
    for path in ("/courtier/", "/adherent/", "/gestion/", "/souscription/adhesion"):
        assert api.get(path).status_code == 200


def test_a_cookie_that_would_outgrow_its_limit_lets_the_oldest_door_go(api: Visitor, gateway: FakeGateway) -> None:
    api.sign_in("broker")
    long = {"access_token": "x" * 2200, "refresh_token": "r", "expires_in": 600, "role": "member", "display_name": "M"}
    gateway.on("POST", "member/v1/sessions", long)
    api.sign_in("member")
    assert api.get("/adherent/").status_code == 200
    assert api.get("/courtier/").status_code == 302


def test_signing_out_ends_the_sessions_here_and_there(api: Visitor, gateway: FakeGateway) -> None:
    api.sign_in("broker")
    api.follow_link()
    assert api.send("/deconnexion", api.get("/courtier/")).location == "/"
    assert api.get("/courtier/").status_code == 302
    assert api.get("/souscription/").status_code == 401
    assert len(gateway.calls("DELETE", "member/v1/sessions")) == 1


def test_calls_say_whose_they_are(api: Visitor, gateway: FakeGateway) -> None:
    api.client.get("/souscrire/the-secret-of-the-link-of-the-quote", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert gateway.asked[-1].headers["X-Forwarded-For"] == "192.0.2.7"


def test_a_document_is_streamed_with_the_persons_own_token(api: Visitor, gateway: FakeGateway) -> None:
    import httpx

    gateway.when(
        "GET",
        f"documents/v1/documents/{DOCUMENT}/content",
        lambda request: httpx.Response(200, content=b"%PDF-1.7", headers={"Content-Type": "application/pdf"}),
    )
    api.sign_in("member")
    shown = api.get(f"/documents/member/{DOCUMENT}?voir=1")
    assert shown.data == b"%PDF-1.7"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    asked = gateway.calls("GET", "documents/.*")[0]
    assert asked.headers["Authorization"].startswith("Bearer member.")
    assert asked.url.query == b"inline=1"


@pytest.mark.parametrize(
    "path", [f"/documents/member/{CLAIM}", "/documents/member/1", f"/documents/service/{DOCUMENT}"]
)
def test_somebody_elses_document_is_not_there(api: Visitor, path: str) -> None:
    api.sign_in("member")
    answer = api.get(path)
    assert answer.status_code == 404
    assert "text/html" in answer.headers["Content-Type"]


def test_what_a_person_wrote_cannot_run(api: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", f"claims/v1/claims/{CLAIM}", claim(description="<script>alert(1)</script>", message="\"'><img>"))
    api.sign_in("manager")
    page = api.get(f"/gestion/demandes/{CLAIM}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<img>" not in page


def test_the_guests_session_ends_with_its_token(api: Visitor, gateway: FakeGateway) -> None:
    answer = {"access_token": "g", "expires_in": 20, "subscription_id": SUBSCRIPTION}
    gateway.on("POST", "quoting/v1/guest-sessions", answer)
    api.follow_link()
    ended = api.get("/souscription/")
    assert ended.status_code == 401
    assert "Rouvrez le lien reçu par e-mail" in ended.text


def test_the_settings_refuse_what_is_unsafe() -> None:
    from plumbing.settings import SettingsError

    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        load({"GATEWAY_URL": "http://g", "PUBLIC_URL": "http://plain.example", "SESSION_KEY": new_field_key()})
    with pytest.raises(SettingsError, match="SESSION_KEY"):
        load({**SETTINGS, "SESSION_KEY": "short"})
