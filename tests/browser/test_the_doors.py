"""What stands at the doors: sign-in, help, legal pages, the broker's home and the way from a form to what follows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import portal
from deploy.demo.client import Mailbox
from tests.browser import walk as step
from tests.browser.devices import DESK, PHONE, PHONE_WITHOUT_SCRIPTS

SUPPORT = "support@rives.example"
both = pytest.mark.parametrize("page", [DESK, PHONE], indirect=True, ids=["desk", "phone"])


@both
@pytest.mark.feature("F-001", "F-009")
def test_the_sign_in_page_names_the_version_and_whom_to_ask(page: Page) -> None:
    page.goto("/connexion")
    expect(page.get_by_role("heading", name="Bienvenue")).to_be_visible()
    for label in ("Identifiant", "Mot de passe"):
        expect(page.get_by_label(label)).to_be_visible()
    expect(page.get_by_role("button", name="Connexion")).to_be_visible()
    expect(page.get_by_role("link", name="Changer le mot de passe")).to_be_visible()
    package = Path(portal.__file__).parents[1] / "pyproject.toml"
    version = tomllib.loads(package.read_text(encoding="utf-8"))["project"]["version"]
    main = page.get_by_role("main")
    expect(main).to_contain_text(f"Version {version}")
    expect(main.get_by_role("link", name=SUPPORT)).to_have_attribute("href", f"mailto:{SUPPORT}")
    main.get_by_role("link", name="Aide").click()
    expect(page.get_by_role("heading", name="Support Outil")).to_be_visible()
    expect(main.get_by_role("link", name=SUPPORT)).to_be_visible()
    expect(page.get_by_role("contentinfo").get_by_role("link", name=SUPPORT)).to_be_visible()


@both
@pytest.mark.feature("F-161", "F-173")
def test_help_names_the_browsers_and_the_legal_notice_the_publisher(page: Page) -> None:
    page.goto("/")
    footer = page.get_by_role("contentinfo")
    footer.get_by_role("link", name="Aide").click()
    for browser in ("Firefox", "Chrome", "Edge", "Safari"):
        expect(page.get_by_role("listitem").filter(has_text=browser)).to_contain_text(re.compile(r"version \d+"))
    for trouble in ("La page de connexion ne s’affiche pas", "Un fichier n’est pas accepté"):
        expect(page.get_by_role("heading", name=trouble)).to_be_visible()
    footer.get_by_role("link", name="Mentions légales").click()
    main = page.get_by_role("main")
    for text in ("Mutuelle des Rives", "Hébergement", "registre des activités de traitement", "analyse d’impact"):
        expect(main).to_contain_text(text)
    footer.get_by_role("link", name="Accessibilité").click()
    expect(main).to_contain_text("Défenseur des droits")


@pytest.mark.parametrize("page", [DESK, PHONE_WITHOUT_SCRIPTS], indirect=True, ids=["desk", "phone without scripts"])
@pytest.mark.feature("F-012", "F-013")
def test_the_home_shows_the_seller_in_a_panel_that_folds(page: Page, mailbox: Mailbox, papers: Path) -> None:
    step.broker_signs_in(step.Walk(page, mailbox, papers))
    panel = page.get_by_role("complementary", name="Vendeur")
    for text in ("Cabinet Lemaire", "01 45 67 00 01", "courtier@lemaire.example"):
        expect(panel).to_contain_text(text)
    fold = page.get_by_text("Afficher / masquer le panneau latéral")
    fold.click()
    expect(panel).to_be_hidden()
    fold.press("Enter")
    expect(panel).to_be_visible()


@pytest.mark.feature("F-014", "F-026", "F-056")
def test_a_form_waits_for_its_answers_and_leads_to_the_subscription(page: Page, mailbox: Mailbox, papers: Path) -> None:
    walk = step.Walk(page, mailbox, papers)
    step.broker_signs_in(walk)
    page.get_by_role("link", name="Nouveau devis").click()
    page.get_by_role("link", name="Établir un devis Horizon TNS").click()
    walk.choose("Optique", "Renforcé")
    walk.press("Suivant")
    expect(page.get_by_role("alert")).to_contain_text("réponses obligatoires manquent")
    expect(page.get_by_label("Renforcé").first).to_be_checked()
    step.fill_needs(walk)
    walk.press("Suivant")
    step.broker_chooses_the_formula(walk)
    step.broker_gives_the_client(walk)
    step.broker_sends_the_quote(walk)
    number = page.get_by_role("heading", level=1).inner_text().removeprefix("Devis ").split(" / ")[0]
    page.get_by_role("link", name="Souscrire en ligne").click()
    walk.heading(f"Souscription {number}")
    expect(page.get_by_label("J’atteste que mon client est à mes côtés.")).to_be_visible()
    page.get_by_role("link", name="Portefeuille").click()
    page.get_by_label("Nom").first.fill("Roussel")
    walk.press("Rechercher")
    page.get_by_role("link", name=re.compile("Roussel")).first.click()
    walk.heading("Mme Camille Roussel")
    expect(page.get_by_role("heading", name="DEVIS")).to_be_visible()
