"""An evidence is nobody's until two managers agree; then it is the one's who asked."""

from __future__ import annotations

from plumbing.ids import new_id
from tests.services.documents.integration.test_access_matrix import _paper
from tests.services.documents.world import Somebody, World, service


def test_an_evidence_is_read_by_the_manager_it_was_handed_to_and_by_no_other(api: World) -> None:
    anne, bruno = Somebody("manager", "anne"), Somebody("manager", "bruno")
    ceremony_id = new_id()
    evidence = _paper(api, service("signature"), f"ceremony:{ceremony_id}", "evidence", "[]")
    ordinary = _paper(api, service("quoting"), f"subscription:{new_id()}", "bia", "[]")

    def seen() -> dict[str, tuple[int, bool]]:
        return {
            who.id: (api.get(f"/{evidence}/content", who).status_code, evidence in api.ids_listed(who))
            for who in (anne, bruno)
        }

    assert seen() == {"anne": (404, False), "bruno": (404, False)}
    assert api.get(f"/{ordinary}", bruno).status_code == 200
    told = {"ceremony_id": ceremony_id, "evidence_document_id": evidence, "manager_id": "anne"}
    api.hear("signature.evidence.released.v1", told)
    assert seen() == {"anne": (200, True), "bruno": (404, False)}
    assert ordinary in api.ids_listed(bruno)


def test_an_evidence_that_is_not_here_yet_is_tried_again(api: World) -> None:
    evidence = new_id()
    told = {"ceremony_id": new_id(), "evidence_document_id": evidence, "manager_id": "anne"}
    api.hear("signature.evidence.released.v1", told)
    assert api.kept_for_later() == [f"UnknownDocuments: {evidence}"]
