"""Kinds of documents.

Services name theirs freely; what a person may send is this closed list (F-128 to F-135, F-141, F-353).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_WELL_FORMED = re.compile(r"[a-z][a-z0-9_]{0,29}(\.[a-z][a-z0-9_]{0,29}){0,2}")


@dataclass(frozen=True)
class SentKind:
    """A kind of file that a person sends: its short label as brokers see it, and what the client is asked for."""

    code: str
    label: str
    request: str


_SENT: Final = (
    SentKind(
        "piece.identity",
        "Pièce d'identité",
        "Copie de votre pièce d'identité en cours de validité (si l'adresse figurant sur cette pièce est différente de"
        " celle figurant sur le bulletin d'adhésion, joindre un justificatif de moins de 3 mois)",
    ),
    SentKind(
        "piece.bank_account",
        "Relevé d'identité bancaire",
        "Un RIB (relevé d'identité bancaire) ou RCE (relevé d'identité caisse d'épargne)",
    ),
    SentKind(
        "piece.social_security",
        "Attestation d'assuré social",
        "Une copie de l'attestation (d'assuré) social(e) et celle de vos bénéficiaires",
    ),
    SentKind(
        "piece.address",
        "Justificatif de domicile",
        "Le cas échéant : un justificatif de domicile de moins de 3 mois",
    ),
    SentKind(
        "piece.company",
        "Extrait Kbis",
        "Le cas échéant : Extrait d'actes [Kbis] de moins de 3 mois ou l'acte d'inscription SIRENE",
    ),
    SentKind(
        "piece.disability",
        "Carte d'invalidité",
        "Le cas échéant : Pour les enfants handicapés, une copie de leur carte d'invalidité civile et un justificatif"
        " de versement de l'allocation pour adulte handicapé",
    ),
    SentKind(
        "piece.adult_child",
        "Situation d'un enfant majeur",
        "Le cas échéant : Pour les enfants majeurs, les documents justifiant de leur situation : diplômes, attestation"
        " de l'attribution Sécurité sociale des étudiants, formation alternance, photocopie du contrat de travail",
    ),
    SentKind(
        "piece.spouse",
        "Situation du conjoint",
        "Le cas échéant : Pour les concubins, un justificatif de domicile, pour les PACSÉS, une copie du Pacte Civil de"
        " solidarité",
    ),
    SentKind(
        "piece.benefit_bank_account",
        "Le cas échéant : Relevé d'identité bancaire (pour versement des prestations)",
        "Le cas échéant : un relevé d'identité bancaire pour le versement des prestations",
    ),
    SentKind("piece.signed_application", "Bulletin d'adhésion signé", "Le bulletin individuel d'adhésion, signé"),
    SentKind("piece.signed_mandate", "Mandat SEPA signé", "Le mandat de prélèvement SEPA, signé"),
    SentKind("piece.other", "Autre pièce", "Une autre pièce utile à votre dossier"),
    SentKind("claim.invoice", "Facture", "Une facture, une note d'honoraires ou un décompte"),
    SentKind("claim.prescription", "Ordonnance", "La prescription du médecin"),
    SentKind("claim.sick_leave", "Avis d'arrêt de travail", "Un avis d'arrêt de travail ou de prolongation"),
    SentKind("claim.other", "Autre justificatif", "Un autre justificatif utile à votre demande"),
)
SENT_KINDS: Final = MappingProxyType({kind.code: kind for kind in _SENT})


def is_well_formed(kind: str) -> bool:
    """Tell whether `kind` is written as kinds are: up to three dotted lower-case words."""
    return _WELL_FORMED.fullmatch(kind) is not None


def may_be_sent(kind: str, subject_kind: str) -> bool:
    """Tell whether a person may send a file of this kind about this kind of subject."""
    if kind not in SENT_KINDS:
        return False
    return kind.startswith("claim.") == (subject_kind == "claim")


def kinds_for(subject_kind: str) -> list[SentKind]:
    """The kinds that a person may send about this kind of subject, in the order in which they are shown."""
    return [kind for kind in _SENT if may_be_sent(kind.code, subject_kind)]
