"""The broker's pages, each for what its own row of features.csv asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.demo.client import Mailbox
from tests.browser import walk as step
from tests.browser.devices import PHONE

STEPS = ["Vos besoins", "Vos solutions", "Vos coordonnées", "Récapitulatif du DEVIS"]
RIGHTS = "Cliquez ici pour disposer de vos droits sur les informations vous concernant"


@pytest.fixture
def walk(page: Page, mailbox: Mailbox, papers: Path) -> step.Walk:
    walk = step.Walk(page, mailbox, papers)
    step.broker_signs_in(walk)
    return walk


def open_wizard(walk: step.Walk) -> None:
    walk.page.goto("/courtier/devis/nouveau/horizon-tns")


def assert_step(page: Page, number: int) -> None:
    steps = page.get_by_role("list", name="Étapes").get_by_role("listitem")
    expect(steps).to_have_text(STEPS)
    expect(page.locator("[aria-current=step]")).to_have_text(STEPS[number])


@pytest.mark.feature("F-011")
def test_every_page_leads_back_home(page: Page, walk: step.Walk) -> None:
    for path in ("/courtier/devis/nouveau", "/courtier/devis/nouveau/horizon-tns"):
        page.goto(path)
        page.get_by_role("link", name="Accueil").click()
        walk.heading("Agenda")


@pytest.mark.feature("F-010")
def test_every_page_signs_out_and_ends_the_session(page: Page, walk: step.Walk) -> None:
    for path in ("/courtier/", "/courtier/devis/nouveau", "/courtier/devis/nouveau/horizon-tns"):
        page.goto(path)
        expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    step.sign_out(walk)
    page.goto("/courtier/")
    walk.heading("Bienvenue")


@pytest.mark.feature("F-025", "F-029", "F-052", "F-054")
def test_four_steps_with_their_notices(page: Page, walk: step.Walk) -> None:
    open_wizard(walk)
    assert_step(page, 0)
    expect(page.get_by_role("link", name=RIGHTS)).to_be_visible()
    step.fill_needs(walk)
    walk.press("Suivant")
    assert_step(page, 1)
    expect(page.get_by_role("link", name=RIGHTS)).to_be_visible()
    step.broker_chooses_the_formula(walk)
    assert_step(page, 2)
    expect(page.get_by_text("Pour préparer la souscription : prévoir les données indispensables")).to_be_visible()
    expect(page.get_by_role("link", name=RIGHTS)).to_be_visible()
    step.broker_gives_the_client(walk)
    assert_step(page, 3)
    expect(page.get_by_text("Pensez à rappeler votre client qu’il prépare ses pièces justificatives")).to_be_visible()
    with page.context.expect_page() as notice:
        page.get_by_role("link", name=RIGHTS).click()
    expect(notice.value.get_by_role("heading", name="Vos données personnelles")).to_be_visible()


@pytest.mark.feature("F-027")
def test_nothing_is_chosen_beforehand(page: Page, walk: step.Walk) -> None:
    open_wizard(walk)
    assert page.get_by_role("radio").count() > 20
    expect(page.locator("input:checked")).to_have_count(0)
    walk.fill("Code postal", "16000")
    page.get_by_label("Code postal").press("Tab")
    expect(page.get_by_label("Ville")).to_have_value("")
    page.reload()
    step.fill_needs(walk)
    walk.press("Suivant")
    walk.heading("Choisissez votre formule")
    expect(page.locator("input:checked")).to_have_count(0)
    step.broker_chooses_the_formula(walk)
    expect(page.locator("input:checked")).to_have_count(0)
    expect(page.get_by_label("Pays")).to_have_value("")


@pytest.mark.feature("F-028")
def test_going_back_loses_no_entry(page: Page, walk: step.Walk) -> None:
    open_wizard(walk)
    step.fill_needs(walk)
    walk.press("Suivant")
    step.broker_chooses_the_formula(walk)
    step.broker_gives_the_client(walk)
    walk.press("Précédent")
    expect(page.get_by_label("Adresse e-mail client")).to_have_value(walk.family.email)
    expect(page.get_by_role("radio", name="Madame")).to_be_checked()
    walk.press("Précédent")
    expect(page.get_by_role("radio", name="Horizon TNS 300")).to_be_checked()
    walk.press("Précédent")
    expect(page.get_by_label("Ville")).to_have_value("Angoulême")
    expect(page.get_by_label("Combien avez-vous d’enfants")).to_have_value("2")
    walk.press("Suivant")
    walk.press("Suivant")
    walk.press("Suivant")
    walk.heading("Récapitulatif de votre devis")


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_on_a_telephone_nothing_sticks_out(page: Page, walk: step.Walk) -> None:
    def assert_it_fits() -> None:
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE.width

    assert_it_fits()
    open_wizard(walk)
    assert_it_fits()
    step.fill_needs(walk)
    walk.press("Suivant")
    walk.heading("Choisissez votre formule")
    page.get_by_text("Niveau des garanties").click()
    page.get_by_text("Détail du prix de chaque formule").click()
    assert_it_fits()
    step.broker_chooses_the_formula(walk)
    assert_it_fits()
    step.broker_gives_the_client(walk)
    assert_it_fits()
