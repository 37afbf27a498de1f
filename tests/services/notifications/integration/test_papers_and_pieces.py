"""The handwritten path's mail, and what a client is told of a piece that was refused."""

from __future__ import annotations

import pytest

from tests.services.notifications.conftest import Api
from tests.services.notifications.factories import BROKER, LINK, Client
from tests.services.notifications.world import World

NBSP = "\u00a0"


@pytest.mark.feature("F-122", "F-123")
def test_who_signs_by_hand_is_sent_what_to_sign_and_return(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.ready_to_return())
    world.run_jobs()

    mail = api.only("membership.to_return")
    assert mail["subject"] == "Votre adhésion au contrat Horizon TNS proposé par Cabinet Lemaire"
    assert (mail["recipient"], mail["copies"], mail["state"]) == (anne.email, [BROKER], "sent")
    assert "Votre contrat complémentaire santé" in mail["html"]
    for body in (mail["text"], mail["html"]):
        assert "nous vous remercions de nous retourner paraphés et signés les documents joints" in body
        for line in ("Bulletin individuel d’adhésion", "Mandat de prélèvement SEPA"):
            assert line in body
        assert "pièces justificatives nécessaires à la mise en œuvre de vos garanties" in body
        assert "Relevé d’identité bancaire (RIB)" in body
        assert "Copie de l’attestation d’assuré social de Léa" in body
        assert f"Le cas échéant{NBSP}: justificatif de domicile" in body
    assert [part["filename"] for part in mail["attachments"]] == [
        "Fiche d’information et de conseil.pdf",
        "Bulletin individuel d’adhésion.pdf",
        "Mandat de prélèvement SEPA.pdf",
        "IPID Horizon TNS.pdf",
    ]
    (delivered,) = (found for found in world.delivered(to=anne.email) if found["subject"] == mail["subject"])
    assert [place["address"] for place in delivered["cc"]] == [BROKER]
    assert LINK not in str(delivered), "the copy would let the broker act for his client"
    assert len(delivered["attachments"]) == 4


def test_the_mail_waits_for_the_quote_it_is_about(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.ready_to_return(), anne.piece_refused())
    assert api.log() == []
    assert [state for state, _error in world.kept_for_later()] == ["waiting", "waiting"]


@pytest.mark.feature("F-147")
def test_a_refused_piece_is_told_with_its_reason_and_the_way_to_send_another(
    api: Api, world: World, anne: Client
) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.piece_refused("Le verso <manque>."))
    world.run_jobs()

    mail = api.only("piece.refused")
    assert mail["subject"] == f"Horizon TNS{NBSP}: une pièce de votre dossier est à renvoyer"
    assert (mail["recipient"], mail["copies"]) == (anne.email, [])
    assert f"Copie de votre pièce d’identité\nMotif{NBSP}: Le verso <manque>." in mail["text"]
    assert "Le verso &lt;manque&gt;." in mail["html"]
    clients = next(found for found in world.delivered(to=anne.email) if found["subject"] == mail["subject"])
    assert f"https://espace.rives.example/souscrire/{LINK}" in clients["text"]
    brokers = api.only("piece.refused.broker")
    assert brokers["recipient"] == BROKER
    assert "Anne Roche" in brokers["text"]
    assert LINK not in str(world.delivered(to=BROKER))


@pytest.mark.parametrize("end", ["replaced", "expired", "declined"])
def test_the_link_of_a_quote_that_ended_is_offered_no_more(world: World, anne: Client, end: str) -> None:
    world.hear(anne.quote_issued(), anne.submitted())
    world.run_jobs()
    before = len(world.delivered())
    world.hear(anne.quote_ended(end), times=2)
    assert world.run_jobs() == 0, "nobody is written to"
    world.hear(anne.piece_refused())
    world.run_jobs()
    told = world.delivered()[before:]
    assert told
    assert LINK not in str(told)
    assert world.kept_for_later() == []


@pytest.mark.parametrize("end", ["replaced", "expired", "declined"])
def test_the_end_of_a_quote_that_was_never_issued_is_nothing_to_us(world: World, anne: Client, end: str) -> None:
    world.hear(anne.quote_ended(end))
    assert world.kept_for_later() == []
