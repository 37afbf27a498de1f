"""The journey through quoting: price, quote, link, subscription, signature, pieces, contract."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from plumbing.clock import paris_date
from plumbing.ids import new_id
from tests.services.quoting import factories


def test_from_a_price_to_a_contract(api: Any) -> None:
    priced = api.post("/prices", factories.prices()).json
    monthly = next(formula["monthly"] for formula in priced["formulas"] if formula["code"] == "300")

    quote = api.issue()
    assert quote["monthly"] == monthly
    session = api.post("/guest-sessions", {"secret": api.link_secret()}, role=None)
    assert session.status_code == 200, session.json
    assert session.json["subscription_id"] == quote["subscription_id"]
    assert session.json["access_token"] == f"guest rives subscription:{quote['subscription_id']}"

    subscription = api.subscribe(quote)
    assert subscription["state"] == "in_progress"
    assert subscription["quote"]["status"] == "awaiting_validation"
    assert subscription["file"]["status_label"] == "En attente de pièces"

    api.sign(quote["subscription_id"])
    document_id = api.send_piece(quote["subscription_id"])
    file = api.file_of(quote["subscription_id"])
    assert (file["status"], file["signature_label"]) == ("transmitted", "Signé")
    decision = api.post(
        f"/files/{file['id']}/pieces/{document_id}/decision", {"outcome": "accepted", "reason": None}, role="manager"
    )
    assert decision.status_code == 200, decision.json

    created = api.post(f"/files/{file['id']}/creation", role="manager")
    assert created.status_code == 201, created.json
    assert re.fullmatch(r"RIS-\d{10}", created.json["number"])
    after = api.subscription(quote["subscription_id"])
    assert after["file"]["status_label"] == "Adhésion créée"
    assert after["quote"]["status_label"] == "Souscrit"


def test_what_quoting_said_on_the_way(api: Any) -> None:
    quote = api.issue(factories.family_quote(with_option=True))
    api.subscribe(quote, beneficiaries=factories.relatives())
    api.sign(quote["subscription_id"])
    api.send_piece(quote["subscription_id"])
    file = api.file_of(quote["subscription_id"])
    contract = api.post(f"/files/{file['id']}/creation", role="manager").json

    said = {event.type: event for event in api.world.said()}
    assert list(said) == [
        "quoting.quote.issued.v1",
        "quoting.subscription.submitted.v1",
        "quoting.subscription.ready_to_sign.v1",
        "quoting.file.transmitted.v1",
        "quoting.contract.created.v1",
    ]
    created = said["quoting.contract.created.v1"]
    assert created.data["contract_id"] == contract["id"]
    assert created.data["formula_level"] == "300"
    assert created.data["monthly"] == quote["monthly"]
    assert {key for person in created.data["beneficiaries"] for key in person} == {"beneficiary_id", "role"}
    assert [person["role"] for person in created.data["beneficiaries"]] == ["main", "spouse", "child", "child"]
    member = created.sealed["member"]
    assert (member["nir"], member["iban"]) == (factories.NIR, factories.IBAN)
    assert member["mandate"] == {"rum": f"{quote['number']}-1", "ics": "FR18ZZZ421733", "signed_on": "2026-11-23"}
    assert created.sealed["claims"]["benefit_iban"] == factories.IBAN
    ids = [person["beneficiary_id"] for person in created.data["beneficiaries"]]
    assert [person["beneficiary_id"] for person in member["beneficiaries"]] == ids
    assert [person["beneficiary_id"] for person in created.sealed["claims"]["beneficiaries"]] == ids
    assert created.sealed["notifications"]["broker_email"] == "courtier@lemaire.example"


def test_nothing_personal_is_said_in_clear_or_stored_in_clear(api: Any) -> None:
    quote = api.issue()
    api.subscribe(quote, benefit_iban=factories.OTHER_IBAN)
    api.sign(quote["subscription_id"])
    api.send_piece(quote["subscription_id"])
    file = api.file_of(quote["subscription_id"])
    api.post(f"/files/{file['id']}/creation", role="manager")
    secret = api.link_secret()

    clear = "".join(event.raw for event in api.world.said())
    names = ["Moreau", "julie.moreau", "République", "612345678"]
    numbers = [factories.NIR, factories.IBAN, factories.OTHER_IBAN, secret]
    assert [fact for fact in names + numbers if fact in clear] == []
    stored = api.world.dump()
    assert [fact for fact in ["julie.moreau", "République", "612345678", *numbers] if fact in stored] == []


def test_the_secret_of_a_link_is_blanked_when_the_link_no_longer_opens_a_quote(api: Any) -> None:
    quote = api.issue()
    (issued,) = api.world.said("quoting.quote.issued.v1")
    assert issued.sealed_until == api.world.clock.now() + timedelta(days=31)
    assert paris_date(issued.sealed_until) == date.fromisoformat(quote["expires_on"]) + timedelta(days=1)
    api.subscribe(quote)
    assert [event.sealed_until for event in api.world.said()[1:]] == [None, None]


def test_whom_a_quote_was_priced_for_is_stored_closed(api: Any) -> None:
    quote = api.issue(factories.family_quote())
    assert quote["profile"]["spouse_birth_date"] == "1987-02-03"
    stored = api.world.dump()
    assert [fact for fact in ["1985-05-14", "1987-02-03", "Angoulême", "postcode"] if fact in stored] == []


def test_a_contract_of_member_is_noted_in_the_file(api: Any) -> None:
    subscription = api.subscribe()
    member_id = new_id()
    data = {"contract_id": new_id(), "subscription_id": subscription["id"], "member_id": member_id, "status": "active"}
    api.world.hear("member.contract.changed.v1", data)
    assert api.file_of(subscription["id"])["member_id"] == member_id
