"""Who reads what: every role against every kind of subject, through the single document, its content and the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.documents.pictures import pdf
from tests.services.documents.world import Somebody, World, guest, service


@dataclass
class Scene:
    """Two families, A and B, with their brokers and members, and one document of each sort for A."""

    api: World
    people: dict[str, Somebody]
    papers: dict[str, str]


ROLES = (
    "guest_a", "guest_b", "member_a", "member_b", "broker_a", "broker_b", "manager", "manager_of_plateau",
    "guest_a_of_plateau", "quoting", "signature", "notifications", "quoting_of_plateau", "employer", "partner",
)  # fmt: skip
ALWAYS = {"manager"}
READERS_OF = {
    # kept by quoting, readers given at storing: notifications
    "quote": {"guest_a", "member_a", "broker_a", "quoting", "notifications"},
    "subscription": {"guest_a", "member_a", "broker_a", "quoting", "signature"},
    "sealed": {"guest_a", "member_a", "broker_a", "signature"},
    "contract": {"member_a", "broker_a", "quoting"},
    "piece_of_client": {"guest_a", "member_a", "broker_a"},
    "piece_of_broker": {"guest_a", "member_a", "broker_a"},
    "claim": {"member_a"},
    "private": {"signature"},
    "product": set(ROLES) - {"manager_of_plateau", "guest_a_of_plateau", "quoting_of_plateau"},
}


def _paper(api: World, who: Somebody, subject: str, kind: str, readers: str = "[]") -> str:
    upload: dict[str, Any] = {"content": pdf(), "name": f"{kind}.pdf", "media_type": "application/pdf"}
    if who.role == "service":
        upload["readers"] = readers
    return str(api.stored(who, subject=subject, kind=kind, **upload)["id"])


@pytest.fixture
def scene(api: World) -> Scene:
    subscription, other = new_id(), new_id()
    people = {
        "guest_a": guest(subscription),
        "guest_b": guest(other),
        "member_a": Somebody("member"),
        "member_b": Somebody("member"),
        "broker_a": Somebody("broker"),
        "broker_b": Somebody("broker"),
        "manager": Somebody("manager"),
        "manager_of_plateau": Somebody("manager", tenant="plateau"),
        "guest_a_of_plateau": guest(subscription, tenant="plateau"),
        "quoting": service("quoting"),
        "signature": service("signature"),
        "notifications": service("notifications"),
        "quoting_of_plateau": service("quoting", tenant="plateau"),
        "employer": Somebody("employer"),
        "partner": Somebody("partner"),
    }
    quoting, signature = people["quoting"], people["signature"]
    quote = new_id()
    # Some documents are there before the events that open them, some come after: the rule holds for both.
    papers = {"quote": _paper(api, quoting, f"quote:{quote}", "quote.pdf", '["service:notifications"]')}
    api.quote_issued(subscription=subscription, broker=people["broker_a"].id, quote=quote)
    api.quote_issued(subscription=other, broker=people["broker_b"].id)
    papers["subscription"] = _paper(api, quoting, f"subscription:{subscription}", "bia", '["service:signature"]')
    papers["piece_of_client"] = _paper(api, people["guest_a"], f"subscription:{subscription}", "piece.identity")
    papers["piece_of_broker"] = _paper(api, people["broker_a"], f"subscription:{subscription}", "piece.other")
    papers["sealed"] = _paper(api, signature, f"contract:{new_id()}", "signed.bia")
    papers["private"] = _paper(api, signature, f"contract:{new_id()}", "evidence")
    sealed = {
        "ceremony_id": new_id(),
        "subject": f"subscription:{subscription}",
        "documents": [{"document_id": papers["subscription"], "sealed_document_id": papers["sealed"], "kind": "bia"}],
        "evidence_document_id": papers["private"],
    }
    api.hear("signature.envelope.sealed.v1", sealed)
    contract = new_id()
    created = {
        "contract_id": contract,
        "subscription_id": subscription,
        "quote_id": quote,
        "broker_id": people["broker_a"].id,
    }
    api.hear("quoting.contract.created.v1", created)
    api.contract_created(subscription=subscription, member=people["member_a"].id, contract=contract)
    api.contract_created(subscription=other, member=people["member_b"].id)
    papers["contract"] = _paper(api, quoting, f"contract:{contract}", "card")
    papers["claim"] = _paper(api, people["member_a"], f"claim:{new_id()}", "claim.invoice")
    papers["product"] = _paper(api, quoting, "product:horizon-tns", "ipid")
    assert api.kept_for_later() == []
    return Scene(api, people, papers)


@pytest.mark.feature("F-138", "F-139")
def test_each_role_reads_its_own_and_nothing_else(scene: Scene, api: World) -> None:
    seen = {
        (paper, role): scene.api.get(f"/{document_id}", scene.people[role]).status_code
        for paper, document_id in scene.papers.items()
        for role in ROLES
    }
    expected = {
        (paper, role): 200 if role in READERS_OF[paper] | ALWAYS else 404 for paper in scene.papers for role in ROLES
    }
    assert seen == expected


def test_the_content_is_guarded_like_the_document(scene: Scene) -> None:
    for paper, document_id in scene.papers.items():
        for role in ROLES:
            allowed = role in READERS_OF[paper] | ALWAYS
            status = scene.api.get(f"/{document_id}/content", scene.people[role]).status_code
            assert (paper, role, status) == (paper, role, 200 if allowed else 404)


def test_the_list_shows_what_may_be_read_and_nothing_else(scene: Scene) -> None:
    names = {document_id: paper for paper, document_id in scene.papers.items()}
    for role in ROLES:
        expected = {paper for paper, readers in READERS_OF.items() if role in readers | ALWAYS and paper != "product"}
        listed = scene.api.ids_listed(scene.people[role])
        assert (role, {names[document_id] for document_id in listed}) == (role, expected)


@pytest.mark.feature("F-045")
def test_a_product_s_papers_are_listed_for_everybody_of_the_tenant(scene: Scene, api: World) -> None:
    for role in ROLES:
        expected = {scene.papers["product"]} if role in READERS_OF["product"] else set()
        assert (role, scene.api.ids_listed(scene.people[role], "product:horizon-tns")) == (role, expected)


@pytest.mark.feature("F-143")
def test_a_broker_finds_the_documents_that_were_made_for_his_client(scene: Scene, api: World) -> None:
    subject = scene.api.get(f"/{scene.papers['quote']}", scene.people["manager"]).json["subject"]
    (sent,) = scene.api.get(f"?subject={subject}", scene.people["broker_a"]).json["items"]
    assert (sent["title"], sent["stored_at"], sent["pages"]) == ("quote.pdf", "2026-11-23T09:00:00Z", 1)
    seen = scene.api.get(f"/{sent['id']}/content?inline=1", scene.people["broker_a"])
    assert seen.headers["Content-Disposition"] == 'inline; filename="quote.pdf"'
    assert seen.data.startswith(b"%PDF-")


SENDERS = {
    # who may add a file to what, of family A
    "guest_a": {"subscription"},
    "member_a": {"subscription", "contract", "claim"},
    "member_b": {"claim"},
    "broker_a": {"subscription", "contract"},
    "manager": {"subscription", "quote", "contract", "claim"},
    "quoting": {"subscription", "quote", "contract", "claim", "product"},
}


def test_each_role_sends_for_its_own_and_nothing_else(scene: Scene) -> None:
    subjects = {
        kind: scene.api.get(f"/{scene.papers[kind]}", scene.people["manager"]).json["subject"]
        for kind in ("subscription", "quote", "contract", "claim", "product")
    }
    # Family B's people know the ids and try.
    for role in ("guest_a", "guest_b", "member_a", "member_b", "broker_a", "broker_b", "manager", "quoting"):
        for kind, subject in subjects.items():
            sent = "claim.other" if kind == "claim" else "piece.other"
            answer = scene.api.send(scene.people[role], subject=subject, kind=sent)
            allowed = kind in SENDERS.get(role, set())
            assert (role, kind, answer.status_code) == (role, kind, 201 if allowed else 404)
            if not allowed:
                assert answer.json["code"] == "subject.not_found"


@pytest.mark.parametrize("role", ["employer", "partner"])
def test_some_roles_send_nothing(scene: Scene, role: str) -> None:
    answer = scene.api.send(scene.people[role], subject=f"claim:{new_id()}", kind="claim.invoice")
    assert (answer.status_code, answer.json["code"]) == (403, "role.refused")


def test_another_member_s_claim_files_stay_his_own(scene: Scene) -> None:
    # Anybody signed in may name a claim; only the claims service knows whose it is. What he sends stays his.
    claim = scene.api.get(f"/{scene.papers['claim']}", scene.people["manager"]).json["subject"]
    intruder = scene.people["member_b"]
    sent = scene.api.stored(intruder, subject=claim, kind="claim.invoice")
    assert scene.api.ids_listed(intruder, claim) == {sent["id"]}
    assert scene.api.get(f"/{sent['id']}", scene.people["member_a"]).status_code == 404


def test_without_a_token_nothing_is_told(api: World) -> None:
    for path in ("", f"/{new_id()}", f"/{new_id()}/content"):
        assert api.client.get(f"/v1/documents{path}").status_code == 401
    assert api.client.post("/v1/documents").status_code == 401
