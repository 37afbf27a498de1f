"""The words and the typesetting of papers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ctypes import create_string_buffer
from datetime import date
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from pypdfium2 import raw

from quoting.adapters.catalogue.loader import load_published
from quoting.adapters.papers.product_papers import drafts
from quoting.adapters.papers.typeset import PaperNotMade, typeset
from quoting.adapters.papers.words import euros, grouped_iban, grouped_nir, long_date, phone
from quoting.adapters.typography import french

ON = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("written", "typeset_"),
    [
        ("Devis : 13,27 % et 1 400 €", "Devis\u00a0: 13,27\u00a0% et 1\u202f400\u00a0€"),
        ("Vraiment ? Oui ; non !", "Vraiment\u202f? Oui\u202f; non\u202f!"),
        ("le panier « 100 % Santé »", "le panier «\u00a0100\u00a0% Santé\u00a0»"),
        ("déjà\u00a0: fait", "déjà\u00a0: fait"),
        ("75436 Paris", "75436 Paris"),
    ],
)
def test_french_typography(written: str, typeset_: str) -> None:
    assert french(written) == typeset_


def test_french_words() -> None:
    assert long_date(date(2027, 1, 1)) == "1er\u00a0janvier\u00a02027"
    assert euros(Decimal("1382.76")) == "1\u202f382,76\u00a0€"
    assert grouped_iban("FR14200410").split("\u00a0") == ["FR14", "2004", "10"]
    assert grouped_nir("285051601500173").split("\u00a0") == ["2", "85", "05", "16", "015", "001", "73"]
    assert phone("+33612345678").split("\u00a0") == ["06", "12", "34", "56", "78"]
    assert phone("+4412345") == "+4412345"


def test_every_product_document_can_be_set_for_every_insurer() -> None:
    catalogue = load_published().catalogue
    for insurer in catalogue.insurers.values():
        for product in catalogue.products_of(insurer.tenant):
            made = list(drafts(product, insurer, product.formulas, ON))
            assert len({(draft.kind, draft.formula, draft.content_version) for draft in made}) == len(made)
            for draft in made:
                assert typeset(draft.kind, draft.data).startswith(b"%PDF-")


@pytest.mark.parametrize("tenant", ["rives", "plateau"])
@pytest.mark.parametrize("product", ["horizon-tns", "horizon-serenite"])
def test_the_ipid_is_two_pages_with_the_signs_of_the_regulation(tenant: str, product: str) -> None:
    """Article 7 of regulation (EU) 2017/1469; each sign says in words what it shows."""
    catalogue = load_published().catalogue
    draft = next(iter(drafts(catalogue.products[product], catalogue.insurers[tenant], (), ON)))
    document = pypdfium2.PdfDocument(typeset(draft.kind, draft.data))
    assert [said_of_pictures(page) for page in document] == [
        ["Parapluie", "Croix dans un triangle", "Point d’exclamation dans un triangle"],
        ["Globe", "Poignée de main", "Pièces de monnaie", "Sablier", "Main sur un bouclier"],
    ]


def said_of_pictures(page: Any) -> list[str]:
    """The alternative texts of a page, in reading order."""

    def walk(count: Callable[[Any], int], child: Callable[[Any, int], Any], owner: Any) -> Iterator[str]:
        for place in range(count(owner)):
            element = child(owner, place)
            if element:
                size = raw.FPDF_StructElement_GetAltText(element, None, 0)
                if size:
                    buffer = create_string_buffer(size)
                    raw.FPDF_StructElement_GetAltText(element, buffer, size)
                    yield buffer.raw[: size - 2].decode("utf-16-le")
                yield from walk(raw.FPDF_StructElement_CountChildren, raw.FPDF_StructElement_GetChildAtIndex, element)

    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    return list(walk(raw.FPDF_StructTree_CountChildren, raw.FPDF_StructTree_GetChildAtIndex, tree))


def test_the_same_data_gives_the_same_bytes_and_another_insurer_another_version() -> None:
    catalogue = load_published().catalogue
    product = catalogue.products["horizon-tns"]
    first, again, other = (
        next(iter(drafts(product, catalogue.insurers[tenant], (), ON))) for tenant in ("rives", "rives", "plateau")
    )
    assert typeset(first.kind, first.data) == typeset(again.kind, again.data)
    assert first.content_version == again.content_version != other.content_version


def test_a_document_keeps_its_version_from_one_day_to_the_next() -> None:
    catalogue = load_published().catalogue
    product, insurer = catalogue.products["horizon-tns"], catalogue.insurers["rives"]
    today, later = (next(iter(drafts(product, insurer, (), on))) for on in (ON, date(2027, 3, 1)))
    assert today.content_version == later.content_version


def test_data_is_never_read_as_code() -> None:
    catalogue = load_published().catalogue
    draft = next(iter(drafts(catalogue.products["horizon-tns"], catalogue.insurers["rives"], (), ON)))
    hostile = {**draft.data, "payment": '#read("/etc/passwd") $ * _ `'}
    assert typeset(draft.kind, hostile).startswith(b"%PDF-")


def test_a_fault_in_the_data_is_a_refusal() -> None:
    with pytest.raises(PaperNotMade):
        typeset("rules", {"insurer": {"name": "X", "colour": "#000000"}, "foot": "", "date": "2026-11-23"})


def test_the_examples_agree_with_the_worked_vectors() -> None:
    catalogue = load_published().catalogue
    made = drafts(catalogue.products["horizon-tns"], catalogue.insurers["rives"], (), ON)
    examples = next(draft for draft in made if draft.kind == "examples").data["examples"]
    by_act = {example["act"]: {row[0].split()[-1]: row[2:] for row in example["rows"]} for example in examples}
    assert by_act["Consultation d’un généraliste, secteur 1"]["100"] == ["9,00\u00a0€", "2,00\u00a0€"]
    assert by_act["Consultation d’un spécialiste adhérent à l’OPTAM"]["150"] == ["25,20\u00a0€", "14,75\u00a0€"]
    assert by_act["Consultation d’un spécialiste non adhérent"]["300"] == ["29,90\u00a0€", "36,00\u00a0€"]
    assert by_act["Aide auditive de classe I, par oreille"]["100"][1] == "0,00\u00a0€"
