"""The broker who subscribes with his client: he attests that the client is with him, and signs nothing for him."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.answers import refusal
from tests.support.tokens import bearer


def attest(api: Any, subscription_id: str, present: Any = True, **caller: Any) -> Any:
    body = {"subscription_id": subscription_id, "client_present": present}
    return api.post("/assisted-sessions", body, **caller)


def submit_with(api: Any, quote: dict[str, Any], token: str, **changes: Any) -> Any:
    body = factories.submission([each["document_id"] for each in quote["documents"]], **changes)
    return api.world.client.post(
        f"/v1/subscriptions/{quote['subscription_id']}/submission",
        json=body,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": new_id()},
    )


def real_token(api: Any, subscription_id: str, session: str) -> str:
    """A token as member makes it: two of one instant still differ."""
    scope = f"subscription:{subscription_id}"
    header = bearer("guest", session, scope=scope, now=api.world.clock.now())["Authorization"]
    return header.removeprefix("Bearer ")


@pytest.mark.feature("F-065")
def test_the_attestation_is_kept_with_its_time_and_its_broker(api: Any) -> None:
    quote = api.issue()
    subscription_id = quote["subscription_id"]
    token = real_token(api, subscription_id, "assisted")
    api.world.neighbours.guest_token = token
    opened = attest(api, subscription_id)
    assert (opened.status_code, opened.json["access_token"], opened.json["expires_in"]) == (201, token, 1800)
    api.world.clock.advance(timedelta(minutes=5))
    done = submit_with(api, quote, token)
    assert done.status_code == 201
    expected = {
        "broker_id": factories.BROKER_ID,
        "company": "Cabinet Lemaire",
        "attested_at": "2026-11-23T09:00:00Z",
    }
    assert done.json["assistance"] == expected
    assert api.file_of(subscription_id)["assistance"] == expected
    # The code that signs goes to the client's mobile all the same.
    api.world.work()
    (ready,) = api.world.said("quoting.subscription.ready_to_sign.v1")
    assert ready.sealed["signature"]["mobile"] == "+33612345678"


@pytest.mark.feature("F-065")
def test_who_comes_by_his_own_link_subscribes_alone(api: Any) -> None:
    quote = api.issue()
    subscription_id = quote["subscription_id"]
    api.world.neighbours.guest_token = real_token(api, subscription_id, "assisted")
    assert attest(api, subscription_id).status_code == 201
    own = submit_with(api, quote, real_token(api, subscription_id, "link"))
    assert (own.status_code, own.json["assistance"]) == (201, None)
    (attested,) = own.json["attestations"]
    assert (attested["company"], attested["attested_at"]) == ("Cabinet Lemaire", "2026-11-23T09:00:00Z")
    assert api.file_of(subscription_id)["attestations"] == [attested]


@pytest.mark.feature("F-065")
@pytest.mark.parametrize("present", [False, None, "yes"])
def test_no_attestation_no_session(api: Any, present: Any) -> None:
    quote = api.issue()
    before = api.world.dump()
    assert refusal(attest(api, quote["subscription_id"], present)) == (422, "validation", ["client_present"])
    assert api.world.dump() == before
    # Nor may he submit as himself.
    body = factories.submission([each["document_id"] for each in quote["documents"]])
    assert api.post(f"/subscriptions/{quote['subscription_id']}/submission", body).status_code == 403


def test_a_broker_assists_his_own_clients_alone(api: Any) -> None:
    subscription_id = api.issue()["subscription_id"]
    gone: tuple[int, str, list[str]] = (404, "subscription.not_found", [])
    assert refusal(attest(api, subscription_id, sub=factories.OTHER_BROKER_ID)) == gone
    assert refusal(attest(api, subscription_id, tenant="plateau")) == gone
    assert refusal(attest(api, new_id())) == gone
    for role in ("guest", "member", "manager"):
        assert attest(api, subscription_id, role=role).status_code == 403


def test_what_closes_the_link_closes_the_assistance_too(api: Any) -> None:
    subscription_id = api.issue()["subscription_id"]
    api.world.clock.advance(timedelta(days=31))
    answer = attest(api, subscription_id)
    assert refusal(answer) == (410, "link.expired", [])
    assert "jusqu’au 23\u00a0décembre\u00a02026 inclus" in answer.json["detail"]


def test_without_member_there_is_no_session_and_no_attestation(api: Any) -> None:
    subscription_id = api.issue()["subscription_id"]
    before = api.world.dump()
    with api.world.without("member"):
        api.world.services.tokens.forget("rives")
        assert refusal(attest(api, subscription_id)) == (503, "identity.unavailable", [])
    assert api.world.dump() == before


@pytest.mark.feature("F-065")
@pytest.mark.parametrize("written", ["06 98 76 00 00", "+33698760000"])
def test_the_brokers_own_mobile_is_not_the_clients(api: Any, written: str) -> None:
    api.world.neighbours.broker["phone"] = "+33698760000"
    answer = api.submit(api.issue(), mobile=written)
    assert refusal(answer) == (422, "validation", ["mobile"])
    assert answer.json["errors"][0]["message"] == (
        "Indiquez votre propre numéro de mobile, et non celui de votre conseiller."
    )


@pytest.mark.feature("F-065")
def test_the_advice_sheet_says_whether_the_adviser_was_there(api: Any) -> None:
    quote = api.issue()
    token = real_token(api, quote["subscription_id"], "assisted")
    api.world.neighbours.guest_token = token
    attest(api, quote["subscription_id"])
    submit_with(api, quote, token)
    api.world.work()
    alone = api.subscribe(api.issue())
    assert alone["assistance"] is None
    assert alone["attestations"] == []
    with_him, by_himself = sheets(api)
    at_ten = "le 23 novembre 2026 à 10 h 00"
    assert f"validée {at_ten} en présence du conseiller, qui l’a attestée {at_ten}" in with_him
    assert f"validée {at_ten} par le client seul, depuis le lien de son devis" in by_himself


@pytest.mark.feature("F-065")
def test_the_advice_sheet_tells_of_help_that_had_ended_and_of_help_that_came_later(api: Any) -> None:
    quote = api.issue()
    subscription_id = quote["subscription_id"]

    def attest_anew(name: str) -> str:
        token = api.world.neighbours.guest_token = real_token(api, subscription_id, name)
        assert attest(api, subscription_id).status_code == 201
        return token

    attest_anew("first")
    api.world.clock.advance(timedelta(minutes=31))
    assert submit_with(api, quote, real_token(api, subscription_id, "link")).status_code == 201
    api.world.clock.advance(timedelta(minutes=1))
    attest_anew("second")
    api.world.work()
    (sheet,) = sheets(api)
    begun = "commencée en présence du conseiller, qui l’a attestée le 23 novembre 2026 à 10 h 00, puis validée"
    assert f"{begun} le 23 novembre 2026 à 10 h 31 par le client, depuis le lien de son devis" in sheet
    assert "présence du conseiller attestée ensuite le 23 novembre 2026 à 10 h 32" in sheet
    assert "seul" not in sheet.split("Souscription en ligne")[1].split("Votre situation")[0]
    # What is attested once the sheet is made, to sign say, is the file's to tell.
    api.world.clock.advance(timedelta(minutes=1))
    attest_anew("third")
    at = [each["attested_at"][11:16] for each in api.file_of(subscription_id)["attestations"]]
    assert at == ["09:00", "09:32", "09:33"]
    assert [each["attested_at"][11:16] for each in api.subscription(subscription_id)["attestations"]] == at


def sheets(api: Any) -> list[str]:
    return [text_of(upload.content) for upload in api.world.neighbours.stored("advice")]


def text_of(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.split())
