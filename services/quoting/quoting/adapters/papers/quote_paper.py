"""The quote as a paper."""

from __future__ import annotations

from typing import Any

from quoting.adapters.papers.frame import address_lines, frame, grouped_guarantees, needs_rows
from quoting.adapters.papers.words import euros, long_date, phone, short_date
from quoting.domain.catalogue import Insurer, Product, Regime
from quoting.domain.people import Broker
from quoting.domain.quote import VALIDITY, Quote

_HOW_TO_SUBSCRIBE = (
    "Le lien reçu avec ce devis permet d’adhérer en ligne\u00a0: vos coordonnées, la lecture des documents, vos"
    " références bancaires, puis la signature électronique par un code reçu par SMS. Préparez votre numéro de sécurité"
    " sociale et votre IBAN. Le lien cesse de fonctionner avec la validité du devis."
)


def quote_paper(quote: Quote, *, product: Product, insurer: Insurer, regime: Regime, broker: Broker) -> dict[str, Any]:
    """Return what `quote.typ` shows."""
    formula = product.formula(quote.formula)
    option = product.option
    has_option = quote.with_option and option is not None and quote.price.option_monthly is not None
    return {
        **frame(insurer, quote.created_on, broker=broker),
        "number": quote.label,
        "title": f"Votre devis {product.name}",
        "broker": {
            "company": broker.company,
            "display_name": broker.display_name,
            "phone": phone(broker.phone),
            "email": broker.email,
            "orias": broker.orias,
        },
        "client": {"address": address_lines(quote.client)},
        "summary": [
            ["Devis n°", quote.label],
            ["Établi le", long_date(quote.created_on)],
            ["Date d’effet souhaitée", long_date(quote.effective_date)],
            ["Régime obligatoire", regime.label],
            ["Résidence", f"{quote.profile.postcode} {quote.profile.town}"],
            ["Formule choisie", quote.formula_label],
            ["Option", option.label if has_option and option is not None else "Aucune"],
        ],
        "formula_label": quote.formula_label,
        "option": f"avec l’option {option.label}" if has_option and option is not None else None,
        "monthly": euros(quote.price.monthly),
        "annual": euros(quote.price.annual),
        "validity": f"Cette proposition est valable {VALIDITY.days} jours à compter de son émission, dernier jour"
        " compris.",
        "needs": needs_rows(quote.needs),
        "advice": advice_words(quote, product),
        "people": people_rows(quote, regime),
        "children_note": _children_note(quote),
        "lines": [[line.label, line.factor, euros(line.amount)] for line in quote.price.lines],
        "tariff_note": _tariff_note(quote, product, insurer),
        "guarantees": grouped_guarantees(product, formula),
        "guarantees_note": "Remboursements exprimés régime obligatoire compris, dans la limite de la dépense engagée."
        " Le tableau de garanties et les règles générales joints font foi.",
        "how": _HOW_TO_SUBSCRIBE,
    }


def advice_words(quote: Quote, product: Product) -> dict[str, Any]:
    """Return the advice given and, where another formula was taken, why."""
    advised = product.formula(quote.advice.recommended).label
    choice = None
    if quote.formula != quote.advice.recommended:
        choice = f"Formule retenue\u00a0: {quote.formula_label}. Motif indiqué\u00a0: {quote.advice.choice_reason}"
    return {"head": f"Formule conseillée\u00a0: {advised}", "reasons": list(quote.advice.reasons), "choice": choice}


def people_rows(quote: Quote, regime: Regime) -> list[list[str]]:
    """Return the adults to be covered."""
    rows = [["Assuré principal", short_date(quote.profile.birth_date), regime.label]]
    if quote.profile.spouse_birth_date is not None:
        rows.append(["Conjoint(e)", short_date(quote.profile.spouse_birth_date), regime.label])
    return rows


def _children_note(quote: Quote) -> str | None:
    children = quote.profile.children
    if not children:
        return None
    return (
        f"Et {children} enfant{'s' if children > 1 else ''}, dont les dates de naissance sont demandées à l’adhésion."
    )


def _tariff_note(quote: Quote, product: Product, insurer: Insurer) -> str:
    note = f"Tarif {quote.price.tariff_version}. Cotisation annuelle\u00a0: douze fois la cotisation mensuelle."
    if product.association:
        note += f" Ce montant comprend les frais d’adhésion à l’{insurer.association}."
    return note
