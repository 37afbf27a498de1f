"""Each event and the message that comes of it, as the delivery log shows it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import structlog

from plumbing.telemetry.logs import OUTPUT, configure_logs
from tests.services.notifications.conftest import Api
from tests.services.notifications.factories import BROKER, LINK, MOBILE, TOKEN, Client
from tests.services.notifications.world import NOW, World

NBSP = "\u00a0"
NO_REPLY = "Ce message est envoyé automatiquement, merci de ne pas y répondre directement."


@pytest.mark.feature("F-059", "F-060")
def test_the_client_gets_his_quote(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued())
    world.run_jobs()

    mail = api.only("quote.issued")
    (delivered,) = world.delivered(to=anne.email)
    assert mail["subject"] == "Votre devis Horizon TNS proposé par Cabinet Lemaire"
    assert (mail["recipient"], mail["copies"]) == ("anne.roche@client.example", [])
    assert delivered["from"] == [{"address": "noreply@rives.example", "name": "Mutuelle des Rives"}]
    assert delivered["cc"] == []
    assert "Votre recherche de complémentaire santé" in mail["html"]
    assert "Bonjour Madame Roche," in mail["text"]
    assert "proposition de devis n° RIS-0000000033 pour le produit Horizon TNS, formule Horizon TNS 150" in mail["text"]
    assert "Nous vous remercions pour votre demande" in mail["text"]
    assert "consulter dès maintenant et à conserver" in mail["text"]
    assert [(part["document_id"], part["filename"]) for part in mail["attachments"]] == [
        (anne.quote_pdf, "DEVIS.pdf"),
        (anne.ipid, "IPID Horizon TNS.pdf"),
    ]
    assert [part["fileName"] for part in delivered["attachments"]] == ["DEVIS.pdf", "IPID Horizon TNS.pdf"]


@pytest.mark.feature("F-059")
@pytest.mark.parametrize("kind", ["quote.issued", "membership.requested"])
def test_the_broker_is_told_without_the_clients_link(api: Api, world: World, anne: Client, kind: str) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.envelope_sealed())
    world.run_jobs()

    clients, brokers = api.only(kind), api.only(f"{kind}.broker")
    assert (brokers["recipient"], brokers["copies"], brokers["state"]) == (BROKER, [], "sent")
    assert (brokers["subject"], brokers["attachments"]) == (clients["subject"], clients["attachments"])
    assert "Bonjour Cabinet Lemaire," in brokers["text"]
    assert "lien personnel" in brokers["text"]
    for delivered in world.delivered():
        mine = {place["address"] for place in delivered["to"] + delivered["cc"]}
        assert BROKER not in mine or LINK not in str(delivered), delivered["subject"]
    (told,) = (found for found in world.delivered(to=BROKER) if found["subject"] == brokers["subject"])
    assert [part["fileName"] for part in told["attachments"]] == [part["filename"] for part in clients["attachments"]]


@pytest.mark.feature("F-062")
def test_the_quotes_mail_has_the_subscription_link(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued())
    world.run_jobs()

    (delivered,) = world.delivered(to=anne.email)
    assert f'<a href="https://espace.rives.example/souscrire/{LINK}">en suivant ce lien</a>' in delivered["html"]
    assert f"https://espace.rives.example/souscrire/{LINK}" in delivered["text"]
    assert "Vous pouvez dès maintenant finaliser votre adhésion en suivant ce lien" in api.only("quote.issued")["text"]
    # Valid through the last day in Paris, as the quote is.
    assert api.only("quote.issued")["expires_at"] == "2026-12-21T23:00:00Z"


@pytest.mark.feature("F-063")
def test_every_mail_says_that_nobody_reads_the_answers(api: Api, world: World, anne: Client) -> None:
    whole_story(world, anne)

    mails = [api.get(f"/messages/{item['id']}").json for item in api.log(channel="email", limit="100")]
    assert len(mails) == 12
    assert all(NO_REPLY in mail["text"] and NO_REPLY in mail["html"] for mail in mails)


@pytest.mark.feature("F-120", "F-361")
def test_every_mail_is_signed_by_the_adviser_and_carries_the_legal_footer(api: Api, world: World, anne: Client) -> None:
    whole_story(world, anne)

    for item in api.log(channel="email", limit="100"):
        mail = api.get(f"/messages/{item['id']}").json
        adviser = "Service adhérents" if mail["kind"] == "account.opening" else "Cabinet Lemaire"
        phone = "01 98 76 04 21" if mail["kind"] == "account.opening" else "01 98 76 00 00"
        assert f"Votre conseiller {adviser}\n{phone} (appel non surtaxé)" in mail["text"], mail["kind"]
        for body in (mail["text"], mail["html"]):
            distributor = "Mutuelle des Rives" if mail["kind"] == "account.opening" else "Cabinet Lemaire"
            assert f"Produit distribué par {distributor}" in body
            assert "Contrat assuré par Mutuelle des Rives, Mutuelle régie par" in body
            assert "N° SIREN 000421008" in body
            assert f"Autorité chargée de son contrôle{NBSP}: Autorité de contrôle prudentiel" in body
            assert f"Identifiant unique REP (filière papier){NBSP}: FR000421_03DEMO" in body


def whole_story(world: World, anne: Client) -> None:
    later = NOW + timedelta(days=1)
    world.hear(anne.quote_issued(), anne.submitted(), anne.envelope_sealed(), anne.file_transmitted())
    world.hear(anne.ceremony("failed"), anne.contract_created(), anne.contract_changed(), anne.invited(later))
    world.hear(anne.claim("submitted"), anne.claim("decided", outcome="accepted", amount="25.20"), anne.benefit_paid())


@pytest.mark.feature("F-109")
def test_the_code_goes_out_by_sms(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.code_requested("Horizon TNS : code 123456", NOW + timedelta(minutes=5)))
    world.run_jobs()

    (delivered,) = world.delivered()
    assert delivered["to"] == [{"address": "33612345678@sms.example", "name": ""}]
    assert delivered["text"] == "Horizon TNS : code 123456"
    sms = api.only("signature.code")
    assert (sms["channel"], sms["state"], sms["recipient"]) == ("sms", "sent", MOBILE)
    assert sms["text"] == "Horizon TNS : code •••"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What a process of ours would log."""
    root, written = logging.getLogger(), StringIO()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(OUTPUT, "stream", OUTPUT.stream)
    configure_logs("notifications", stream=written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_code_that_must_be_tried_again_waits_closed(
    world: World, anne: Client, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event is kept for later when its handler fails; then its message is, until it is sent."""

    def fails(*_: object, **__: object) -> None:
        raise ConnectionError("away")

    def clear() -> list[str]:
        database = Path(str(world.services.engine.url.database))
        files = {path.name: path.read_bytes() for path in database.parent.glob(f"{database.name}*")}
        assert files
        return [name for name, content in files.items() if b"123456" in content]

    with monkeypatch.context() as away:
        away.setattr(world.services.writer, "write", fails)
        world.hear(anne.code_requested("Horizon TNS : code 123456", NOW + timedelta(minutes=5)))
    assert [state for state, _ in world.kept_for_later()] == ["waiting"]
    assert clear() == []
    world.clock.advance(timedelta(seconds=30))
    world.consumer.retry_due()
    assert world.kept_for_later() == []
    assert clear() == []
    world.run_jobs()
    assert [message["text"] for message in world.delivered()] == ["Horizon TNS : code 123456"]
    assert clear() == []
    assert "ConnectionError" in log.getvalue()
    assert "123456" not in log.getvalue()
    assert MOBILE not in log.getvalue()


@pytest.mark.feature("F-115")
@pytest.mark.parametrize("end", ["failed", "refused", "expired"])
def test_nothing_but_the_failure_is_told_of_an_unfinished_signature(
    api: Api, world: World, anne: Client, end: str
) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.ceremony(end))

    assert [item["kind"] for item in api.log()] == [f"ceremony.{end}", "quote.issued.broker", "quote.issued"]


@pytest.mark.feature("F-119")
def test_the_failure_mail_goes_to_the_client_with_his_adviser_in_copy(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.ceremony("failed"))

    mail = api.only("ceremony.failed")
    assert mail["subject"] == f"Horizon TNS -{NBSP}: Échec de signature électronique"
    assert (mail["recipient"], mail["copies"]) == (anne.email, [BROKER, "gestion@rives.example"])
    assert "Votre signature électronique a échoué." in mail["text"]
    assert "Veuillez recommencer votre devis ou contacter votre interlocuteur habituel." in mail["text"]
    assert "Nous restons à votre disposition pour toute information complémentaire." in mail["text"]


def test_on_paper_the_client_reads_that_no_code_will_be_asked_for(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.ceremony("failed", cause="on_paper"))

    mail = api.only("ceremony.on_paper")
    assert mail["subject"] == f"Horizon TNS -{NBSP}: Vous signerez à la main"
    assert (mail["recipient"], mail["copies"]) == (anne.email, [BROKER, "gestion@rives.example"])
    assert "aucun code ne vous sera plus demandé" in mail["text"]
    assert "Un autre message vous apporte les documents à signer" in mail["text"]


def test_a_blocked_signature_is_told_once_to_client_adviser_and_managers(api: Api, world: World, anne: Client) -> None:
    blocked = anne.ceremony("blocked", expires_at="2026-11-24T09:00:00Z")
    world.hear(anne.quote_issued(), anne.submitted(), blocked)

    mail = api.only("ceremony.blocked")
    assert (mail["recipient"], mail["copies"]) == (anne.email, [BROKER, "gestion@rives.example"])
    assert "bloquée" in mail["text"]
    assert "Contactez votre conseiller" in mail["text"]


@pytest.mark.parametrize(
    ("kind", "words"), [("other_mobile", "un autre numéro de mobile"), ("again", "de nouveaux codes")]
)
def test_the_client_reads_what_his_adviser_did_and_where_the_next_code_goes(
    api: Api, world: World, anne: Client, kind: str, words: str
) -> None:
    said = anne.ceremony("relieved", kind=kind, expires_at="2026-11-24T09:00:00Z")
    said.sealed["mobile_masked"] = "06 •• •• •• 78"
    world.hear(anne.quote_issued(), anne.submitted(), said)

    mail = api.only("ceremony.relieved")
    assert words in mail["text"]
    assert "06 •• •• •• 78" in mail["text"]
    assert "appelez votre mutuelle" in mail["text"]


@pytest.mark.feature("F-117")
def test_the_signed_documents_come_with_the_seal(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.envelope_sealed())
    world.run_jobs()

    mail = api.only("envelope.sealed")
    assert mail["subject"] == "Espace Rives - Vos documents signés"
    # The evidence file is not for mailboxes: managers release it.
    assert [(part["document_id"], part["filename"]) for part in mail["attachments"]] == [
        (anne.signed, "Bulletin individuel d’adhésion.pdf"),
    ]
    delivered = next(found for found in world.delivered() if "documents signés" in found["subject"])
    stored = world.mailbox / delivered["id"] / delivered["attachments"][0]["generatedFileName"]
    assert stored.read_bytes() == b"%PDF-1.7 " + anne.signed.encode()


@pytest.mark.feature("F-118")
def test_the_confirmation_says_how_to_send_supporting_documents(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.envelope_sealed())
    world.run_jobs()

    mail = api.only("membership.requested")
    assert mail["subject"] == "Votre adhésion au contrat Horizon TNS proposé par Cabinet Lemaire"
    assert "relevé d’identité bancaire (RIB)" in mail["text"]
    assert [(part["document_id"], part["filename"]) for part in mail["attachments"]] == [
        (anne.ipid, "IPID Horizon TNS.pdf")
    ]
    (delivered,) = (found for found in world.delivered(to=anne.email) if found["subject"] == mail["subject"])
    assert f"https://espace.rives.example/souscrire/{LINK}" in delivered["text"]
    assert LINK not in mail["text"]


@pytest.mark.feature("F-006")
def test_the_account_mail_has_a_one_time_link_that_expires(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.invited(datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "reset"))
    world.run_jobs()

    mail = api.only("account.reset")
    assert mail["subject"] == "Initialisation de votre mot de passe Espace Rives"
    assert f"reste valable jusqu’au 21{NBSP}novembre 2026 à 10{NBSP}h{NBSP}30 (heure de Paris)" in mail["text"]
    (delivered,) = world.delivered()
    assert f"https://espace.rives.example/activation/{TOKEN}" in delivered["text"]
    assert TOKEN not in mail["text"]
    assert TOKEN not in mail["html"]


@pytest.mark.feature("F-346")
def test_the_client_is_invited_to_his_space_by_a_link_and_never_a_password(
    api: Api, world: World, anne: Client
) -> None:
    world.hear(anne.invited(NOW + timedelta(days=7)))

    mail = api.only("account.opening")
    assert (mail["recipient"], mail["copies"]) == (anne.email, [])
    assert "Bonjour Madame Roche," in mail["text"]
    assert "Votre espace adhérent est prêt." in mail["text"]
    assert "Pour choisir votre mot de passe, suivez ce lien" in mail["text"]
    assert "https://espace.rives.example/activation/•••" in mail["text"]


def test_the_created_contract_is_told(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.contract_created())

    mail = api.only("contract.created")
    assert mail["subject"] == "Votre adhésion Horizon TNS n° RIS-0000000026 est créée"
    assert (mail["recipient"], mail["copies"]) == (anne.email, [BROKER])
    assert f"prennent effet le 1er{NBSP}décembre 2026" in mail["text"]
    assert f"69,94{NBSP}€ par mois, prélevée le 5 de chaque mois" in mail["text"]


def test_the_first_piece_is_acknowledged(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.file_transmitted())

    mail = api.only("file.transmitted")
    assert f"«{NBSP}Dossier transmis{NBSP}»" in mail["text"]
    assert (mail["recipient"], mail["copies"]) == (anne.email, [BROKER])


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("accepted", f"acceptée pour un montant de 25,20{NBSP}€"),
        ("refused", "ne pouvons pas donner une suite favorable"),
    ],
)
def test_a_decision_is_told(api: Api, world: World, anne: Client, outcome: str, said: str) -> None:
    world.hear(anne.details(), anne.claim("submitted"), anne.claim("decided", outcome=outcome, amount="25.20"))

    assert said in api.only(f"claim.{outcome}")["text"]
    assert "ne peut plus être modifiée" in api.only("claim.submitted")["text"]


@pytest.mark.feature("F-224")
@pytest.mark.parametrize(
    "channels",
    [{"email"}, {"sms"}, {"email", "sms"}, set()],
    ids=["mail", "sms", "both", "none"],
)
def test_a_benefit_is_told_as_the_member_prefers(api: Api, world: World, anne: Client, channels: set[str]) -> None:
    world.hear(anne.details(), anne.prefers(email="email" in channels, sms="sms" in channels), anne.benefit_paid())
    world.run_jobs()

    sent = api.log(kind="benefit.paid")
    assert {item["channel"] for item in sent} == channels
    assert all(item["state"] == "sent" for item in sent)
    for found in world.delivered():
        assert "25,20" in found["text"]


def test_nobody_asked_yet_means_by_mail(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.details(), anne.benefit_paid())

    assert api.only("benefit.paid")["channel"] == "email"


def test_an_sms_without_a_number_becomes_a_mail(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.details(mobile=None), anne.prefers(email=False, sms=True), anne.benefit_paid())

    assert api.only("benefit.paid")["channel"] == "email"


def test_the_newest_preference_counts(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.details())
    world.hear(anne.prefers(email=False, sms=True), sequence=9)
    world.hear(anne.prefers(email=True, sms=False), sequence=8)
    world.hear(anne.benefit_paid())

    assert api.only("benefit.paid")["channel"] == "sms"


def test_another_mutuelle_prints_its_own_name(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.details(), anne.claim("submitted"), tenant="plateau")

    assert api.log() == []
    mail = api.get(f"/messages/{api.log(tenant='plateau')[0]['id']}", tenant="plateau").json
    assert "Mutuelle du Plateau" in mail["text"]
    assert "Rives" not in mail["text"]
