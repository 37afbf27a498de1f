"""The broker's home page in a browser: an event comes, is opened, found, closed, shown again and reopened."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.demo.client import Mailbox
from tests.browser import walk as step
from tests.browser.devices import PHONE


@pytest.mark.feature("F-017", "F-019", "F-020", "F-021", "F-022", "F-023", "F-024")
def test_an_event_from_its_coming_to_its_reopening(page: Page, mailbox: Mailbox, papers: Path) -> None:
    walk = step.Walk(page, mailbox, papers)
    step.broker_signs_in(walk)
    step.broker_states_the_needs(walk)
    step.broker_chooses_the_formula(walk)
    step.broker_gives_the_client(walk)
    step.broker_sends_the_quote(walk)
    page.get_by_role("link", name="Accueil").click()
    row = page.get_by_role("row", name="Devis émis et envoyé au client")
    expect(row).to_contain_text("Camille Roussel")
    expect(row).to_contain_text("Devis n°\u00a0RIS-")

    page.get_by_label("Filtrer").fill("rien de tel")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_text("Aucun événement ne répond à ce filtre.")).to_be_visible()
    page.get_by_role("link", name="Réinitialiser les filtres").first.click()
    expect(page.get_by_label("Filtrer")).to_have_value("")

    page.get_by_text("Actions", exact=False).first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")

    row.get_by_role("button", name="Clôturer").click()
    expect(row).to_have_count(0)
    page.get_by_label("Événements clôturés").check()
    page.get_by_role("button", name="Filtrer").click()
    expect(row).to_contain_text("Clôturé le")
    row.get_by_role("button", name="Rouvrir").click()
    expect(row.get_by_role("button", name="Clôturer")).to_be_visible()
    row.get_by_role("link", name="Accéder au dossier").click()
    walk.heading("Devis RIS-")


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_on_a_telephone_nothing_sticks_out(page: Page, mailbox: Mailbox, papers: Path) -> None:
    step.broker_signs_in(step.Walk(page, mailbox, papers))
    page.locator(".menu summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE.width
