"""Reading and accepting the documents, one after the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signature.domain.consents import DOCUMENT_STATEMENTS, ConsentMissing, provider_statements
from signature.domain.steps import OutOfTurn, UnknownDocument
from tests.services.signature import factories
from tests.services.signature.factories import ALL_BOXES, BY_CLIENT, DOCUMENT_IDS, NOON


def test_the_three_boxes_say_what_the_guide_says() -> None:
    assert [statement.text for statement in DOCUMENT_STATEMENTS] == [
        "Je déclare avoir lu toutes les pages du document ci-dessus.",
        "Je déclare accepter les conditions de ce document.",
        (
            "Je confirme mon choix de signer électroniquement ce document (et dans ce cadre accepte les conditions "
            "d'utilisation des services électroniques)."
        ),
    ]


@pytest.mark.parametrize(
    ("provider", "of_provider"), [("Sigillaire", "de Sigillaire"), ("Écrin", "d'Écrin"), ("Avenir", "d'Avenir")]
)
def test_the_provider_boxes_name_the_provider(provider: str, of_provider: str) -> None:
    terms, privacy = provider_statements(provider)
    assert f"Conditions Générales d'utilisation {of_provider} ainsi que les Conditions Spécifiques" in terms.text
    assert privacy.text.endswith(f"la Politique de Protection des Données Personnelles {of_provider}.")


@pytest.mark.parametrize("left_out", sorted(ALL_BOXES))
def test_each_box_is_needed(left_out: str) -> None:
    ceremony = factories.ceremony()
    with pytest.raises(ConsentMissing) as missing:
        ceremony.accept(DOCUMENT_IDS[0], ticked=ALL_BOXES - {left_out}, now=NOON, by=BY_CLIENT)
    assert missing.value.codes == (left_out,)
    assert ceremony.signer.accepted_at(DOCUMENT_IDS[0]) is None


def test_documents_come_in_turn() -> None:
    ceremony = factories.ceremony()
    with pytest.raises(OutOfTurn) as out_of_turn:
        ceremony.accept(DOCUMENT_IDS[1], ticked=ALL_BOXES, now=NOON, by=BY_CLIENT)
    assert out_of_turn.value.expected == DOCUMENT_IDS[0]


def test_accepting_again_keeps_the_first_time() -> None:
    ceremony = factories.ceremony()
    factories.read(ceremony, DOCUMENT_IDS[0])
    ceremony.accept(DOCUMENT_IDS[0], ticked=ALL_BOXES, now=NOON, by=BY_CLIENT)
    length = ceremony.journal_length
    ceremony.accept(DOCUMENT_IDS[0], ticked=ALL_BOXES, now=NOON + timedelta(minutes=1), by=BY_CLIENT)
    assert ceremony.signer.accepted_at(DOCUMENT_IDS[0]) == NOON
    assert ceremony.journal_length == length


def test_a_document_of_another_envelope_is_unknown() -> None:
    with pytest.raises(UnknownDocument):
        factories.ceremony().accept("another", ticked=ALL_BOXES, now=NOON, by=BY_CLIENT)
