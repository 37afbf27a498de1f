"""The broker's portfolio in a browser: a quote is sent, found again with « % », modified, and found as two versions."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.demo.client import Mailbox, until
from deploy.demo.people import BIRTH_DATE
from tests.browser import walk as step
from tests.browser.devices import DESK, PHONE, PHONE_WITHOUT_SCRIPTS


def surname() -> str:
    """A name that nobody else in the portfolio has."""
    return "Zé" + "".join(secrets.choice("bcdfglmnprst") + secrets.choice("aeiou") for _ in range(4))


def broker_gives(walk: step.Walk, last_name: str) -> None:
    walk.choose("Civilité", "Madame")
    walk.page.get_by_label("Nom (*)", exact=True).fill(last_name)
    walk.page.get_by_label("Prénom (*)", exact=True).fill("Éloïse")
    walk.page.get_by_label("Adresse (*)", exact=True).fill("1 rue test")
    walk.page.get_by_label("Pays").select_option(label="France")
    walk.fill("Adresse e-mail client", walk.family.email)
    walk.press("Suivant")
    walk.heading("Récapitulatif de votre devis")


def seen(page: Page, name: str) -> None:
    """Nothing sticks out; where asked for, keep what it looks like."""
    assert page.evaluate("document.documentElement.scrollWidth") <= (page.viewport_size or {})["width"]
    if folder := os.environ.get("SCREENSHOTS"):
        width = (page.viewport_size or {})["width"]
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def search_by_name(walk: step.Walk, typed: str) -> None:
    page = walk.page
    page.get_by_role("link", name="Portefeuille").click()
    page.get_by_label("Nom / raison sociale").fill(typed)
    walk.press("Rechercher")
    walk.heading("Résultats")


def client_is_found_and_his_file_read(walk: step.Walk, name: str) -> None:
    page = walk.page
    search_by_name(walk, "%")
    expect(page.get_by_role("link", name=f"{name} Éloïse")).to_be_visible()
    search_by_name(walk, name.upper().replace("É", "e"))
    row = page.get_by_role("row", name=f"{name} Éloïse")
    expect(row).to_contain_text("1 rue test, 16000 Angoulême FRANCE")
    expect(row).to_contain_text("Client")
    assert name.lower() not in page.url.lower()
    seen(page, "search")
    row.get_by_role("link").click()

    walk.heading(f"Mme Éloïse {name}")
    for text in ("Retard de paiement", "Mouvements financiers non affectés", "Solde"):
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    seen(page, "client")
    page.get_by_role("link", name="Consultation").click()
    expect(page.get_by_text("Madame", exact=True)).to_be_visible()
    seen(page, "identity")
    page.get_by_role("link", name="Synthèse", exact=True).click()
    page.get_by_role("link", name="Synthèse du compte client").click()
    seen(page, "account")
    page.get_by_role("link", name="Synthèse", exact=True).click()
    page.get_by_role("row", name="Validé").get_by_role("link").click()


def quote_is_modified(walk: step.Walk, name: str) -> str:
    """Take the quote on the screen to its version 2; returns its number."""
    page = walk.page
    walk.heading("Devis RIS-")
    page.get_by_role("link", name="Dupliquer").first.click()
    expect(page.get_by_role("link", name="Modifier")).to_be_visible()
    seen(page, "acts")
    page.get_by_role("link", name="Modifier").click()
    expect(page.get_by_text("le devis réémis sera la version 2")).to_be_visible()
    expect(page.get_by_label("Date de naissance (*)", exact=True)).to_have_value(BIRTH_DATE.isoformat())
    seen(page, "modify")
    walk.press("Suivant")
    page.locator(".formula", has_text="Horizon TNS 450").click()
    walk.fill("Si vous choisissez une autre formule", "Lunettes à changer")
    walk.press("Suivant")
    expect(page.get_by_label("Nom (*)", exact=True)).to_have_value(name)
    walk.press("Suivant")
    walk.heading("Récapitulatif de votre devis")
    step.broker_sends_the_quote(walk)
    expect(page.get_by_role("heading", name="Devis RIS-")).to_contain_text("/ 2")
    number = page.get_by_role("heading", name="Devis RIS-").inner_text().split()[1]
    expect(page.get_by_role("row", name="Expiré")).to_contain_text("Horizon TNS 300")
    seen(page, "version-2")
    links = until("the link of version 2", lambda: _links(walk) if len(_links(walk)) > 1 else None)
    assert len(links) == 2
    return number


def _links(walk: step.Walk) -> list[str]:
    """The messages to the client that carry a link."""
    texts = [message["text"] for message in walk.mailbox.to(walk.family.email)]
    return [text for text in texts if "/souscrire/" in text]


def both_versions_are_found(walk: step.Walk, number: str) -> None:
    page = walk.page
    page.get_by_role("link", name="Portefeuille").click()
    walk.choose("Objet", "Devis")
    page.get_by_label("Identifiant devis").fill(number)
    walk.press("Rechercher")
    rows = page.get_by_role("row", name=number)
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Validé")
    expect(rows.nth(1)).to_contain_text("Expiré")
    for label in ("Accepté", "Décliné", "En attente de pièce(s)", "Expiré", "Incomplet", "Proposé", "Refusé"):
        expect(page.get_by_label(label, exact=True)).to_be_disabled()
    seen(page, "quotes")
    page.get_by_label("Validé", exact=True).check()
    walk.press("Rechercher")
    expect(page.get_by_role("row", name=number)).to_have_count(1)


@pytest.mark.feature("F-066", "F-067", "F-068", "F-069", "F-070", "F-071", "F-072", "F-076", "F-080", "F-081", "F-082")
@pytest.mark.feature("F-083", "F-084", "F-085", "F-352")
@pytest.mark.parametrize(
    "page", [DESK, PHONE_WITHOUT_SCRIPTS], indirect=True, ids=["at a desk", "on a telephone without scripts"]
)
def test_a_quote_is_found_modified_and_found_as_two_versions(page: Page, mailbox: Mailbox, papers: Path) -> None:
    walk = step.Walk(page, mailbox, papers, scripts=(page.viewport_size or {})["width"] == DESK.width)
    name = surname()
    step.broker_signs_in(walk)
    step.broker_states_the_needs(walk)
    step.broker_chooses_the_formula(walk)
    broker_gives(walk, name)
    step.broker_sends_the_quote(walk)
    seen(page, "quote")
    client_is_found_and_his_file_read(walk, name)
    both_versions_are_found(walk, quote_is_modified(walk, name))


@pytest.mark.feature("F-066")
@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_duplicate_goes_through_prefilled_screens_to_another_number(
    page: Page, mailbox: Mailbox, papers: Path
) -> None:
    walk = step.Walk(page, mailbox, papers)
    step.broker_signs_in(walk)
    step.broker_states_the_needs(walk)
    step.broker_chooses_the_formula(walk)
    broker_gives(walk, surname())
    step.broker_sends_the_quote(walk)
    first = page.get_by_role("heading", name="Devis RIS-").inner_text()
    page.get_by_text("Acte de gestion").click()
    seen(page, "menu")
    page.get_by_role("link", name="Dupliquer dans un nouveau devis").click()
    for heading in ("Choisissez votre formule", "Vos informations personnelles", "Récapitulatif de votre devis"):
        walk.press("Suivant")
        walk.heading(heading)
    step.broker_sends_the_quote(walk)
    second = page.get_by_role("heading", name="Devis RIS-").inner_text()
    assert first != second
    assert second.endswith("/ 1")
