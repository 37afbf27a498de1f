"""What a broker reads of his client's claims: that there are some and how far they have come, nothing of his health."""

from __future__ import annotations

from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.claims.conftest import Api
from tests.services.claims.world import World

BROKER = new_id()


def read(api: Api, contract_id: str, *, sub: str = BROKER, role: str = "broker", **more: Any) -> Any:
    return api.call("GET", f"/contracts/{contract_id}/claims", role=role, sub=sub, **more)


@pytest.mark.feature("F-073")
def test_a_broker_reads_how_far_his_clients_claims_have_come(api: Api, world: World) -> None:
    family = world.family(broker_id=BROKER)
    assert read(api, family.contract_id).json["items"] == []
    api.draft(family)
    claim_id = api.submitted(family, description="Consultation d’un cardiologue")
    answer = read(api, family.contract_id)
    assert answer.json["items"] == [
        {
            "id": claim_id,
            "reference": "00000001",
            "product_name": "Horizon TNS",
            "contract_number": "RIS-0000000026",
            "cause": "Frais de santé",
            "state": "submitted",
            "state_label": "Envoyée",
            "received_on": world.clock.now().date().isoformat(),
        }
    ]
    assert "cardiologue" not in answer.text
    assert "Roche" not in answer.text


@pytest.mark.feature("F-073")
def test_another_brokers_clients_are_nobody_elses(api: Api, world: World) -> None:
    family, unknown = world.family(broker_id=BROKER), world.family()
    gone = (404, "contract.not_found")
    for answer in (
        read(api, family.contract_id, sub=new_id()),
        read(api, family.contract_id, tenant="plateau"),
        read(api, unknown.contract_id),
        read(api, new_id()),
    ):
        assert (answer.status_code, answer.json["code"]) == gone
    for role in ("member", "manager", "employer"):
        assert read(api, family.contract_id, role=role).status_code == 403
    claims = [api.submitted(family) for _ in range(3)]
    first = read(api, family.contract_id, limit="2").json
    rest = read(api, family.contract_id, limit="2", cursor=first["next_cursor"]).json
    assert [each["id"] for each in first["items"] + rest["items"]] == claims[::-1]
