"""The steps, one function each, in the order of the story. Each returns what the next ones need in `Story`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.client import Api, Unexpected, until
from deploy.demo.people import BIRTH_DATE, CHILDREN_BIRTH_DATES, SPOUSE_BIRTH_DATE, picture, scan
from deploy.demo.story import Story, check

BROKER = "courtier@lemaire.example"
MANAGER = "gestion@rives.example"
PRODUCT = "horizon-tns"
FORMULA = "300"
MEMBER_PASSWORD = "Parasol-Bleu-2026!"  # noqa: S105 - of an invented person


def _today() -> Any:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris")).date()


def _sign_in(story: Story, identifier: str, password: str) -> Api:
    answer = story.api.post("/api/member/v1/sessions", {"identifier": identifier, "password": password})
    return story.api.as_bearer(answer["access_token"])


def broker_signs_in(story: Story) -> str:
    story.broker = _sign_in(story, BROKER, story.staff_password)
    me = story.broker.get("/api/member/v1/me")
    story.facts["broker_name"] = me["display_name"]
    return f"{me['display_name']} is signed in"


def _profile(story: Story) -> dict[str, Any]:
    town = story.person("broker").get("/api/quoting/v1/towns", postcode="16000")["items"][0]["name"]
    return {
        "regime": "general",
        "postcode": "16000",
        "town": town,
        "birth_date": BIRTH_DATE.isoformat(),
        "spouse_birth_date": SPOUSE_BIRTH_DATE.isoformat(),
        "children": len(CHILDREN_BIRTH_DATES),
    }


def _needs() -> dict[str, str]:
    return {
        "optical": "reinforced",
        "dental": "medium",
        "hearing": "minimal",
        "hospital": "medium",
        "fees": "reinforced",
    }


def broker_prices_a_family(story: Story) -> str:
    story.facts["profile"] = _profile(story)
    story.facts["effective_date"] = _today().isoformat()
    prices = story.person("broker").post(
        "/api/quoting/v1/prices",
        {
            "product": PRODUCT,
            "effective_date": story.facts["effective_date"],
            "needs": _needs(),
            **story.facts["profile"],
        },
    )
    check(len(prices["formulas"]) == 6, "six formulas are priced")
    chosen = next(formula for formula in prices["formulas"] if formula["code"] == FORMULA)
    lines = sum(Decimal(line["amount"]) for line in chosen["lines"])
    check(lines == Decimal(chosen["monthly"]), f"the lines add up: {lines} and {chosen['monthly']}")
    check(Decimal(chosen["annual"]) == 12 * Decimal(chosen["monthly"]), "a year is twelve months")
    story.facts["monthly"] = chosen["monthly"]
    return f"formula {FORMULA}: {chosen['monthly']} € a month, recommended: {prices['recommended']}"


def broker_issues_the_quote(story: Story) -> str:
    family = story.family
    broker = story.person("broker")
    quote = broker.post(
        "/api/quoting/v1/quotes",
        {
            "product": PRODUCT,
            "formula": FORMULA,
            "with_option": False,
            "choice_reason": "Le client souhaite une meilleure prise en charge des honoraires.",
            "effective_date": story.facts["effective_date"],
            "profile": story.facts["profile"],
            "needs": _needs(),
            "client": _identity(story) | {"email": family.email, "mobile": None},
        },
    )
    story.facts["quote_id"] = quote["id"]

    def issued() -> Any:
        found = broker.get(f"/api/quoting/v1/quotes/{quote['id']}")
        return found if found["status"] == "validated" else None

    quote = until("the quote is issued", issued)
    check(
        re.fullmatch(r"RIS-\d{10}", quote["number"]) and quote["version"] == 1, "the quote has its number and version"
    )
    check(quote["monthly"] == story.facts["monthly"], "the quote keeps the price that was shown")
    return f"quote {quote['number']} / {quote['version']}"


def _identity(story: Story) -> dict[str, Any]:
    return {
        "civility": "madame",
        "last_name": "Roussel",
        "birth_name": None,
        "first_name": "Camille",
        "birth_date": BIRTH_DATE.isoformat(),
        "address": "12 rue des Tilleuls",
        "address_extra": None,
        "postcode": story.facts["profile"]["postcode"],
        "town": story.facts["profile"]["town"],
        "country": "FR",
    }


def client_gets_the_quote(story: Story) -> str:
    message = story.mailbox.wait_for(story.family.email, "Votre devis")
    check("sur « " not in message["text"], "the mail is finished")
    check(story.mailbox.attachment(message, "DEVIS.pdf").startswith(b"%PDF-"), "the quote is attached as a PDF")
    link = re.search(r"/souscrire/([A-Za-z0-9_-]+)", message["text"])
    check(link, "the mail has the link to subscribe")
    story.facts["link_secret"] = link[1] if link else ""
    return f"mail « {message['subject']} » with {len(message['attachments'])} attachments"


def client_follows_the_link(story: Story) -> str:
    session = story.api.post("/api/quoting/v1/guest-sessions", {"secret": story.facts["link_secret"]})
    story.guest = story.api.as_bearer(session["access_token"])
    story.facts["subscription_id"] = session["subscription_id"]
    return "the client has a session of thirty minutes"


def client_subscribes(story: Story) -> str:
    family, guest = story.family, story.person("guest")
    path = f"/api/quoting/v1/subscriptions/{story.facts['subscription_id']}"
    subscription = guest.get(path)
    for document in subscription["documents"]:
        content = guest.get_bytes(f"/api/documents/v1/documents/{document['document_id']}/content").content
        check(content.startswith(b"%PDF-"), f"« {document['title']} » can be read")
    guest.post(
        f"{path}/submission",
        {
            "identity": _identity(story) | {"email": family.email},
            "nir": family.nir,
            "tns_declared": True,
            "mobile": family.mobile,
            "iban": family.iban,
            "account_holder": "Camille Roussel",
            "debit_day": 5,
            "benefit_iban": None,
            "teletransmission": True,
            "marketing_objection": True,
            "documents_read": [document["document_id"] for document in subscription["documents"]],
            "documents_acknowledged": True,
            "signature_mode": "electronic",
            "beneficiaries": _beneficiaries(story),
        },
    )
    return f"{len(subscription['documents'])} documents read, identity, social-security number and IBAN given"


def _beneficiaries(story: Story) -> list[dict[str, Any]]:
    spouse = {
        "role": "spouse",
        "civility": "monsieur",
        "first_name": "Julien",
        "last_name": "Roussel",
        "birth_date": SPOUSE_BIRTH_DATE.isoformat(),
        "nir": story.family.spouse_nir,
        "tie": "married",
    }
    children = [
        {"role": "child", "first_name": name, "last_name": "Roussel", "birth_date": born.isoformat(), "nir": None}
        for name, born in zip(("Léa", "Noé"), CHILDREN_BIRTH_DATES, strict=True)
    ]
    return [spouse, *children]


def client_accepts_the_documents(story: Story) -> str:
    guest = story.person("guest")
    subject = f"subscription:{story.facts['subscription_id']}"

    def ceremony() -> Any:
        return next(iter(guest.get("/api/signature/v1/ceremonies", subject=subject)["items"]), None)

    found = until("the documents to sign are ready", ceremony)
    path = f"/api/signature/v1/ceremonies/{found['id']}"
    for document in found["documents"]:
        content = guest.get_bytes(f"/api/documents/v1/documents/{document['document_id']}/content").content
        check(content.startswith(b"%PDF-"), f"« {document['title']} » can be read before it is signed")
        base = f"{path}/documents/{document['document_id']}"
        for page in range(1, document["pages"] + 1):
            guest.post(f"{base}/pages/{page}/view")
        guest.post(f"{base}/acceptance", {"read": True, "accepts": True, "confirms": True})
    story.facts["ceremony"] = path
    return f"{len(found['documents'])} documents accepted one by one, reference {found['reference']}"


def client_signs_with_the_code(story: Story) -> str:
    guest, path = story.person("guest"), story.facts["ceremony"]
    guest.post(f"{path}/codes")
    sms = story.mailbox.wait_for(story.family.sms_address, "code")
    code = re.search(r"\b(\d{6})\b", sms["text"])
    check(code, "the SMS carries a code of six digits")
    right = code[1] if code else ""
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    guest.post(f"{path}/signature", {"code": wrong, "terms": True, "privacy": True}, expect=(409, 422))
    guest.post(f"{path}/signature", {"code": right, "terms": True, "privacy": True})
    signed = until("the sealed documents", lambda: _sealed(story))
    return f"a wrong code refused, the right one accepted, {len(signed)} sealed documents"


def _sealed(story: Story) -> list[dict[str, Any]]:
    listed = story.person("guest").get(
        "/api/documents/v1/documents", subject=f"subscription:{story.facts['subscription_id']}"
    )
    sealed = [document for document in listed["items"] if document["kind"].startswith("signed.")]
    return sealed if len(sealed) >= 3 else []


def client_gets_the_signed_documents(story: Story) -> str:
    message = story.mailbox.wait_for(story.family.email, "documents signés")
    for document in _sealed(story):
        content = story.person("guest").get_bytes(f"/api/documents/v1/documents/{document['id']}/content").content
        check(b"/ByteRange" in content and b"/ETSI.CAdES.detached" in content, "the PDF carries a PAdES seal")
        check(hashlib.sha256(content).hexdigest() == document["sha256"], "the bytes are those that were sealed")
    return f"mail « {message['subject']} »"


def client_uploads_a_supporting_document(story: Story) -> str:
    subject = f"subscription:{story.facts['subscription_id']}"
    upload = story.person("guest").upload
    upload(
        name="piece-identite.jpg",
        content=picture("CARTE NATIONALE D'IDENTITE (specimen)"),
        media_type="image/jpeg",
        kind="piece.identity",
        subject=subject,
        title="Pièce d’identité",
    )
    return "a photograph of an identity card"


def manager_creates_the_membership(story: Story) -> str:
    story.manager = manager = _sign_in(story, MANAGER, story.staff_password)

    def transmitted() -> Any:
        listed = manager.get("/api/quoting/v1/files", status="transmitted", limit=100)["items"]
        return next((file for file in listed if file["subscription_id"] == story.facts["subscription_id"]), None)

    file = until("the file is transmitted", transmitted)
    path = f"/api/quoting/v1/files/{file['id']}"
    for piece in manager.get(path)["pieces"]:
        if piece.get("document_id"):
            manager.get_bytes(f"/api/documents/v1/documents/{piece['document_id']}/content")
            manager.post(f"{path}/pieces/{piece['document_id']}/decision", {"outcome": "accepted", "reason": None})
    contract = manager.post(f"{path}/creation")
    story.facts["contract"] = contract
    return f"contract {contract['number']}"


def member_opens_the_account(story: Story) -> str:
    found = story.mailbox.wait_for(story.family.email, "/activation/")
    token = re.search(r"/activation/([A-Za-z0-9_-]+)", found["text"])
    check(token, "the mail has the link to open the account")
    story.api.post("/api/member/v1/activations", {"token": token[1] if token else "", "password": MEMBER_PASSWORD})
    story.member = _sign_in(story, story.family.email, MEMBER_PASSWORD)
    contracts = story.member.get("/api/member/v1/me/contracts")["items"]
    check(contracts and contracts[0]["number"] == story.facts["contract"]["number"], "the contract is in the account")
    return f"« {found['subject']} », {len(contracts[0]['beneficiaries'])} people covered"


def member_chooses_alerts(story: Story) -> str:
    member, path = story.person("member"), "/api/member/v1/me/preferences"
    member.put(path, {"benefits_by_email": True, "benefits_by_sms": True}, member.etag(path))
    return "e-mail and SMS"


def member_files_a_claim(story: Story) -> str:
    member = story.person("member")

    def covered() -> Any:
        return next(iter(member.get("/api/claims/v1/contracts")["items"]), None)

    contract = until("claims knows the contract", covered)
    beneficiary = next(b for b in contract["beneficiaries"] if b["role"] == "main")
    claim = member.post(
        "/api/claims/v1/claims",
        {
            "contract_id": contract["contract_id"],
            "beneficiary_id": beneficiary["beneficiary_id"],
            "care_date": contract["valid_from"],
            "description": "Consultation d’un spécialiste et ordonnance",
        },
    )
    subject = f"claim:{claim['id']}"
    files = [
        ("facture.pdf", scan("FACTURE (specimen) 60,00 EUR"), "application/pdf", "Facture"),
        ("ordonnance.jpg", picture("ORDONNANCE (specimen)"), "image/jpeg", "Ordonnance"),
    ]
    ids = [
        member.upload(name=name, content=content, media_type=kind, kind="claim.invoice", subject=subject, title=title)[
            "id"
        ]
        for name, content, kind, title in files
    ]
    path = f"/api/claims/v1/claims/{claim['id']}"

    def submitted() -> Any:
        # Claims hears of the files by events: it refuses until it has heard of both.
        answer = member.post(f"{path}/submission", {"document_ids": ids, "message": None}, expect=(200, 201, 409))
        if answer.get("code") not in (None, "claim.document_unknown"):
            raise Unexpected(str(answer))
        return answer if answer.get("code") is None else None

    until("the claim is sent", submitted)
    story.facts["claim"] = path
    story.facts["care_date"] = contract["valid_from"]
    return "two files, sent"


def manager_accepts_and_pays(story: Story) -> str:
    manager, path = story.person("manager"), story.facts["claim"]
    decision = manager.post(
        f"{path}/decision",
        {
            "outcome": "accepted",
            "reason": None,
            "lines": [
                {
                    "act": "specialist",
                    "care_date": story.facts["care_date"],
                    "expense": "60.00",
                    "base": "31.50",
                    "scheme_rate": "70.00",
                    "optam": True,
                    "other_insurers": "0.00",
                }
            ],
        },
    )
    manager.post(f"{path}/payment")

    def paid() -> Any:
        claim = story.person("member").get(path)
        return claim if claim["state"] == "paid" else None

    claim = until("the benefit is paid", paid)
    story.facts["amount"] = decision["amount"]
    check(Decimal(decision["amount"]) > 0 and claim["amount"] == decision["amount"], "the amount decided is paid")
    return f"{decision['amount']} €"


def member_is_alerted(story: Story) -> str:
    amount = story.facts["amount"].replace(".", ",")
    mail = story.mailbox.wait_for(story.family.email, amount)
    sms = story.mailbox.wait_for(story.family.sms_address, amount)
    check(sms["id"] != mail["id"], "the two alerts are two messages")
    return f"mail « {mail['subject']} » and an SMS"


STEPS: tuple[tuple[str, Callable[[Story], str]], ...] = (
    ("The broker signs in", broker_signs_in),
    ("prices a family", broker_prices_a_family),
    ("issues the quote", broker_issues_the_quote),
    ("The client gets the quote by e-mail", client_gets_the_quote),
    ("follows the link", client_follows_the_link),
    ("subscribes", client_subscribes),
    ("accepts the documents", client_accepts_the_documents),
    ("signs with the code", client_signs_with_the_code),
    ("gets the signed documents", client_gets_the_signed_documents),
    ("uploads a supporting document", client_uploads_a_supporting_document),
    ("The manager creates the membership", manager_creates_the_membership),
    ("The member opens the account", member_opens_the_account),
    ("chooses alerts", member_chooses_alerts),
    ("files a claim", member_files_a_claim),
    ("The manager accepts and pays", manager_accepts_and_pays),
    ("The member is alerted", member_is_alerted),
)
