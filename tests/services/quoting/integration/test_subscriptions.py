"""The link, the subscription before and after it is submitted, and what is refused on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.answers import refusal


def open_link(api: Any, secret: str) -> Any:
    return api.post("/guest-sessions", {"secret": secret}, role=None)


def test_the_link_opens_its_subscription(api: Any) -> None:
    quote = api.issue()
    session = open_link(api, api.link_secret())
    assert session.status_code == 200
    assert session.json["expires_in"] == 1800
    assert session.json["quote"]["number"] == quote["number"]
    assert "POST member/guest-tokens" in api.world.neighbours.calls


@pytest.mark.parametrize("secret", ["x" * 43, "x" * 20])
def test_an_unknown_link_is_not_found(api: Any, secret: str) -> None:
    assert refusal(open_link(api, secret)) == (404, "link.unknown", [])


@pytest.mark.parametrize("secret", [None, "", "short", 12, "x" * 101])
def test_what_is_no_secret_is_refused(api: Any, secret: Any) -> None:
    assert refusal(open_link(api, secret)) == (422, "validation", ["secret"])


def test_no_member_no_session(api: Any) -> None:
    api.issue()
    with api.world.without("member"):
        api.world.services.tokens.forget("rives")
        answer = open_link(api, api.link_secret())
    assert refusal(answer) == (503, "identity.unavailable", [])


def test_the_link_works_through_its_last_day_in_paris(api: Any) -> None:
    api.issue()  # 23 November 10:00 in Paris, so through 23 December 23:59
    api.world.clock.advance(timedelta(days=30, hours=13, minutes=59))
    assert open_link(api, api.link_secret()).status_code == 200
    api.world.clock.advance(timedelta(minutes=2))
    assert refusal(open_link(api, api.link_secret())) == (410, "link.expired", [])


def test_the_link_leads_back_after_the_submission_until_the_membership_is_created(api: Any) -> None:
    subscription = api.subscribe()
    api.world.clock.advance(timedelta(days=45))
    assert open_link(api, api.link_secret()).status_code == 200
    api.sign(subscription["id"])
    api.send_piece(subscription["id"])
    api.post(f"/files/{subscription['file']['id']}/creation", role="manager")
    assert refusal(open_link(api, api.link_secret())) == (410, "link.closed", [])


def test_a_replaced_quote_says_where_to_look(api: Any) -> None:
    quote = api.issue()
    with api.world.services.units.for_tenant("rives")() as work:
        work.quotes.get(quote["id"]).replace()
        work.commit()
    answer = open_link(api, api.link_secret())
    assert refusal(answer) == (410, "link.replaced", [])
    assert "plus récent" in answer.json["detail"]


def test_a_refused_signature_closes_the_link(api: Any) -> None:
    subscription = api.subscribe()
    data = {"ceremony_id": new_id(), "subject": f"subscription:{subscription['id']}"}
    api.world.hear("signature.ceremony.refused.v1", data)
    assert refusal(open_link(api, api.link_secret())) == (410, "link.closed", [])


def test_links_are_tried_a_limited_number_of_times_a_minute(api: Any) -> None:
    statuses = [open_link(api, "y" * 43).status_code for _ in range(121)]
    assert statuses[:120] == [404] * 120
    assert statuses[120] == 429


@pytest.mark.feature("F-090")
def test_a_subscription_comes_prefilled(api: Any) -> None:
    quote = api.issue(factories.family_quote())
    subscription = api.subscription(quote["subscription_id"])
    assert subscription["state"] == "open"
    assert subscription["identity"] == quote["client"]
    assert subscription["expected"] == {"spouse_birth_date": "1987-02-03", "children": 2}
    assert subscription["tns_required"] is True
    assert subscription["debit_days"] == [5, 10, 15]
    assert subscription["adviser"]["company"] == "Cabinet Lemaire"
    assert [each["kind"] for each in subscription["documents"]] == ["ipid", "rules", "examples", "guarantees"]
    assert subscription["documents"][-1]["title"] == "Garanties Horizon TNS 300"
    assert (subscription["file"], subscription["pieces"]) == (None, [])


@pytest.mark.feature("F-099", "F-100")
def test_everything_is_stored_with_the_submission_and_nothing_before(api: Any) -> None:
    quote = api.issue()
    before = api.world.dump()
    api.subscription(quote["subscription_id"])
    assert api.world.dump() == before

    answer = api.submit(quote, debit_day=10, benefit_iban=factories.OTHER_IBAN, account_holder="Julie Moreau-Petit")
    assert answer.status_code == 201
    assert answer.json["state"] == "preparing"
    assert answer.json["quote"]["status_label"] == "Accepté"
    assert answer.json["file"]["status_label"] == "En attente de pièces"
    payment = api.file_of(quote["subscription_id"])["payment"]
    assert payment == {
        "iban": "FR14 •••• •••• •••• •••• •••2 606",
        "bank": "LA BANQUE POSTALE",
        "account_holder": "Julie Moreau-Petit",
        "debit_day": 10,
        "benefit_iban": "FR76 •••• •••• •••• •••• •••0 189",
        "rum": f"{quote['number']}-1",
    }


@pytest.mark.feature("F-101")
def test_a_refused_submission_leaves_nothing_but_the_quote(api: Any) -> None:
    quote = api.issue()
    before = api.world.dump()
    assert api.submit(quote, nir="1").status_code == 422
    assert api.world.dump() == before
    assert api.subscription(quote["subscription_id"])["state"] == "open"


@pytest.mark.feature("F-091")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nir": None}, "null"),
        ({"nir": ""}, "blank"),
        ({"nir": "285051601500174"}, "nir_key"),
        ({"nir": "28505160150017"}, "nir_format"),
        ({"nir": "185051601500126"}, "nir_sex"),
        ({"nir": "286051601500124"}, "nir_birth_date"),
        ({"nir": "2850516015001 73" + " " * 20}, "too_long"),
    ],
)
def test_the_social_security_number_is_checked(api: Any, changes: dict[str, Any], code: str) -> None:
    answer = api.submit(api.issue(), **changes)
    assert refusal(answer) == (422, "validation", ["nir"])
    assert answer.json["errors"][0]["code"] == code


@pytest.mark.feature("F-092")
def test_the_self_employed_status_is_declared_for_its_product_alone(api: Any) -> None:
    answer = api.submit(api.issue(), tns_declared=False)
    assert refusal(answer) == (422, "validation", ["tns_declared"])
    other = factories.quote(product="horizon-serenite", formula="450")
    assert api.submit(api.issue(other), tns_declared=False).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"iban": "FR1520041010050500013M02606"}, "iban"),
        ({"iban": "TR330006100519786457841326"}, "iban"),
        ({"benefit_iban": "FR00"}, "benefit_iban"),
        ({"debit_day": 6}, "debit_day"),
        ({"debit_day": 31}, "debit_day"),
        ({"mobile": None}, "mobile"),
        ({"mobile": "05 45 00 04 21"}, "mobile"),
        ({"documents_read": []}, "documents_read"),
        ({"documents_read": [factories.BROKER_ID]}, "documents_read"),
        ({"documents_acknowledged": False}, "documents_acknowledged"),
        ({"regime_declaration": False}, "regime_declaration"),
        ({"signature_mode": "oral"}, "signature_mode"),
        ({"identity": factories.client(birth_date="1985-05-15")}, "identity.birth_date"),
        ({"identity": factories.client(email="courtier@lemaire.example")}, "identity.email"),
        ({"identity": factories.client(town="Cognac")}, "identity.town"),
        ({"identity": factories.client(postcode="75001", town="Paris")}, "identity.postcode"),
        ({"identity": factories.client(country="BE", postcode="1000", town="Bruxelles")}, "identity.country"),
        ({"beneficiaries": factories.relatives()[:1]}, "beneficiaries"),
        ({"account_holder": ""}, "account_holder"),
        ({"unexpected": True}, "unexpected"),
    ],
)
def test_what_does_not_hold_together_is_refused_with_its_field(api: Any, changes: dict[str, Any], field: str) -> None:
    quote = api.issue()
    answer = api.submit(quote, **changes)
    status, code, fields = refusal(answer)
    assert (status, code) == (422, "validation")
    assert field in fields
    assert api.subscription(quote["subscription_id"])["state"] == "open"


def test_every_fault_is_told_at_once(api: Any) -> None:
    answer = api.submit(api.issue(), nir="1", iban="FR00", tns_declared=False, mobile=None)
    assert refusal(answer)[2] == ["iban", "mobile", "nir", "tns_declared"]


def test_a_number_given_in_the_identity_is_enough_to_sign(api: Any) -> None:
    answer = api.submit(api.issue(), mobile=None, identity=factories.client(mobile="+33612345678"))
    assert answer.status_code == 201


def test_a_second_submission_is_refused(api: Any) -> None:
    quote = api.issue()
    assert api.submit(quote).status_code == 201
    assert refusal(api.submit(quote)) == (409, "subscription.already_submitted", [])
    assert len(api.world.said("quoting.subscription.submitted.v1")) == 1


def test_a_repeat_of_the_same_submission_answers_the_same(api: Any) -> None:
    quote = api.issue()
    body = factories.submission([each["document_id"] for each in quote["documents"]])
    guest = api.as_guest(quote["subscription_id"])
    key, path = new_id(), f"/subscriptions/{quote['subscription_id']}/submission"
    first, again = (api.post(path, body, key=key, **guest) for _ in range(2))
    assert (first.status_code, first.json) == (201, again.json)
    assert len(api.world.said("quoting.subscription.submitted.v1")) == 1


def test_a_lapsed_quote_cannot_be_subscribed(api: Any) -> None:
    quote = api.issue()
    api.world.clock.advance(timedelta(days=31))
    assert refusal(api.submit(quote)) == (410, "link.expired", [])


def test_a_quote_that_is_not_issued_cannot_be_subscribed(api: Any) -> None:
    quote = api.post("/quotes", factories.quote()).json
    answer = api.submit(quote)
    assert refusal(answer) == (409, "quote.not_open", [])
    assert "Proposé" in answer.json["detail"]


def test_a_family_is_covered_as_quoted(api: Any) -> None:
    quote = api.issue(factories.family_quote())
    answer = api.submit(quote, beneficiaries=factories.relatives())
    assert [each["role_label"] for each in answer.json["beneficiaries"]] == [
        "Assuré principal",
        "Conjoint(e)",
        "Enfant",
        "Enfant",
    ]
    labels = [each["label"] for each in answer.json["pieces"]]
    assert "Copie de l’attestation d’assuré social de Léa" in labels


def test_who_may_see_a_subscription(api: Any) -> None:
    quote = api.issue()
    path = f"/subscriptions/{quote['subscription_id']}"
    assert api.get(path).status_code == 200
    assert api.get(path, role="manager").status_code == 200
    assert refusal(api.get(path, sub=factories.OTHER_BROKER_ID)) == (404, "subscription.not_found", [])
    assert refusal(api.get(path, tenant="plateau")) == (404, "subscription.not_found", [])
    assert refusal(api.get(path, **api.as_guest(new_id()))) == (404, "subscription.not_found", [])
    assert api.get(path, role="guest").status_code == 403
    assert api.get(path, role="member").status_code == 403
    assert api.get(path, role=None).status_code == 401


def test_only_the_guest_of_this_subscription_submits_it(api: Any) -> None:
    quote = api.issue()
    body = factories.submission([])
    path = f"/subscriptions/{quote['subscription_id']}/submission"
    assert api.post(path, body).status_code == 403
    assert api.post(path, body, role="manager").status_code == 403
    assert api.post(path, body, **api.as_guest(new_id())).status_code == 404
    guest = {**api.as_guest(quote["subscription_id"]), "tenant": "plateau"}
    assert api.post(path, factories.submission([]), **guest).status_code == 404


def test_the_papers_are_listed_once_they_are_made_and_sealed_ones_once_they_are_signed(api: Any) -> None:
    subscription = api.subscribe()
    assert [(each["kind"], each["title"]) for each in subscription["papers"]] == [
        ("advice", "Fiche d’information et de conseil"),
        ("bia", "Bulletin individuel d’adhésion"),
        ("mandate", "Mandat de prélèvement SEPA"),
    ]
    assert subscription["signature"]["subject"] == f"subscription:{subscription['id']}"
    sealed = new_id()
    api.world.hear(
        "signature.envelope.sealed.v1",
        {
            "ceremony_id": new_id(),
            "subject": f"subscription:{subscription['id']}",
            "sealed_at": api.world.clock.now(),
            "evidence_document_id": new_id(),
            "documents": [
                {
                    "document_id": subscription["papers"][1]["document_id"],
                    "sealed_document_id": sealed,
                    "kind": "signed.bia",
                    "title": "Bulletin individuel d’adhésion",
                    "sha256": "ab" * 32,
                }
            ],
        },
    )
    after = api.subscription(subscription["id"])
    assert after["sealed_papers"] == [
        {"document_id": sealed, "kind": "signed.bia", "title": "Bulletin individuel d’adhésion"}
    ]
