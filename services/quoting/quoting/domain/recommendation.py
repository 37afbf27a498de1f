"""Which formula answers the needs, and why, in words for the client. No question about health enters here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from quoting.domain.catalogue import Formula, Product
from quoting.domain.needs import NeedArea, Needs


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The formula advised and one French sentence for each reason."""

    formula: str
    reasons: tuple[str, ...]


@lru_cache(maxsize=4096)
def recommend(needs: Needs, product: Product) -> Recommendation:
    """Advise the lowest formula that answers every need; the highest one when none answers them all.

    There are a thousand answers to five questions, and each is worked out once. The product lists its formulas from the
    lowest cover to the highest, and says which level each answers per area.
    """
    for formula in product.formulas:
        if not _unanswered(needs, formula):
            return Recommendation(formula.code, _reasons(needs, product, formula))
    highest = product.formulas[-1]
    missed = ", ".join(area.label for area in _unanswered(needs, highest))
    return Recommendation(
        highest.code,
        (
            f"La formule {highest.label} est la plus complète du produit.",
            f"Elle reste en deçà du niveau souhaité pour\u00a0: {missed}.",
        ),
    )


def _unanswered(needs: Needs, formula: Formula) -> list[NeedArea]:
    return [area for area in NeedArea if formula.answers[area].rank < needs.level(area).rank]


def _reasons(needs: Needs, product: Product, formula: Formula) -> tuple[str, ...]:
    reasons = [f"La formule {formula.label} est la moins chère qui réponde à tous les besoins exprimés."]
    position = product.formulas.index(formula)
    if position == 0:
        return (*reasons, "Les besoins exprimés sont couverts dès la première formule.")
    below = product.formulas[position - 1]
    for area in _unanswered(needs, below):
        wanted = f"Le niveau «\u00a0{needs.level(area).label}\u00a0» demandé en {area.label}"
        reasons.append(f"{wanted} n’est pas atteint par la formule {below.label}.")
    return tuple(reasons)
