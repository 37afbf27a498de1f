"""Every template written with real facts: labels, typography, escaping, accessibility, SMS length."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from notifications.adapters.insurers import load_insurers
from notifications.adapters.templates import TemplateWriter
from notifications.domain.message import Channel, Content
from notifications.domain.people import Adviser
from notifications.usecases.ports import UnknownTenant

NBSP = "\u00a0"
WRITER = TemplateWriter(load_insurers(None), "https://espace.rives.example/")
LEMAIRE = Adviser("Cabinet Lemaire", "+33198760000", "courtier@lemaire.example")
FACTS: dict[str, object] = {
    "product_name": "Horizon TNS",
    "formula": "Horizon TNS 150",
    "number": "RIS-0000000033",
    "monthly": Decimal("1069.94"),
    "amount": Decimal("25.20"),
    "expires_on": date(2026, 12, 21),
    "valid_from": date(2026, 12, 1),
    "paid_on": date(2026, 11, 23),
    "expires_at": datetime(2026, 11, 21, 10, 5, tzinfo=UTC),
    "debit_day": 5,
    "client": "Anne Roche",
    "documents": ["IPID Horizon TNS"],
    "titles": ["Bulletin d’adhésion", "Mandat SEPA"],
    "link_secret": "l1nk-s3cret",
    "pieces": ["Relevé d’identité bancaire (RIB)"],
    "if_needed": ["Justificatif de domicile"],
    "label": "Copie de votre pièce d’identité",
    "reason": "Le verso manque.",
    "token": "t0ken",
    "mobile_masked": "06 •• •• •• 78",
    "other_mobile": True,
    "papers_follow": True,
    "web_token": "w3b-t0ken",
}
MAILS = sorted(
    place.name
    for place in (files("notifications") / "templates").iterdir()
    if place.is_dir() and (place / "body.html").is_file()
)


def mail(kind: str, adviser: Adviser | None = LEMAIRE, greeting: str = "Madame Roche", **facts: object) -> Content:
    return WRITER.write(
        kind, Channel.EMAIL, tenant="rives", greeting=greeting, adviser=adviser, facts={**FACTS, **facts}
    )


class Outline(HTMLParser):
    """The element names and attributes of a page, in order, and whether they close."""

    void = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_carries_the_notices_of_the_house(kind: str) -> None:
    written = mail(kind)

    for body in (written.text, written.html or ""):
        assert "Ce message est envoyé automatiquement, merci de ne pas y répondre directement." in body
        assert "Votre conseiller Cabinet Lemaire" in body
        assert "01 98 76 00 00 (appel non surtaxé)" in body
        assert "Produit distribué par Cabinet Lemaire" in body
        assert "Contrat assuré par Mutuelle des Rives, Mutuelle régie par les dispositions du Livre II" in body
        assert "N° SIREN 000421008" in body
        assert f"Autorité chargée de son contrôle{NBSP}: Autorité de contrôle prudentiel et de résolution" in body
        assert f"Identifiant unique REP (filière papier){NBSP}: FR000421_03DEMO" in body
        assert "Bonjour Madame Roche," in body


@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_is_simple_accessible_html(kind: str) -> None:
    outline = Outline()
    outline.feed(mail(kind).html or "")

    names = [name for name, _ in outline.seen]
    assert outline.open == []
    assert ("html", {"lang": "fr"}) in outline.seen
    assert names.count("h1") == names.count("title") == names.count("main") == 1
    assert not {"img", "table", "script", "font"} & set(names)


@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_is_in_french_typography(kind: str) -> None:
    written = mail(kind)
    visible = re.sub(r"<style>.*?</style>", "", written.html or "", flags=re.DOTALL)

    for part in (written.subject, written.text, visible):
        assert not re.search(r" [:;!?%€»]|« ", part)
        assert not re.search(r"\w'\w", part)
        assert "{{" not in part
    assert "\n" not in written.subject


@pytest.mark.parametrize("kind", MAILS)
def test_paragraphs_of_a_plain_mail_stand_apart(kind: str) -> None:
    paragraphs = mail(kind).text.split("\n\n")

    assert "Bonjour Madame Roche," in paragraphs
    assert "Nous restons à votre disposition pour toute information complémentaire." in paragraphs
    assert "Votre conseiller Cabinet Lemaire\n01 98 76 00 00 (appel non surtaxé)" in paragraphs
    assert not any(part.startswith("\n") for part in paragraphs)


@pytest.mark.parametrize("kind", MAILS)
def test_without_an_adviser_the_insurer_signs(kind: str) -> None:
    written = mail(kind, adviser=None)

    assert "Votre conseiller Service adhérents" in written.text
    assert "Produit distribué par Mutuelle des Rives" in written.text


def test_an_adviser_without_a_number_has_no_line_for_it() -> None:
    written = mail("claim.submitted", adviser=Adviser("Cabinet Lemaire", ""))

    assert "Votre conseiller Cabinet Lemaire" in written.text
    assert "appel non surtaxé" not in written.text + (written.html or "")


def test_the_quotes_mail() -> None:
    written = mail("quote.issued")

    assert written.subject == "Votre devis Horizon TNS proposé par Cabinet Lemaire"
    assert "Votre recherche de complémentaire santé" in (written.html or "")
    assert '<a href="https://espace.rives.example/souscrire/l1nk-s3cret">en suivant ce lien</a>' in (written.html or "")
    assert "https://espace.rives.example/souscrire/l1nk-s3cret" in written.text
    assert f"1\u202f069,94{NBSP}€" in written.text
    assert f"21{NBSP}décembre 2026" in written.text


@pytest.mark.parametrize("kind", ["quote.issued", "membership.requested"])
def test_the_brokers_mail_has_the_clients_subject_and_no_link(kind: str) -> None:
    written = mail(f"{kind}.broker")

    assert written.subject == mail(kind).subject
    for body in (written.text, written.html or ""):
        assert "Anne Roche" in body
        assert "lien personnel" in body
        assert "souscrire" not in body


def test_the_failure_mail_names_the_product_where_it_is_known() -> None:
    assert mail("ceremony.failed").subject == f"Horizon TNS -{NBSP}: Échec de signature électronique"
    assert mail("ceremony.failed", product_name="").subject == "Échec de signature électronique"


def test_the_account_mail_says_until_when_in_paris_time() -> None:
    written = mail("account.opening")

    assert f"21{NBSP}novembre 2026 à 11{NBSP}h{NBSP}05" in written.text
    assert "https://espace.rives.example/activation/t0ken" in written.text


def test_a_name_cannot_bring_markup_or_headers() -> None:
    written = mail("quote.issued", adviser=Adviser("A\r\nBcc: x@y.example", "01"), greeting="<b>Roche</b>")

    assert written.subject == "Votre devis Horizon TNS proposé par A Bcc: x@y.example"
    assert "&lt;b&gt;Roche&lt;/b&gt;" in (written.html or "")


def test_the_benefits_sms_fits_in_one() -> None:
    written = WRITER.write(
        "benefit.paid",
        Channel.SMS,
        tenant="rives",
        greeting="",
        adviser=None,
        facts={**FACTS, "amount": Decimal("1234.56")},
    )

    assert "1 234,56 €" in written.text
    assert "23/11/2026" in written.text
    assert len(written.text) <= 160
    # « ° » and curly apostrophes are outside the SMS alphabet and would halve the length.
    assert not set(written.text) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:/-€éèà")


def test_a_tenant_without_configuration_writes_nothing() -> None:
    with pytest.raises(UnknownTenant):
        WRITER.write("claim.submitted", Channel.EMAIL, tenant="nobody", greeting="", adviser=None, facts={})
