"""The ceremony over HTTP, as the signer's page drives it."""

from __future__ import annotations

from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.signature.world import Guest, World
from tests.support.tokens import bearer


def code_of(answer: Any) -> str:
    return str(answer.json["code"])


class TestReading:
    @pytest.mark.feature("F-103")
    def test_the_envelope_is_the_ordered_list_that_quoting_gave(self, api: Guest, world: World) -> None:
        shown = api.ceremony()["documents"]
        assert [document["document_id"] for document in shown] == [each["document_id"] for each in world.documents]
        assert [document["kind"] for document in shown] == ["advice", "bia", "mandate"]
        assert [document["position"] for document in shown] == [1, 2, 3]

    @pytest.mark.feature("F-105")
    def test_documents_are_read_in_turn_with_progress(self, api: Guest) -> None:
        first, second, third = (document["document_id"] for document in api.ceremony()["documents"])
        assert api.ceremony()["next_document_id"] == first
        refused = api.accept(second)
        assert (refused.status_code, code_of(refused)) == (409, "document.out_of_turn")
        assert code_of(api.view(second, 1)) == "document.out_of_turn"
        for document_id, following in ((first, second), (second, third)):
            api.read(document_id)
            assert api.accept(document_id).json["next_document_id"] == following
        api.read(third)
        last = api.accept(third).json
        assert last is not None
        assert last["next_document_id"] is None
        assert all(document["accepted_at"] == "2026-11-23T11:00:00Z" for document in last["documents"])

    @pytest.mark.feature("F-106")
    def test_three_boxes_per_document_none_ticked_and_all_needed(self, api: Guest) -> None:
        assert [consent["text"] for consent in api.ceremony()["consents"]] == [
            "Je déclare avoir lu toutes les pages du document ci-dessus.",
            "Je déclare accepter les conditions de ce document.",
            (
                "Je confirme mon choix de signer électroniquement ce document (et dans ce cadre accepte les conditions "
                "d'utilisation des services électroniques)."
            ),
        ]
        document_id = api.ceremony()["next_document_id"]
        for box in ("read", "accepts", "confirms"):
            answer = api.accept(document_id, **{box: False})
            assert answer.status_code == 422
            assert [error["field"] for error in answer.json["errors"]] == [box]
        missing = api.post(f"documents/{document_id}/acceptance", {"read": True, "accepts": True})
        assert missing.status_code == 422
        assert api.ceremony()["documents"][0]["accepted_at"] is None
        refused = api.ask_code()
        assert (refused.status_code, code_of(refused)) == (409, "documents.not_accepted")

    def test_accepting_again_keeps_the_first_time(self, api: Guest, world: World) -> None:
        document_id = api.ceremony()["next_document_id"]
        api.read(document_id)
        api.accept(document_id)
        world.wait(minutes=1)
        again = api.accept(document_id)
        assert again.status_code == 200
        assert again.json["documents"][0]["accepted_at"] == "2026-11-23T11:00:00Z"

    @pytest.mark.feature("F-105")
    def test_no_document_is_accepted_before_its_last_page_was_handed_out(self, api: Guest) -> None:
        document_id = api.ceremony()["next_document_id"]
        unread = api.accept(document_id)
        assert (unread.status_code, code_of(unread)) == (409, "document.pages_unread")
        assert "page 1 sur 2" in unread.json["detail"]
        assert code_of(api.view(document_id, 2)) == "document.pages_unread"
        shown = api.view(document_id, 1)
        assert (shown.status_code, shown.json["documents"][0]["pages_viewed"]) == (200, 1)
        assert "page 2 sur 2" in api.accept(document_id).json["detail"]
        assert api.view(document_id, 3).status_code == 404
        assert api.view(document_id, 2).json["documents"][0]["pages_viewed"] == 2
        assert api.view(document_id, 1).json["documents"][0]["pages_viewed"] == 2
        assert api.accept(document_id).status_code == 200

    def test_a_document_of_another_envelope_is_not_found(self, api: Guest) -> None:
        assert api.accept(new_id()).status_code == 404


class TestCode:
    @pytest.mark.feature("F-107")
    def test_a_code_goes_to_the_mobile_of_the_file_shown_masked(self, api: Guest, world: World) -> None:
        api.accept_all()
        answer = api.ask_code()
        assert answer.status_code == 200
        body = answer.json
        assert body is not None
        assert body["state"] == "code_sent"
        assert body["signer_mobile_masked"] == "06 •• •• •• 78"
        assert body["code"] == {
            "sent_at": "2026-11-23T11:00:00Z",
            "expires_at": "2026-11-23T11:05:00Z",
            "resend_at": "2026-11-23T11:00:30Z",
            "sends_left": 3,
        }
        [event] = world.events("signature.code.requested.v1")
        assert event["sealed"]["mobile"] == "+33612345678"
        assert event["sealed"]["text"].startswith("Horizon TNS : code de signature ")
        assert f"pour 3 documents, réf. {body['reference']}. Ne pas communiquer." in event["sealed"]["text"]
        assert len(world.sent_code()) == 6

    def test_asking_for_a_code_needs_no_body(self, api: Guest, world: World) -> None:
        api.accept_all()
        headers = {**api.headers, "Idempotency-Key": new_id()}
        assert world.client.post(f"/v1/ceremonies/{api.ceremony_id()}/codes", headers=headers).status_code == 200

    def test_the_caller_cannot_choose_where_the_code_goes(self, api: Guest) -> None:
        api.accept_all()
        refused = api.post("codes", {"mobile": "+33699999999"})
        assert refused.status_code == 422

    @pytest.mark.feature("F-108")
    def test_resends_are_limited_and_void_the_code_before(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        codes = [world.sent_code()]
        for pause in (30, 60, 120):
            world.wait(seconds=pause - 1)
            refused = api.ask_code()
            assert (refused.status_code, code_of(refused)) == (429, "code.too_soon")
            world.wait(seconds=1)
            assert api.ask_code().status_code == 200
            codes.append(world.sent_code())
        world.wait(seconds=120)
        refused = api.ask_code()
        assert (refused.status_code, code_of(refused)) == (409, "code.no_sends_left")
        for former in set(codes[:-1]) - {codes[-1]}:
            assert code_of(api.sign(former)) == "code.wrong"
        assert api.sign(codes[-1]).status_code == 200

    def test_the_last_code_lapsed_blocks_the_ceremony(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        for pause in (30, 60, 120):
            world.wait(seconds=pause)
            api.ask_code()
        world.wait(minutes=5)
        world.run_jobs()
        assert api.ceremony()["state"] == "blocked"
        [event] = world.events("signature.ceremony.blocked.v1")
        assert event["sealed"]["broker_email"] == "courtier@lemaire.example"
        for answer in (api.ask_code(), api.sign(world.sent_code())):
            assert (answer.status_code, code_of(answer)) == (409, "ceremony.blocked")
        world.wait(hours=71, minutes=59)
        world.run_jobs()
        assert api.ceremony()["state"] == "blocked"
        world.wait(minutes=1)
        world.run_jobs()
        assert api.ceremony()["state"] == "expired"
        assert len(world.events("signature.ceremony.blocked.v1")) == 1

    def test_five_wrong_codes_fail_the_ceremony_whatever_the_resends(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        wrong = "000000" if world.sent_code() != "000000" else "000001"
        for left in (4, 3):
            answer = api.sign(wrong)
            assert (answer.status_code, code_of(answer)) == (422, "code.wrong")
            assert f"Il vous reste {left} essais." in answer.json["detail"]
        world.wait(seconds=30)
        api.ask_code()
        assert api.ceremony()["tries_left"] == 3
        wrong = "000000" if world.sent_code() != "000000" else "000001"
        api.sign(wrong)
        assert "un essai" in api.sign(wrong).json["detail"]
        spent = api.sign(wrong)
        assert (spent.status_code, code_of(spent)) == (409, "code.tries_spent")
        over = api.sign(world.sent_code())
        assert (over.status_code, code_of(over)) == (409, "ceremony.over")
        [event] = world.events("signature.ceremony.failed.v1")
        assert event["data"]["cause"] == "wrong_codes"
        assert event["sealed"]["email"] == "julie.moreau@example.org"
        assert event["sealed"]["broker_email"] == "courtier@lemaire.example"

    def test_wrong_and_lapsed_read_alike(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        right = world.sent_code()
        world.wait(minutes=5)
        lapsed = api.sign(right)
        assert (lapsed.status_code, code_of(lapsed)) == (422, "code.wrong")
        assert lapsed.json["detail"] == "Ce code n’est pas valable, ou il a expiré. Il vous reste 4 essais."

    def test_a_wrong_code_sent_twice_with_one_key_counts_once(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        wrong = "000000" if world.sent_code() != "000000" else "000001"
        first, second = api.sign(wrong, key="one-and-the-same"), api.sign(wrong, key="one-and-the-same")
        assert (first.status_code, first.json["detail"]) == (second.status_code, second.json["detail"])
        assert api.ceremony()["tries_left"] == 4

    def test_a_code_before_one_was_asked_for_is_told_so(self, api: Guest) -> None:
        assert code_of(api.sign("123456")) == "code.not_sent"

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "１２３４５６", 123456, None, ["1"]])
    def test_only_six_digits_are_a_code(self, api: Guest, code: object) -> None:
        answer = api.post("signature", {"code": code, "terms": True, "privacy": True})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json["errors"]] == ["code"]

    def test_one_telephone_gets_so_many_codes_a_day_over_all_its_ceremonies(self, world: World) -> None:
        for _ in range(3):
            guest = world.guest(world.ready_to_sign())
            guest.accept_all()
            for pause in (0, 30, 60, 120):
                world.wait(seconds=pause)
                assert guest.ask_code().status_code == 200
        other = world.guest(world.ready_to_sign())
        other.accept_all()
        refused = other.ask_code()
        assert (refused.status_code, code_of(refused)) == (429, "code.limit_reached")
        assert len(world.events("signature.code.requested.v1")) == 12
        elsewhere = world.guest(world.ready_to_sign(mobile="+33698765432"))
        elsewhere.accept_all()
        assert elsewhere.ask_code().status_code == 200
        world.wait(days=1)


class TestSigning:
    @pytest.mark.feature("F-110")
    def test_both_provider_boxes_name_the_provider_and_are_needed(self, api: Guest, world: World) -> None:
        terms, privacy = (consent["text"] for consent in api.ceremony()["provider_consents"])
        assert terms == (
            "En cochant cette case, vous reconnaissez avoir lu et vous acceptez les Conditions Générales d'utilisation "
            "de Sigillaire ainsi que les Conditions Spécifiques d'utilisation du Service de Signature de Sigillaire."
        )
        assert privacy.endswith("la Politique de Protection des Données Personnelles de Sigillaire.")
        api.accept_all()
        api.ask_code()
        for box, ticked in (
            ("terms", {"terms": False, "privacy": True}),
            ("privacy", {"terms": True, "privacy": False}),
        ):
            refused = api.post("signature", {"code": world.sent_code(), **ticked})
            assert refused.status_code == 422
            assert [error["field"] for error in refused.json["errors"]] == [box]
        assert api.ceremony()["tries_left"] == 5
        assert api.sign(world.sent_code()).status_code == 200

    @pytest.mark.feature("F-116")
    def test_the_contract_reads_signed_from_the_right_code_on(self, api: Guest, world: World) -> None:
        assert api.ceremony()["signature_label"] == "En cours"
        api.accept_all()
        api.ask_code()
        assert api.ceremony()["signature_label"] == "En cours"
        answer = api.sign(world.sent_code())
        assert answer.json["signature_label"] == "Signé"
        [event] = world.events("signature.ceremony.signed.v1")
        assert event["data"] == {
            "ceremony_id": api.ceremony_id(),
            "subject": f"subscription:{api.subscription_id}",
            "reference": api.ceremony()["reference"],
            "product_name": "Horizon TNS",
            "signed_at": "2026-11-23T11:00:00Z",
        }

    def test_signing_twice_signs_once(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        code = world.sent_code()
        first, repeat = api.sign(code, key="signature-key-1"), api.sign(code, key="signature-key-1")
        assert (first.status_code, repeat.status_code) == (200, 200)
        assert repeat.json == first.json
        again = api.sign(code)
        assert (again.status_code, code_of(again)) == (409, "ceremony.over")
        assert "sont signés" in again.json["detail"]
        assert len(world.events("signature.ceremony.signed.v1")) == 1


class TestEnding:
    @pytest.mark.feature("F-112")
    def test_refusing_ends_the_envelope(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        reasons = {reason["code"] for reason in api.ceremony()["refusal_reasons"]}
        assert "changed_mind" in reasons
        answer = api.post("refusal", {"reason": "changed_mind"})
        assert (answer.status_code, answer.json["state"]) == (200, "refused")
        [event] = world.events("signature.ceremony.refused.v1")
        assert event["data"]["reason_code"] == "changed_mind"
        assert event["sealed"]["first_name"] == "Julie"
        for attempt in (api.sign(world.sent_code()), api.ask_code(), api.post("refusal", {"reason": "other"})):
            assert (attempt.status_code, code_of(attempt)) == (409, "ceremony.over")

    def test_a_refusal_takes_the_signer_s_own_words_and_does_not_repeat_them(self, api: Guest, world: World) -> None:
        assert api.post("refusal", {"reason": "Mon adresse est fausse,\nrappelez-moi."}).status_code == 200
        [event] = world.events("signature.ceremony.refused.v1")
        assert event["data"]["reason_code"] == "other"
        assert "adresse" not in str(event)

    @pytest.mark.feature("F-114")
    def test_the_signer_may_come_back_for_a_day_and_not_longer(self, api: Guest, world: World) -> None:
        first = api.ceremony()["next_document_id"]
        api.read(first)
        api.accept(first)
        world.wait(hours=23, minutes=59)
        world.run_jobs()
        resumed = api.ceremony()
        assert (resumed["state"], resumed["documents"][0]["accepted_at"]) == ("open", "2026-11-23T11:00:00Z")
        api.read(resumed["next_document_id"])
        assert api.accept(resumed["next_document_id"]).status_code == 200
        world.wait(minutes=1)
        assert api.ceremony()["state"] == "expired"
        refused = api.accept(resumed["next_document_id"])
        assert (refused.status_code, code_of(refused)) == (409, "ceremony.over")
        assert "nouvelle version du devis" in refused.json["detail"]
        assert world.events("signature.ceremony.expired.v1") == []
        world.run_jobs()
        [event] = world.events("signature.ceremony.expired.v1")
        assert event["data"]["expired_at"] == "2026-11-24T11:00:00Z"
        assert event["sealed"]["broker_email"] == "courtier@lemaire.example"
        world.run_jobs()
        assert len(world.events("signature.ceremony.expired.v1")) == 1

    @pytest.mark.feature("F-114")
    def test_after_a_refusal_only_another_envelope_can_be_signed(self, api: Guest, world: World) -> None:
        api.post("refusal", {"reason": "wrong_details"})
        world.ready_to_sign(api.subscription_id)
        found = api.get(f"/v1/ceremonies?subject=subscription:{api.subscription_id}").json
        assert found is not None
        assert [each["state"] for each in found["items"]] == ["open", "refused"]


class TestOpening:
    @pytest.mark.feature("F-113")
    def test_mobile_and_email_are_there_before_anything_is_signed(self, api: Guest, world: World) -> None:
        from marshmallow import ValidationError

        assert api.ceremony()["signer_mobile_masked"] == "06 •• •• •• 78"
        for missing in ({"mobile": None}, {"mobile": "0112345678"}, {"email": None}, {"email": ""}):
            with pytest.raises(ValidationError):
                world.ready_to_sign(**missing)

    def test_one_ceremony_at_a_time_for_one_subscription(self, api: Guest, world: World) -> None:
        from plumbing.errors import Permanent

        with pytest.raises(Permanent, match="AlreadyOpen"):
            world.ready_to_sign(api.subscription_id)


class TestAccess:
    def test_somebody_else_s_ceremony_does_not_exist(self, api: Guest, world: World) -> None:
        ceremony_id = api.ceremony_id()
        stranger = world.guest(new_id())
        assert stranger.get(f"/v1/ceremonies/{ceremony_id}").status_code == 404
        listed = stranger.get(f"/v1/ceremonies?subject=subscription:{api.subscription_id}")
        assert listed.json == {"items": [], "next_cursor": None}
        headers = {**stranger.headers, "Idempotency-Key": new_id()}
        refusal = world.client.post(f"/v1/ceremonies/{ceremony_id}/refusal", json={"reason": "other"}, headers=headers)
        assert refusal.status_code == 404
        assert api.ceremony()["state"] == "open"

    def test_another_tenant_s_token_finds_nothing(self, api: Guest, world: World) -> None:
        ceremony_id = api.ceremony_id()
        for headers in (
            world.guest(api.subscription_id, tenant="plateau").headers,
            bearer("manager", "m", "plateau", now=world.clock.now()),
        ):
            assert world.client.get(f"/v1/ceremonies/{ceremony_id}", headers=headers).status_code == 404

    def test_managers_read_and_do_not_act(self, api: Guest, world: World) -> None:
        headers = bearer("manager", "marc", now=world.clock.now())
        ceremony_id = api.ceremony_id()
        assert world.client.get(f"/v1/ceremonies/{ceremony_id}", headers=headers).status_code == 200
        found = world.client.get(f"/v1/ceremonies?subject=subscription:{api.subscription_id}", headers=headers)
        assert len(found.json["items"]) == 1
        acting = {**headers, "Idempotency-Key": new_id()}
        assert world.client.post(f"/v1/ceremonies/{ceremony_id}/codes", json={}, headers=acting).status_code == 403

    @pytest.mark.parametrize(
        ("role", "status"), [("broker", 404), ("member", 404), ("employer", 403), ("partner", 403), ("service", 403)]
    )
    def test_nobody_else_comes_near(self, api: Guest, world: World, role: str, status: int) -> None:
        headers = bearer(role, "someone", now=world.clock.now())
        assert world.client.get(f"/v1/ceremonies/{api.ceremony_id()}", headers=headers).status_code == status

    def test_a_post_without_a_key_does_nothing(self, api: Guest, world: World) -> None:
        answer = world.client.post(f"/v1/ceremonies/{api.ceremony_id()}/codes", json={}, headers=api.headers)
        assert (answer.status_code, code_of(answer)) == (400, "idempotency_key.missing")

    def test_every_route_says_who_may_call_it(self, world: World) -> None:
        from plumbing.http import unguarded_routes

        assert unguarded_routes(world.client.application) == []
