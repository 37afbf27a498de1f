"""What a client without e-mail fills and sends by post: the blank membership form, and the list of its pieces."""

from __future__ import annotations

from typing import Any

from quoting.adapters.typography import french
from quoting.domain.catalogue import Insurer, Product


def blank_form(product: Product, insurer: Insurer) -> dict[str, Any]:
    """Return what the template of the blank form shows: every question, and room for the answer."""
    declarations = [
        "Je relève du régime obligatoire indiqué ci-dessus, comme les personnes à couvrir.",
        "J’ai reçu et lu le document d’information (IPID), les règles générales et le tableau de garanties.",
        "J’accepte la télétransmission de mes décomptes (NOEMIE).",
        "Je refuse de recevoir des offres commerciales.",
    ]
    if product.self_employed_only:
        declarations.insert(1, "J’exerce une activité de travailleur non salarié (TNS).")
    return {
        "product": product.name,
        "intro": french(
            "À remplir en capitales avec votre conseiller, qui reporte la formule et la cotisation du tarif établi pour"
            f" vous. À renvoyer signé avec vos pièces justificatives à : {', '.join(insurer.address)}."
        ),
        "formulas": [formula.label for formula in product.formulas],
        "option": product.option.label if product.option is not None else None,
        "association": insurer.association if product.association else None,
        "insurer_name": insurer.name,
        "ics": insurer.ics,
        "declarations": declarations,
        "authorisation": (
            f"En signant, vous autorisez (A) {insurer.name} à envoyer des instructions à votre banque pour débiter"
            " votre compte, et (B) votre banque à débiter votre compte conformément aux instructions de"
            f" {insurer.name}. Vous bénéficiez du droit d’être remboursé par votre banque selon la convention passée"
            " avec elle, dans les huit semaines d’un prélèvement autorisé et les treize mois d’un prélèvement non"
            " autorisé."
        ),
        "signature_note": french("Date, lieu et signature précédée de la mention « lu et approuvé »"),
    }


def pieces_list(product: Product, insurer: Insurer) -> dict[str, Any]:
    """Return what is to be sent with the form, by situation."""
    always = [
        "Le bulletin d’adhésion rempli, daté et signé",
        "La copie recto verso de la pièce d’identité de l’adhérent, en cours de validité",
        "Un relevé d’identité bancaire (RIB)",
        "La copie de l’attestation d’assuré social de chaque personne à couvrir",
    ]
    if product.self_employed_only:
        always.append("Un extrait Kbis de moins de 3 mois ou l’acte d’inscription au répertoire Sirene")
    situations = [
        ["Conjoint marié", "La copie du livret de famille ou de l’acte de mariage"],
        ["Partenaire de pacs", "L’attestation d’enregistrement du pacs"],
        ["Concubin", "Un justificatif de domicile commun ou une attestation sur l’honneur de vie commune"],
        ["Enfant", "La copie du livret de famille ou de l’acte de naissance"],
        ["Enfant étudiant ou en apprentissage", "Le certificat de scolarité ou le contrat d’apprentissage"],
        ["Enfant en situation de handicap", "La copie de la notification de la MDPH"],
        ["Adresse différente de la pièce d’identité", "Un justificatif de domicile de moins de 3 mois"],
        ["Prestations sur un autre compte", "Le relevé d’identité bancaire de ce compte"],
    ]
    return {
        "product": product.name,
        "intro": f"Pour une adhésion par bulletin papier, envoyez ces pièces à {insurer.name},"
        f" {', '.join(insurer.address)}. Une copie lisible suffit.",
        "always": always,
        "situations": situations,
    }
