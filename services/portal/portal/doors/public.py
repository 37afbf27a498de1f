"""What is open to all: the welcome page, signing in and out, choosing a password, following a link."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask_babel import gettext

from plumbing.http.clients import ServiceError
from portal.backend import DOORS, SignedOut, backend, person, sign_in
from portal.failures import message_page
from portal.formats import french
from portal.forms import Form
from portal.session import fresh_token

pages = Blueprint("public", __name__)

_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
_HOME_OF_DOOR = {"broker": "agenda.home", "member": "member.home", "manager": "manager.home"}


@pages.get("/")
def welcome() -> Any:
    """The first page: whoever is signed in goes to his own."""
    for door, endpoint in _HOME_OF_DOOR.items():
        if door in session:
            return redirect(url_for(endpoint))
    return render_template("public/welcome.html")


@pages.get("/connexion")
def sign_in_page() -> str:
    reason = {
        "fin": gettext("Votre session est terminée\u00a0: reconnectez-vous pour continuer."),
        "acces": gettext("Connectez-vous pour ouvrir cette page."),
    }.get(request.args.get("motif", ""), "")
    return render_template("public/sign_in.html", form=Form(), next=request.args.get("suite", ""), reason=reason)


@pages.post("/connexion")
def sign_in_submit() -> Any:
    form = Form.sent()
    following = form.text("suite")
    if form.require(["identifier", "password"]):
        body = {"identifier": form.text("identifier"), "password": request.form.get("password", "")}
        try:
            answer = backend().service("member").post("sessions", body)
        except ServiceError as refusal:
            form.take_refusal(refusal)
        else:
            role = answer["role"]
            if role in _HOME_OF_DOOR:
                sign_in(role, answer, name=answer["display_name"])
                return redirect(own_path(following, role) or url_for(_HOME_OF_DOOR[role]))
            form.refuse(gettext("Votre profil n’a pas encore d’espace ici."))
    form.values.pop("password", None)
    return render_template("public/sign_in.html", form=form, next=following, reason=""), form.status


@pages.post("/deconnexion")
def sign_out() -> Any:
    for door in DOORS:
        kept = session.pop(door, None)
        if kept and kept.get("refresh"):
            try:
                backend().service("member").delete("sessions", {"refresh_token": kept["refresh"]})
            except ServiceError:
                continue  # the cookie is gone either way, and the token ends by itself
    session["csrf"] = fresh_token()
    return redirect(url_for("public.welcome"))


@pages.get("/activation/<token>")
def follow_activation_link(token: str) -> Any:
    """Take the secret out of the address at once: it stays in the encrypted cookie until the password is chosen."""
    session["activation"] = token[:200]
    return redirect(url_for("public.choose_password"))


@pages.route("/activation", methods=["GET", "POST"])
def choose_password() -> Any:
    token = session.get("activation")
    if token is None:
        text = gettext("Ouvrez le lien reçu par e-mail, ou demandez-en un nouveau.")
        return message_page(gettext("Lien incomplet"), text, 404, **_another_link())
    form = Form()
    if request.method == "POST":
        form = Form.sent()
        password = request.form.get("password", "")
        if password != request.form.get("again", ""):
            text = gettext("Les deux saisies sont différentes.")
            form.refuse(text, again=text)
        elif form.require(["password"]):
            try:
                answer = backend().service("member").post("activations", {"token": token, "password": password})
            except ServiceError as refusal:
                if refusal.status in {404, 410}:
                    session.pop("activation")
                    title = gettext("Ce lien ne permet plus de choisir un mot de passe")
                    return message_page(title, french(refusal.detail), refusal.status, **_another_link())
                form.take_refusal(refusal)
            else:
                session.pop("activation")
                return render_template("public/password_chosen.html", identifier=answer["identifier"])
    form.values.clear()
    return render_template("public/choose_password.html", form=form), form.status


def _another_link() -> dict[str, str]:
    return {"link": url_for("public.ask_for_link"), "link_text": gettext("Demander un nouveau lien")}


@pages.route("/mot-de-passe", methods=["GET", "POST"])
def ask_for_link() -> Any:
    form = Form()
    if request.method == "POST":
        form = Form.sent()
        if form.require(["identifier"]):
            try:
                answer = backend().service("member").post("password-resets", {"identifier": form.text("identifier")})
            except ServiceError as refusal:
                form.take_refusal(refusal)
            else:
                return message_page(gettext("Vérifiez vos e-mails"), french(answer["detail"]), 200)
    return render_template("public/ask_for_link.html", form=form), form.status


@pages.get("/souscrire/<secret>")
def follow_subscription_link(secret: str) -> Any:
    """Exchange the link's secret for a session of thirty minutes and leave the address that holds it."""
    try:
        answer = _exchanged(secret[:200])
    except ServiceError as refusal:
        if refusal.status in {404, 410, 409, 422}:
            title = gettext("Ce lien ne permet plus de souscrire")
            text = gettext("Ce lien n’existe pas. Vérifiez que vous l’avez recopié en entier.")
            return message_page(title, text if refusal.status == 422 else french(refusal.detail), refusal.status)
        raise
    if "broker" in session and _is_his_own(answer["subscription_id"]):
        # A broker may go on only with his client at his side, and says so first.
        return redirect(url_for("subscribing.show", subscription_id=answer["subscription_id"]))
    sign_in("guest", answer, name="", subscription=answer["subscription_id"])
    return redirect(url_for("client.home"))


def _exchanged(secret: str) -> Any:
    """Whoever is signed in here as staff says so: the broker is not told that his client opened what he opened."""
    for door in ("broker", "manager"):
        if door in session:
            try:
                return person(door).post("quoting", "guest-sessions", {"secret": secret})
            except SignedOut:
                continue
    return backend().service("quoting").post("guest-sessions", {"secret": secret})


def _is_his_own(subscription_id: str) -> bool:
    """Whether the broker who is signed in here advises the client of this subscription."""
    try:
        person("broker").get("quoting", f"subscriptions/{subscription_id}")
    except (ServiceError, SignedOut):
        return False
    return True


@pages.get("/message/<token>")
def web_version(token: str) -> Any:
    """A mail as it was sent, for whoever cannot read it well where it arrived (F-064). It may style itself, no more."""
    try:
        answer = backend().service("notifications").post("web-versions", {"token": token[:100]})
    except ServiceError as refusal:
        if refusal.status in {404, 422}:
            title = gettext("Ce message ne peut plus être affiché ici")
            text = gettext("Le lien a expiré ou n’a pas été recopié en entier. Le message reste dans votre messagerie.")
            return message_page(title, text, 404)
        raise
    response = Response(answer["html"], mimetype="text/html")
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@pages.get("/donnees-personnelles")
def privacy() -> str:
    return render_template("public/privacy.html")


def own_path(path: str, door: str) -> str:
    """Return `path` when it is a page behind this door, else nothing: a link must not send people elsewhere."""
    parts = urlsplit(path)
    home = url_for(_HOME_OF_DOOR[door])
    own = path.startswith((home, f"/documents/{door}/")) and not parts.scheme and not parts.netloc
    return path if own and path.isprintable() and "\\" not in path else ""
