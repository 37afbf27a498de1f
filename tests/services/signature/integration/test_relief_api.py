"""When the SMS does not arrive: the adviser helps, the browser session holds, the walls against pumping stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbing.ids import new_id
from plumbing.telemetry.metrics import exposition
from tests.services.signature.world import BROKER, Guest, World
from tests.support.tokens import bearer

BOTH = {"terms": True, "privacy": True}
REASON = "Numéro confirmé au téléphone par le client"


def code_of(answer: Any) -> str:
    return str(answer.json["code"])


def relieve(world: World, ceremony_id: str, role: str = "broker", who: str = BROKER, **body: Any) -> Any:
    headers = {**bearer(role, who, now=world.clock.now()), "Idempotency-Key": new_id()}
    return world.client.post(f"/v1/ceremonies/{ceremony_id}/relief", json={"reason": REASON, **body}, headers=headers)


def blocked(api: Guest) -> str:
    api.accept_all()
    for pause in (0, 30, 60, 120):
        api.world.wait(seconds=pause)
        assert api.ask_code().status_code == 200
    api.world.wait(minutes=5)
    api.world.run_jobs()
    assert api.ceremony()["state"] == "blocked"
    return api.ceremony_id()


class TestAdviser:
    def test_he_reads_his_client_s_ceremony_and_no_other(self, api: Guest, world: World) -> None:
        address = f"/v1/ceremonies/{api.ceremony_id()}"
        mine = world.client.get(address, headers=bearer("broker", BROKER, now=world.clock.now()))
        assert (mine.status_code, mine.json["signer_mobile_masked"]) == (200, "06 •• •• •• 78")
        other = world.client.get(address, headers=bearer("broker", new_id(), now=world.clock.now()))
        assert other.status_code == 404

    def test_he_has_codes_sent_again_and_the_client_signs(self, api: Guest, world: World) -> None:
        ceremony_id = blocked(api)
        answer = relieve(world, ceremony_id, kind="again")
        assert (answer.status_code, answer.json["state"], answer.json["reliefs_left"]) == (200, "open", 1)
        [event] = world.events("signature.ceremony.relieved.v1")
        assert (event["data"]["kind"], event["sealed"]["mobile_masked"]) == ("again", "06 •• •• •• 78")
        assert api.ask_code().status_code == 200
        assert api.sign(world.sent_code()).json["state"] == "signed"

    @pytest.mark.parametrize(("role", "who"), [("broker", BROKER), ("manager", "marc")])
    def test_another_number_needs_a_reason_and_gets_the_next_code(
        self, api: Guest, world: World, role: str, who: str
    ) -> None:
        ceremony_id = blocked(api)
        missing = relieve(world, ceremony_id, role, who, kind="other_mobile", mobile="0698765432", reason="")
        assert missing.status_code == 422
        answer = relieve(world, ceremony_id, role, who, kind="other_mobile", mobile="06 98 76 54 32")
        assert answer.json["signer_mobile_masked"] == "06 •• •• •• 32"
        api.ask_code()
        assert world.events("signature.code.requested.v1")[-1]["sealed"]["mobile"] == "+33698765432"
        assert REASON not in str(world.events("signature.ceremony.relieved.v1"))

    @pytest.mark.parametrize("mobile", ["0112345678", "0899123456", "+447911123456", "bonjour", None])
    def test_what_is_no_mobile_is_refused(self, api: Guest, world: World, mobile: str | None) -> None:
        refused = relieve(world, blocked(api), kind="other_mobile", mobile=mobile)
        assert (refused.status_code, code_of(refused)) == (422, "mobile.refused")
        assert api.ceremony()["state"] == "blocked"

    def test_he_vouches_for_a_number_that_the_plan_at_hand_lacks(self, api: Guest, world: World) -> None:
        ceremony_id = blocked(api)
        assert code_of(relieve(world, ceremony_id, kind="other_mobile", mobile="0639123456")) == "mobile.refused"
        answer = relieve(world, ceremony_id, kind="other_mobile", mobile="0639123456", vouched_for=True)
        assert answer.status_code == 200

    def test_paper_ends_the_ceremony(self, api: Guest, world: World) -> None:
        assert relieve(world, blocked(api), kind="on_paper").json["state"] == "failed"
        [event] = world.events("signature.ceremony.failed.v1")
        assert event["data"]["cause"] == "on_paper"

    def test_a_signer_cannot_help_himself_nor_can_another_broker(self, api: Guest, world: World) -> None:
        ceremony_id = blocked(api)
        assert api.post("relief", {"kind": "again", "reason": REASON}).status_code == 403
        assert relieve(world, ceremony_id, who=new_id(), kind="again").status_code == 404
        assert code_of(relieve(world, ceremony_id, kind="again")) != "x"

    def test_who_can_go_on_by_himself_needs_no_relief(self, api: Guest, world: World) -> None:
        assert code_of(relieve(world, api.ceremony_id(), kind="again")) == "ceremony.not_blocked"


class TestSession:
    def test_another_browser_with_the_same_link_gets_nothing(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        thief = world.guest(api.subscription_id)
        world.wait(seconds=1)
        assert thief.headers != api.headers
        shown = thief.ceremony()
        assert (shown["state"], shown["code"]) == ("code_sent", None)
        refused = thief.sign(world.sent_code())
        assert (refused.status_code, code_of(refused)) == (409, "code.not_sent")
        assert api.ceremony()["tries_left"] == 5
        assert api.sign(world.sent_code()).status_code == 200

    def test_who_changes_browser_asks_for_a_code_there(self, api: Guest, world: World) -> None:
        api.accept_all()
        api.ask_code()
        first = world.sent_code()
        world.wait(seconds=30)
        other = world.guest(api.subscription_id)
        assert other.ask_code().status_code == 200
        assert code_of(api.sign(first)) == "code.not_sent"
        assert other.sign(world.sent_code()).json["state"] == "signed"


class TestWalls:
    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("CODES_PER_NETWORK_AN_HOUR", "2"),
            ("CODES_PER_TENANT_AN_HOUR", "2"),
            ("CODES_AN_HOUR", "2"),
            ("CODES_PER_MOBILE_A_DAY", "2"),
        ],
    )
    def test_each_wall_stands_on_its_own(self, tmp_path: Path, setting: str, value: str) -> None:
        world = World.make(tmp_path, **{setting: value})
        for mobile in ("+33612345601", "+33612345601"):
            guest = world.guest(world.ready_to_sign(mobile=mobile))
            guest.accept_all()
            assert guest.ask_code().status_code == 200
        last = world.guest(world.ready_to_sign(mobile="+33612345601"))
        last.accept_all()
        refused = last.ask_code()
        assert (refused.status_code, code_of(refused)) == (429, "code.limit_reached")
        assert len(world.events("signature.code.requested.v1")) == 2
        world.close()

    def test_no_sms_leaves_for_a_country_that_is_not_on_the_list(self, tmp_path: Path) -> None:
        world = World.make(tmp_path, SMS_COUNTRIES="33 262")
        for mobile, status in (("+262692123456", 200), ("+596696123403", 409)):
            guest = world.guest(world.ready_to_sign(mobile=mobile))
            guest.accept_all()
            assert guest.ask_code().status_code == status
        world.close()

    def test_without_its_counters_it_sends_nothing(self, api: Guest, world: World) -> None:
        from sqlalchemy import text

        api.accept_all()
        with world.services.engine.begin() as connection:
            connection.execute(text("DROP TABLE code_allowance"))
        assert api.ask_code().status_code >= 500
        assert world.events("signature.code.requested.v1") == []
        assert api.ceremony()["code"] is None

    def test_the_alarm_rings_when_codes_are_not_brought_back(self, world: World) -> None:
        def alarm() -> str:
            lines = exposition().decode().splitlines()
            [line] = [each for each in lines if each.startswith("signature_codes_unanswered_alarm{")]
            return line.rsplit(" ", 1)[1]

        for number in range(20):
            guest = world.guest(world.ready_to_sign(mobile=f"+336123456{number:02d}"))
            guest.accept_all()
            guest.ask_code()
            if number < 10:
                guest.sign(world.sent_code())
        world.wait(minutes=5, seconds=1)
        assert alarm() == "0.0", "half came back"
        late = world.guest(world.ready_to_sign(mobile="+33612345699"))
        late.accept_all()
        late.ask_code()
        assert alarm() == "0.0", "its life is not over"
        world.wait(minutes=5, seconds=1)
        assert alarm() == "1.0"


class TestSavingsAct:
    """A signed-in member signs an act of his own, opened by the service that owns it."""

    def opened(self, world: World, member_id: str, **changes: Any) -> Any:
        document = {
            "document_id": world.neighbours.keep(b"%PDF-1.7 act"), "kind": "switch", "title": "Demande d’arbitrage",
            "sha256": "a" * 64, "size": 12, "pages": 1,
        }  # fmt: skip
        body = {
            "subject": f"act:{new_id()}",
            "product_name": "Horizon Épargne",
            "number": "ARB-0000000007",
            "member_id": member_id,
            "documents": [document],
            "signers": [
                {
                    "first_name": "Julie",
                    "last_name": "Moreau",
                    "email": "julie.moreau@example.org",
                    "mobile": "0612345678",
                }
            ],
            "adviser": {"name": "Cabinet Lemaire", "phone": "", "email": "courtier@lemaire.example"},
            **changes,
        }
        headers = {**bearer("service", "savings", now=world.clock.now()), "Idempotency-Key": new_id()}
        return world.client.post("/v1/ceremonies", json=body, headers=headers)

    def post(self, world: World, member_id: str, path: str, body: Any = None) -> Any:
        headers = {**bearer("member", member_id, now=world.clock.now()), "Idempotency-Key": new_id()}
        return world.client.post(f"/v1/ceremonies/{path}", json=body if body is not None else {}, headers=headers)

    def accepted(self, world: World, member_id: str) -> str:
        ceremony = self.opened(world, member_id).json
        document_id = ceremony["next_document_id"]
        base = f"{ceremony['id']}/documents/{document_id}"
        assert self.post(world, member_id, f"{base}/pages/1/view").status_code == 200
        boxes = {"read": True, "accepts": True, "confirms": True}
        assert self.post(world, member_id, f"{base}/acceptance", boxes).status_code == 200
        return str(ceremony["id"])

    @pytest.mark.feature("F-324")
    def test_the_act_s_documents_are_signed_by_the_member_it_names(self, api: Guest, world: World) -> None:
        member_id = new_id()
        ceremony_id = self.accepted(world, member_id)
        assert self.post(world, new_id(), f"{ceremony_id}/codes").status_code == 404
        assert api.get(f"/v1/ceremonies/{ceremony_id}").status_code == 404
        assert self.post(world, member_id, f"{ceremony_id}/codes").status_code == 200
        signing = {"code": world.sent_code(), **BOTH}
        assert self.post(world, member_id, f"{ceremony_id}/signature", signing).json["state"] == "signed"
        [event] = world.events("signature.ceremony.signed.v1")
        assert event["data"]["subject"].startswith("act:")

    @pytest.mark.feature("F-325")
    def test_nothing_but_the_sms_code_validates_the_act(self, api: Guest, world: World) -> None:
        member_id = new_id()
        ceremony_id = self.accepted(world, member_id)
        early = self.post(
            world, member_id, f"{ceremony_id}/signature", {"code": "123456", "terms": True, "privacy": True}
        )
        assert code_of(early) == "code.not_sent"
        self.post(world, member_id, f"{ceremony_id}/codes")
        [event] = world.events("signature.code.requested.v1")
        assert (event["sealed"]["mobile"], event["sealed"]["text"][:15]) == ("+33612345678", "Horizon Épargne")
        wrong = "000000" if world.sent_code() != "000000" else "000001"
        refused = self.post(
            world, member_id, f"{ceremony_id}/signature", {"code": wrong, "terms": True, "privacy": True}
        )
        assert code_of(refused) == "code.wrong"
        assert world.events("signature.ceremony.signed.v1") == []

    def test_one_signature_at_a_time_for_one_act(self, world: World) -> None:
        subject = f"act:{new_id()}"
        assert self.opened(world, new_id(), subject=subject).status_code == 200
        assert code_of(self.opened(world, new_id(), subject=subject)) == "ceremony.already_open"

    @pytest.mark.parametrize("role", ["guest", "member", "broker", "manager"])
    def test_only_a_service_opens_one(self, world: World, role: str) -> None:
        headers = {**bearer(role, "someone", now=world.clock.now()), "Idempotency-Key": new_id()}
        assert world.client.post("/v1/ceremonies", json={}, headers=headers).status_code == 403


class TestJointContract:
    SPOUSE = {
        "civility": "M.", "first_name": "Marc", "last_name": "Moreau", "email": "marc.moreau@example.org",
        "mobile": "+33698765432",
    }  # fmt: skip

    def test_both_sign_in_order_each_with_his_own_code_and_it_is_sealed_once(self, world: World) -> None:
        guest = world.guest(world.ready_to_sign(co_signers=[self.SPOUSE]))
        guest.sign_all()
        between = guest.ceremony()
        assert (between["state"], between["signer_mobile_masked"]) == ("open", "06 •• •• •• 32")
        assert [signer["is_next"] for signer in between["signers"]] == [False, True]
        assert world.events("signature.ceremony.signed.v1") == []
        guest.sign_all()
        assert world.events("signature.code.requested.v1")[-1]["sealed"]["mobile"] == "+33698765432"
        assert guest.ceremony()["state"] == "signed"
        world.run_jobs()
        [sealed] = world.events("signature.envelope.sealed.v1")
        assert sealed["sealed"]["co_signer_emails"] == ["marc.moreau@example.org"]

    def test_the_second_s_refusal_ends_it_for_both(self, world: World) -> None:
        guest = world.guest(world.ready_to_sign(co_signers=[self.SPOUSE]))
        guest.sign_all()
        document_id = guest.ceremony()["documents"][1]["document_id"]
        refusal = {"reason": "wrong_details", "document_id": document_id}
        assert guest.post("refusal", refusal).json["state"] == "refused"
        [event] = world.events("signature.ceremony.refused.v1")
        assert event["data"]["document_id"] == document_id
        assert event["sealed"]["email"] == "julie.moreau@example.org"
        assert event["sealed"]["co_signer_emails"] == ["marc.moreau@example.org"]
        world.run_jobs()
        assert world.events("signature.envelope.sealed.v1") == []
