"""A client's file: his head, his quotes, his contracts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.services.quoting import factories
from tests.services.quoting.answers import refusal


@pytest.mark.feature("F-071")
def test_the_head_says_who_he_is_and_where_his_account_stands(api: Any) -> None:
    quote = api.issue()
    head = api.get(f"/portfolio/clients/{quote['client_id']}").json
    assert (head["first_name"], head["last_name"], head["birth_date"]) == ("Julie", "Moreau", "1985-05-14")
    assert (head["address"], head["postcode"], head["town"]) == ("12 rue de la République", "16000", "Angoulême")
    assert head["email"] == "julie.moreau@example.org"
    assert head["account"] == {"arrears": "0.00", "unallocated": "0.00", "balance": "0.00"}


@pytest.mark.feature("F-072", "F-075", "F-074")
def test_a_signed_quote_leaves_the_quotes_and_stays_as_a_contract(api: Any) -> None:
    open_, signed = api.issue(), api.issue()
    path = f"/portfolio/clients/{open_['client_id']}"
    assert [row["id"] for row in api.get(f"{path}/quotes").json["items"]] == [signed["id"], open_["id"]]
    assert api.get(f"{path}/contracts").json["items"] == []
    subscription = api.subscribe(signed)
    api.sign(signed["subscription_id"])
    (row,) = api.get(f"{path}/quotes").json["items"]
    assert (row["number"], row["version"], row["product_name"], row["formula_label"], row["status_label"]) == (
        "RIS-0000000001",
        1,
        "Horizon TNS",
        "Horizon TNS 300",
        "Validé",
    )
    assert (row["created_at"][:10], row["expires_on"]) == ("2026-11-23", "2026-12-23")
    (contract,) = api.get(f"{path}/contracts").json["items"]
    assert contract == {
        "id": subscription["file"]["id"],
        "contract_id": None,
        "number": None,
        "product_name": "Horizon TNS",
        "formula_label": "Horizon TNS 300",
        "progress": "awaiting_documents",
        "progress_label": "En attente de pièces",
        "managed_by": "Cabinet Lemaire",
        "annual": "1382.76",
    }


@pytest.mark.feature("F-077", "F-078", "F-079")
def test_a_contract_shows_its_quote_its_dates_its_payment_and_who_is_covered(api: Any) -> None:
    quote = api.issue(factories.family_quote())
    subscription = api.subscribe(quote, beneficiaries=factories.relatives())
    contract_id = subscription["file"]["id"]
    contract = api.get(f"/portfolio/contracts/{contract_id}").json
    assert (contract["quote_number"], contract["quote_version"], contract["quote_id"]) == (
        "RIS-0000000001",
        1,
        quote["id"],
    )
    assert (contract["annual"], contract["amendment"]) == (quote["annual"], "0001")
    assert (contract["signature_label"], contract["progress_label"]) == ("En cours", "En attente de pièces")
    assert (contract["main_due_date"], contract["next_renewal"]) == ("01/01", "2027-01-01")
    assert (contract["payment_means"], contract["payment_calendar"]) == ("Prélèvement", "Mensuel")
    assert contract["effective_date"] == "2026-12-01"
    people = [(person["role_label"], person["first_name"], person["last_name"]) for person in contract["covered"]]
    assert people == [
        ("Assuré principal", "Julie", "Moreau"),
        ("Conjoint(e)", "Paul", "Moreau"),
        ("Enfant", "Léa", "Moreau"),
        ("Enfant", "Noé", "Moreau"),
    ]
    api.sign(quote["subscription_id"])
    api.send_piece(quote["subscription_id"])
    assert api.post(f"/files/{contract_id}/creation", role="manager").status_code == 201
    contract = api.get(f"/portfolio/contracts/{contract_id}").json
    assert (contract["number"], contract["signature_label"], contract["progress_label"]) == (
        "RIS-0000000001",
        "Signé",
        "Adhésion créée",
    )


@pytest.mark.feature("F-078")
@pytest.mark.parametrize(
    ("now", "effective", "renewal"),
    [
        ("2026-11-23T09:00", "2026-12-31", "2027-01-01"),
        ("2026-11-23T09:00", "2027-01-01", "2028-01-01"),
        ("2026-12-31T22:59", "2026-12-31", "2027-01-01"),
        ("2026-12-31T23:00", "2026-12-31", "2028-01-01"),
    ],
)
def test_a_contract_renews_on_the_first_of_january_after_its_effect_in_paris(
    api: Any, now: str, effective: str, renewal: str
) -> None:
    subscription = api.subscribe(api.issue(factories.quote(effective_date=effective)))
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    api.world.clock.advance(moment - api.world.clock.now())
    contract = api.get(f"/portfolio/contracts/{subscription['file']['id']}").json
    assert contract["next_renewal"] == renewal


def test_a_file_is_its_brokers_alone(api: Any) -> None:
    quote = api.issue()
    subscription = api.subscribe(quote)
    client, contract = quote["client_id"], subscription["file"]["id"]
    paths = {
        f"/portfolio/clients/{client}": "client.not_found",
        f"/portfolio/clients/{client}/quotes": "client.not_found",
        f"/portfolio/clients/{client}/contracts": "client.not_found",
        f"/portfolio/contracts/{contract}": "contract.not_found",
    }
    for path, code in paths.items():
        assert api.get(path).status_code == 200
        for stranger in ({"sub": factories.OTHER_BROKER_ID}, {"tenant": "plateau"}):
            assert refusal(api.get(path, **stranger))[:2] == (404, code)
        assert api.get(path, role="manager").status_code == 403
        assert api.get(path, **api.as_guest(quote["subscription_id"])).status_code == 403
