"""The other ways to subscribe: with the broker at the client's side, and with papers signed by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.demo.client import Mailbox, until
from deploy.demo.journey import BROKER, MANAGER
from deploy.embedded.settings import DEMONSTRATION_PASSWORD
from tests.browser import walk as step
from tests.browser.devices import DESK, PHONE_WITHOUT_SCRIPTS, Device

STAGES = [
    "Saisie des données personnelles du client",
    "Lecture des documents produit",
    "Renseignement des informations bancaires",
    "Finalisation de la demande d’adhésion\u00a0: signature électronique ou manuscrite",
    "Confirmation de la demande d’adhésion",
    "Finalisation du dossier avec téléchargement des pièces justificatives",
]
BOTH = pytest.mark.parametrize(
    ("page", "device"),
    [(DESK, DESK), (PHONE_WITHOUT_SCRIPTS, PHONE_WITHOUT_SCRIPTS)],
    indirect=["page"],
    ids=["desk", "phone without scripts"],
)


def quote_sent(walk: step.Walk) -> None:
    step.broker_signs_in(walk)
    step.broker_states_the_needs(walk)
    step.broker_chooses_the_formula(walk)
    step.broker_gives_the_client(walk)
    step.broker_sends_the_quote(walk)


def assert_stage(walk: step.Walk, number: int) -> None:
    """The six stages are listed, and this one is under way."""
    place = walk.page.locator(".stages")
    expect(place.locator("summary")).to_contain_text(STAGES[number - 1])
    expect(place.locator("li")).to_have_count(6)
    for row, label in zip(place.locator("li").all(), STAGES, strict=True):
        expect(row).to_contain_text(label)
    expect(place.locator("[aria-current=true]")).to_contain_text(STAGES[number - 1])


def await_stage(walk: step.Walk, number: int) -> None:
    """The stage is reached once another service was heard; without scripts a page stays as it is until asked for."""
    until(f"stage {number}", lambda: _shows(walk, STAGES[number - 1]), seconds=60)
    assert_stage(walk, number)


def _shows(walk: step.Walk, label: str) -> bool:
    if label in walk.page.locator(".stages").locator("summary").inner_text():
        return True
    walk.page.reload()
    return False


@pytest.mark.feature("F-065", "F-088", "F-095", "F-096", "F-102")
@BOTH
def test_a_broker_subscribes_with_his_client(page: Page, device: Device, mailbox: Mailbox, papers: Path) -> None:
    walk = step.Walk(page, mailbox, papers, scripts=device.scripts)
    quote_sent(walk)
    page.get_by_role("link", name="Souscrire en ligne").click()
    assert_stage(walk, 1)
    walk.press("Souscrire avec mon client")
    expect(page.get_by_role("alert")).to_contain_text("Cette case doit être cochée.")
    page.get_by_label("J’atteste que mon client est à mes côtés.").check()
    walk.press("Souscrire avec mon client")
    expect(page.get_by_text("Vous souscrivez aux côtés de votre client")).to_be_visible()
    assert_stage(walk, 1)
    step.client_gives_the_family(walk)
    assert_stage(walk, 2)
    listed = page.locator("ol.papers > li")
    expect(listed).to_have_count(4)
    walk.press("Suivant")
    expect(page.get_by_role("alert")).to_contain_text("Confirmez que vous avez pris connaissance des documents.")
    step.client_reads_the_documents(walk)
    assert_stage(walk, 3)
    step.client_gives_the_account(walk)
    step.client_accepts_each_document(walk)
    # The code reaches the client's mobile, whoever holds the mouse.
    step.client_signs_with_the_code(walk)
    step.client_sends_a_piece(walk)
    await_stage(walk, 6)
    step.sign_out(walk)
    step.sign_in(walk, MANAGER, DEMONSTRATION_PASSWORD)
    page.locator("section").first.get_by_role("link").last.click()
    expect(page.get_by_text("accompagnée par Cabinet Lemaire")).to_be_visible()
    expect(page.get_by_text("Cabinet Lemaire : présence du client attestée le")).to_be_visible()
    expect(page.get_by_text("empreinte")).to_have_count(2)
    row = page.locator(".pieces > li", has_text="pièce d’identité")
    row.get_by_text("Refuser", exact=False).first.click()
    row.get_by_label("Motif du refus").fill("Le verso manque.")
    row.get_by_role("button", name="Refuser la pièce").click()
    expect(row.get_by_text("Refusée", exact=True)).to_be_visible()
    assert "Le verso manque." in walk.mailbox.wait_for(walk.family.email, "Le verso manque.")["text"]


@pytest.mark.feature("F-102", "F-122", "F-123", "F-124", "F-136", "F-137", "F-140", "F-142", "F-348")
@BOTH
def test_papers_are_signed_by_hand(page: Page, device: Device, mailbox: Mailbox, papers: Path) -> None:
    walk = step.Walk(page, mailbox, papers, scripts=device.scripts)
    quote_sent(walk)
    number = re.search(r"[A-Z]{3}-\d{10}", page.get_by_role("heading", level=1).inner_text())
    assert number
    subscription = page.get_by_role("link", name="Souscrire en ligne").get_attribute("href") or ""
    step.sign_out(walk)

    step.client_follows_the_link(walk)
    step.client_gives_the_family(walk)
    step.client_reads_the_documents(walk)
    walk.fill("IBAN", walk.family.iban)
    walk.fill("Titulaire du compte", "Camille Roussel")
    walk.choose("Jour du prélèvement", "Le 10")
    walk.choose("Signature électronique ou manuscrite", "Signature manuscrite, sur papier")
    walk.press("Signer le contrat")
    expect(page.get_by_text("elle attend vos documents signés")).to_be_visible()
    assert_stage(walk, 4)
    mail = walk.mailbox.wait_for(walk.family.email, "paraphés et signés")
    assert [place["address"] for place in mail["cc"]] == [BROKER]
    assert "Mandat de prélèvement SEPA.pdf" in [part["fileName"] for part in mail["attachments"]]
    step.sign_out(walk)

    # Nothing came yet: the managers' queue does not have it.
    step.sign_in(walk, MANAGER, DEMONSTRATION_PASSWORD)
    walk.heading("À traiter")
    expect(page.get_by_role("link", name=number[0])).to_have_count(0)
    step.sign_out(walk)

    # The client hands a paper over to his broker, who sends it for him.
    step.broker_signs_in(walk)
    page.goto(subscription)
    row = page.locator("tr", has_text="Bulletin d’adhésion signé")
    expect(row).to_contain_text(f"{walk.today:%d/%m/%Y}")
    row.get_by_text("Importer").click()
    row.locator("input[type=file]").set_input_files(walk.papers / "facture.pdf")
    row.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Le document a bien été reçu.")).to_be_visible()
    expect(row.get_by_text("Reçue", exact=True)).to_be_visible()
    expect(page.get_by_text("Dossier transmis")).to_be_visible()
    step.sign_out(walk)

    # The other came by post.
    step.sign_in(walk, MANAGER, DEMONSTRATION_PASSWORD)
    walk.fill("N° de devis", number[0].lower())
    walk.press("Ouvrir le dossier")
    form = page.locator(".pieces > li", has_text="Bulletin d’adhésion signé")
    form.get_by_label("Signée le").fill(walk.today.isoformat())
    form.get_by_role("button", name="Accepter").click()
    expect(form.get_by_text("Acceptée", exact=True)).to_be_visible()
    mandate = page.locator(".pieces > li", has_text="Mandat SEPA signé")
    mandate.get_by_text("Reçue par courrier").click()
    mandate.get_by_label("Reçue le").fill(walk.today.isoformat())
    mandate.get_by_label("Signée le").fill(walk.today.isoformat())
    mandate.get_by_role("button", name="Reçue et acceptée").click()
    expect(mandate.get_by_text("Acceptée", exact=True)).to_be_visible()
    expect(page.get_by_text("Signé", exact=True)).to_be_visible()
    walk.press("Créer l’adhésion")
    expect(page.get_by_text("Adhésion créée\u00a0: contrat RIS-")).to_be_visible()
