"""The journey as people click through it: one function a page, in the order of the story."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from deploy.demo.client import Mailbox
from deploy.demo.journey import BROKER, MANAGER, MEMBER_PASSWORD
from deploy.demo.people import BIRTH_DATE, CHILDREN_BIRTH_DATES, SPOUSE_BIRTH_DATE, Family, new_family
from deploy.embedded.settings import DEMONSTRATION_PASSWORD
from plumbing.clock import paris_date

NEEDS = {
    "Optique": "Renforcé",
    "Dentaire": "Médian",
    "Audiologie": "Minimal",
    "En cas d’hospitalisation": "Médian",
    "Remboursement des dépassements": "Renforcé",
}


SUBSCRIPTION_STEPS = [
    "Données personnelles",
    "Informations contractuelles",
    "Informations de paiement",
    "Confirmation",
]


@dataclass
class Walk:
    """Who walks where, and what is known so far."""

    page: Page
    mailbox: Mailbox
    papers: Path
    scripts: bool = True
    family: Family = field(default_factory=new_family)

    @property
    def today(self) -> date:
        return paris_date(datetime.now(UTC))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def choose(self, question: str, answer: str) -> None:
        """Pick an answer of a group of choices."""
        group = self.page.get_by_role("group", name=question)
        group.get_by_text(answer, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(text)

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", name=text).first).to_be_visible()


def sign_in(walk: Walk, identifier: str, password: str) -> None:
    walk.page.goto("/connexion")
    walk.fill("Identifiant", identifier)
    walk.fill("Mot de passe", password)
    walk.press("Connexion")


def sign_out(walk: Walk) -> None:
    walk.press("Se déconnecter")
    walk.heading("Votre complémentaire santé")


def broker_signs_in(walk: Walk) -> None:
    sign_in(walk, BROKER, DEMONSTRATION_PASSWORD)
    walk.heading("Agenda")


def broker_states_the_needs(walk: Walk) -> None:
    page = walk.page
    page.get_by_role("link", name="Nouveau devis").click()
    page.get_by_role("link", name="Établir un devis Horizon TNS").click()
    fill_needs(walk)
    walk.press("Suivant")
    walk.heading("Choisissez votre formule")


def fill_needs(walk: Walk) -> None:
    page = walk.page
    for question, level in NEEDS.items():
        walk.choose(question, level)
    walk.fill("Date d’effet souhaitée", walk.today.isoformat())
    walk.choose("Votre régime de sécurité sociale", "Régime Général")
    walk.fill("Code postal", "16000")
    if walk.scripts:
        page.get_by_label("Code postal").press("Tab")
    else:
        walk.press("Chercher les villes")
    page.get_by_label("Ville").select_option(label="Angoulême")
    walk.fill("Date de naissance", BIRTH_DATE.isoformat())
    walk.choose("Souhaitez-vous couvrir votre conjoint(e)", "Oui")
    walk.fill("Date de naissance de votre conjoint(e)", SPOUSE_BIRTH_DATE.isoformat())
    walk.choose("Souhaitez-vous couvrir vos enfants", "Oui")
    walk.fill("Combien avez-vous d’enfants", str(len(CHILDREN_BIRTH_DATES)))


def broker_chooses_the_formula(walk: Walk) -> None:
    page = walk.page
    advised = page.locator(".formula", has_text="Formule conseillée")
    expect(advised).to_have_count(1)
    expect(page.locator(".formula")).to_have_count(6)
    advised.click()
    walk.press("Suivant")
    walk.heading("Vos informations personnelles")


def broker_gives_the_client(walk: Walk) -> None:
    walk.choose("Civilité", "Madame")
    walk.page.get_by_label("Nom (*)", exact=True).fill("Roussel")
    walk.page.get_by_label("Prénom (*)", exact=True).fill("Camille")
    walk.page.get_by_label("Adresse (*)", exact=True).fill("12 rue des Tilleuls")
    walk.page.get_by_label("Pays").select_option(label="France")
    walk.fill("Adresse e-mail client", walk.family.email)
    walk.press("Suivant")
    walk.heading("Récapitulatif de votre devis")


def broker_sends_the_quote(walk: Walk) -> None:
    walk.press("Valider et envoyer le devis au client")
    walk.heading("Devis RIS-")
    expect(walk.page.get_by_text("Le devis a été envoyé au client.")).to_be_visible()
    expect(walk.page.get_by_text("Validé", exact=True).first).to_be_visible()


def client_follows_the_link(walk: Walk) -> None:
    message = walk.mailbox.wait_for(walk.family.email, "/souscrire/")
    link = re.search(r"/souscrire/[A-Za-z0-9_-]+", message["text"])
    assert link
    walk.page.goto(link[0])
    walk.heading("Votre adhésion Horizon TNS")
    assert walk.page.url.endswith("/souscription/adhesion")


def assert_subscription_step(walk: Walk, current: str) -> None:
    steps = walk.page.get_by_role("list", name="Étapes").get_by_role("listitem")
    expect(steps).to_have_text(SUBSCRIPTION_STEPS)
    expect(walk.page.locator("[aria-current=step]")).to_have_text(current)


def client_gives_the_family(walk: Walk) -> None:
    page, family = walk.page, walk.family
    assert_subscription_step(walk, "Données personnelles")
    walk.fill("Numéro de sécurité sociale", family.nir)
    walk.fill("Téléphone mobile", f"0{family.mobile[3:]}")
    page.get_by_role("group", name="Civilité").nth(1).get_by_text("Monsieur").click()
    walk.choose("Votre situation", "Marié(e)")
    people = [
        ("Julien", None, family.spouse_nir),
        ("Léa", CHILDREN_BIRTH_DATES[0], ""),
        ("Noé", CHILDREN_BIRTH_DATES[1], ""),
    ]
    for number, (first_name, born, nir) in enumerate(people):
        page.locator(f"#first_name_{number}").fill(first_name)
        page.locator(f"#last_name_{number}").fill("Roussel")
        page.locator(f"#nir_{number}").fill(nir)
        if born:
            page.locator(f"#birth_date_{number}").fill(born.isoformat())
    page.get_by_label("Je déclare que j’ai le statut TNS.").check()
    page.get_by_label("Je souhaite que mes dépenses de santé").check()
    walk.press("Suivant")
    walk.heading("Veuillez lire les documents ci-dessous.")


def client_reads_the_documents(walk: Walk) -> None:
    page = walk.page
    assert_subscription_step(walk, "Informations contractuelles")
    link = page.get_by_role("link", name="Ouvrir le document Document d’information").get_attribute("href")
    assert page.request.get(link or "").body().startswith(b"%PDF-")
    page.get_by_label("J’ai pris connaissance du Document").check()
    walk.press("Suivant")
    walk.heading("Renseignement des informations bancaires")


def client_gives_the_account(walk: Walk) -> None:
    assert_subscription_step(walk, "Informations de paiement")
    walk.fill("IBAN", walk.family.iban)
    walk.fill("Titulaire du compte", "Camille Roussel")
    walk.choose("Jour du prélèvement", "Le 5")
    walk.choose("Signature électronique ou manuscrite", "Signature électronique, avec un code reçu par SMS")
    walk.press("Signer le contrat")


def client_accepts_each_document(walk: Walk) -> None:
    expect(walk.page.get_by_text("Document 1 sur 3")).to_be_visible()
    assert_subscription_step(walk, "Confirmation")
    for number in (1, 2, 3):
        expect(walk.page.get_by_text(f"Document {number} sur 3")).to_be_visible()
        while (following := walk.page.get_by_role("link", name="Page suivante")).count():
            expect(walk.page.get_by_role("checkbox")).to_have_count(0)
            following.click()
        for box in walk.page.get_by_role("checkbox").all():
            expect(box).not_to_be_checked()
            box.check()
        walk.press("Accepter le document")
    walk.heading("Signature électronique")


def client_signs_with_the_code(walk: Walk) -> None:
    page = walk.page
    walk.press("Recevoir le code par SMS")
    expect(page.get_by_label("Code SMS")).to_be_visible()
    code = re.search(r"\b(\d{6})\b", walk.mailbox.wait_for(walk.family.sms_address, "code")["text"])
    assert code
    walk.fill("Code SMS", f"{(int(code[1]) + 1) % 10**6:06d}")
    for box in page.get_by_role("checkbox").all():
        box.check()
    walk.press("Signer")
    expect(page.get_by_role("alert")).to_contain_text("Ce code n’est pas valable")
    walk.fill("Code SMS", code[1])
    walk.press("Signer")
    expect(page.get_by_text("Merci, votre demande d’adhésion est signée.")).to_be_visible()


def client_sends_a_piece(walk: Walk) -> None:
    page = walk.page
    row = page.locator(".pieces > li", has_text="pièce d’identité")
    row.get_by_text("Transmettre mon document").click()
    row.locator("input[type=file]").set_input_files(walk.papers / "identite.jpg")
    row.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Votre document a bien été reçu.")).to_be_visible()
    expect(row.get_by_text("Reçue", exact=True)).to_be_visible()
    expect(page.get_by_text("Dossier transmis")).to_be_visible()


def manager_creates_the_membership(walk: Walk) -> None:
    page = walk.page
    sign_in(walk, MANAGER, DEMONSTRATION_PASSWORD)
    walk.heading("À traiter")
    page.get_by_role("region", name="Dossiers").or_(page.locator("section").first).get_by_role("link").first.click()
    expect(page.get_by_text(walk.family.email)).to_be_visible()
    row = page.locator(".pieces > li", has_text="pièce d’identité")
    row.get_by_role("button", name="Accepter").click()
    expect(row.get_by_text("Acceptée", exact=True)).to_be_visible()
    walk.press("Créer l’adhésion")
    expect(page.get_by_text("Adhésion créée : contrat RIS-")).to_be_visible()


def member_opens_the_account(walk: Walk) -> None:
    page = walk.page
    message = walk.mailbox.wait_for(walk.family.email, "/activation/")
    link = re.search(r"/activation/[A-Za-z0-9_-]+", message["text"])
    assert link
    page.goto(link[0])
    assert page.url.endswith("/activation")
    walk.fill("Nouveau mot de passe", MEMBER_PASSWORD)
    walk.fill("Ressaisissez ce mot de passe", MEMBER_PASSWORD)
    walk.press("Valider")
    walk.heading("Votre mot de passe est enregistré")
    sign_in(walk, walk.family.email, MEMBER_PASSWORD)
    walk.heading("Mon contrat Horizon TNS")
    expect(page.get_by_text("Julien Roussel")).to_be_visible()


def member_chooses_alerts(walk: Walk) -> None:
    page = walk.page
    page.get_by_role("link", name="Mes alertes").click()
    page.get_by_label("par e-mail").check()
    page.get_by_label("par SMS").check()
    walk.press("Enregistrer")
    expect(page.get_by_text("Vos choix sont enregistrés.")).to_be_visible()
    expect(page.get_by_label("par SMS")).to_be_checked()


def member_files_a_claim(walk: Walk) -> None:
    page = walk.page
    page.get_by_role("link", name="Mes demandes", exact=True).click()
    page.get_by_role("link", name="Demander un remboursement").click()
    walk.choose("Qui a reçu les soins", "Camille Roussel")
    walk.fill("Date des soins", walk.today.isoformat())
    walk.fill("De quels soins s’agit-il", "Consultation d’un spécialiste")
    page.get_by_label("Justificatifs").set_input_files([walk.papers / "facture.pdf", walk.papers / "ordonnance.jpg"])
    walk.press("Envoyer")
    expect(page.get_by_text("Votre demande est envoyée.")).to_be_visible()
    expect(page.get_by_role("link", name="ordonnance.jpg")).to_be_visible()


def manager_decides_and_pays(walk: Walk) -> None:
    page = walk.page
    sign_in(walk, MANAGER, DEMONSTRATION_PASSWORD)
    page.locator("section", has_text="Demandes de remboursement à décider").get_by_role("link").first.click()
    expect(page.get_by_text("Consultation d’un spécialiste")).to_be_visible()
    page.get_by_label("Nature de la prestation").select_option(label="Consultation spécialiste")
    walk.fill("Dépense", "60")
    walk.fill("Base de remboursement", "31,50")
    walk.fill("Taux du régime obligatoire", "70")
    walk.choose("Praticien adhérent à l’OPTAM", "Oui")
    walk.press("Accepter et calculer")
    walk.press("Ordonner le règlement de 37,95 €")
    expect(page.get_by_text(re.compile("Règlement en cours|Réglée"))).to_be_visible()


def member_sees_it_paid(walk: Walk) -> None:
    page = walk.page
    sms = walk.mailbox.wait_for(walk.family.sms_address, "37,95")
    mail = walk.mailbox.wait_for(walk.family.email, "37,95")
    assert sms["id"] != mail["id"]
    sign_in(walk, walk.family.email, MEMBER_PASSWORD)
    row = page.get_by_role("row", name=re.compile("Camille Roussel")).or_(
        page.locator("tr", has_text="Camille Roussel")
    )
    expect(row.first).to_contain_text("Réglée")
    expect(row.first).to_contain_text("37,95 €")
    page.get_by_role("link", name=f"{walk.today:%d/%m/%Y}").first.click()
    expect(page.get_by_text("Règlement à l’assuré : 37,95 €")).to_be_visible()
