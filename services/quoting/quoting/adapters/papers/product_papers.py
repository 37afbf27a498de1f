"""The documents that explain a product: IPID, general rules, guarantees of a formula, worked examples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from plumbing.money import round_cents
from quoting.adapters.papers.frame import filled, frame, grouped_guarantees, guarantee
from quoting.adapters.papers.paper_path import blank_form, pieces_list
from quoting.adapters.papers.typeset import FONTS, TEMPLATES
from quoting.adapters.papers.words import euros
from quoting.domain.catalogue import Formula, Insurer, Product
from quoting.domain.product_papers import BLANK_FORM, EXAMPLES, GUARANTEES, IPID, PIECES_LIST, RULES

_WITHOUT_REMAINDER = "Sans reste à charge"


@dataclass(frozen=True, slots=True)
class Draft:
    """A product document ready for the template of its kind; `content_version` changes with what it says."""

    kind: str
    formula: str | None
    title: str
    data: dict[str, Any]
    content_version: str


def drafts(product: Product, insurer: Insurer, formulas: tuple[Formula, ...], on: date) -> Iterator[Draft]:
    """Give the documents of a product: those of the whole product, then one table of guarantees a formula."""
    base = frame(insurer, on)
    yield _draft(IPID, f"Document d’information (IPID) {product.name}", _ipid(product, insurer), base=base)
    yield _draft(RULES, f"Règles générales {product.name}", _rules(product, insurer), base=base)
    yield _draft(EXAMPLES, f"Exemples de remboursements {product.name}", _examples(product), base=base)
    yield _draft(BLANK_FORM, f"Bulletin d’adhésion vierge {product.name}", blank_form(product, insurer), base=base)
    yield _draft(PIECES_LIST, f"Pièces justificatives {product.name}", pieces_list(product, insurer), base=base)
    for formula in formulas:
        content = _guarantees(product, formula)
        yield _draft(GUARANTEES, f"Garanties {formula.label}", content, base=base, formula=formula.code)


def _draft(
    kind: str, title: str, content: dict[str, Any], *, base: dict[str, Any], formula: str | None = None
) -> Draft:
    made_of = (template_fingerprint(kind), base["insurer"], base["foot"], content)
    fingerprint = hashlib.sha256(repr(made_of).encode())
    return Draft(kind, formula, title, {**base, **content}, fingerprint.hexdigest())


@cache
def template_fingerprint(template: str) -> str:
    """Return a fingerprint of a template, the common look and the fonts: what a document is made with."""
    made_with = hashlib.sha256()
    for path in (TEMPLATES / f"{template}.typ", TEMPLATES / "house.typ", *sorted(FONTS.glob("*.ttf"))):
        made_with.update(path.read_bytes())
    return made_with.hexdigest()


def _ipid(product: Product, insurer: Insurer) -> dict[str, Any]:
    texts = product.texts["ipid"]
    siren = f"{insurer.siren[:3]} {insurer.siren[3:6]} {insurer.siren[6:]}".replace(" ", "\u00a0")
    return {
        "kind": product.kind,
        "product": product.name,
        "company": f"Compagnie\u00a0: {insurer.name}, mutuelle régie par le livre II du Code de la mutualité,"
        f" immatriculée en France, SIREN {siren}",
        "intro": "Ce document résume les principales garanties et exclusions du produit. Il ne tient pas compte de vos"
        " besoins et demandes particuliers. L’information complète se trouve dans les règles générales et le tableau de"
        " garanties.",
        "what": filled(texts["what"], insurer),
        "insured_intro": texts["insured_intro"],
        "insured": [[row["head"], row["text"]] for row in texts["insured"]],
        "optional": texts["insured_optional"],
        "services": texts["services"],
        "not_insured": texts["not_insured"],
        "restrictions": texts["restrictions"],
        "where": texts["where"],
        "obligations": [[row["head"], row["text"]] for row in texts["obligations"]],
        "payment": texts["payment"],
        "start": texts["start"],
        "cancel": texts["cancel"],
    }


def _rules(product: Product, insurer: Insurer) -> dict[str, Any]:
    articles = [
        {"head": article["head"], "paragraphs": [filled(text, insurer) for text in article["paragraphs"]]}
        for article in product.texts["rules"]
    ]
    intro = (
        f"{product.summary}. Ces règles, le tableau de garanties, le bulletin individuel d’adhésion et le certificat"
        " d’adhésion forment le contrat."
    )
    return {"product": product.name, "intro": intro, "articles": articles}


def _guarantees(product: Product, formula: Formula) -> dict[str, Any]:
    return {
        "formula_label": formula.label,
        "intro": "Les pourcentages s’appliquent à la base de remboursement (BR) du régime obligatoire et comprennent sa"
        " part. Les montants en euros s’y ajoutent dans la limite de la dépense.",
        "guarantees": grouped_guarantees(product, formula),
        "option": None
        if product.option is None
        else {"label": product.option.label, "summary": product.option.summary},
        "notes": [
            "BR\u00a0: base de remboursement fixée par le régime obligatoire.",
            "OPTAM\u00a0: option de pratique tarifaire maîtrisée, par laquelle un praticien modère ses dépassements.",
            "100\u00a0% Santé\u00a0: équipements et prothèses sans reste à charge, définis par la réglementation.",
            "Contrat responsable\u00a0: participation forfaitaire, franchises et majoration restent à charge.",
        ],
    }


def _examples(product: Product) -> dict[str, Any]:
    examples = []
    for example in product.texts["examples"]:
        label = guarantee(product, example["guarantee"]).label
        paid = Decimal(example["scheme"]) - Decimal(example.get("flat", "0.00"))
        examples.append(
            {
                "act": example["act"],
                "expense": euros(Decimal(example["expense"])),
                "base": euros(Decimal(example["base"])),
                "scheme": euros(paid),
                "label": label,
                "rows": [_example_row(example, formula, paid) for formula in product.formulas],
            }
        )
    return {"product": product.name, "intro": product.texts["examples_formula_note"], "examples": examples}


def _example_row(example: dict[str, str], formula: Formula, paid: Decimal) -> list[str]:
    """Worked as domain.md §1.2: the guarantee includes the scheme's part, and never exceeds the expense."""
    expense, scheme = Decimal(example["expense"]), Decimal(example["scheme"])
    value = formula.guarantees[example["guarantee"]]
    cap = expense if value == _WITHOUT_REMAINDER else _share(value) * Decimal(example["base"])
    mutual = max(Decimal(0), min(expense, round_cents(cap)) - scheme)
    return [formula.label, value, euros(mutual), euros(expense - paid - mutual)]


def _share(value: str) -> Decimal:
    return Decimal(value.split("\u00a0", maxsplit=1)[0]) / 100
