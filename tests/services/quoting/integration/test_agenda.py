"""The broker's agenda: what happened, newest first, filtered, closed, opened again, exported (F-017 to F-024)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import openpyxl
import pytest
from sqlalchemy import insert, select, update

from plumbing.ids import new_id
from quoting.adapters.tables import AGENDA_EVENT, CLIENT_FILE
from quoting.domain.agenda import Happening
from tests.services.quoting import factories
from tests.services.quoting.conftest import Api
from tests.services.quoting.world import World
from tests.support.fixtures import postgres, postgres_url  # noqa: F401

AGENDA = "/agenda"
ISSUED = (
    "Pour le client\u00a0: Mme\u00a0Julie Moreau, dossier Horizon TNS, Horizon TNS 300, Devis émis et envoyé au client."
)


def search(api: Api, query: str = "", *, act: str = "searches", **caller: Any) -> Any:
    """Ask for what a query says: `?text=devis&closed=true`."""
    body: dict[str, Any] = dict(parse_qsl(query.removeprefix("?")))
    if "closed" in body:
        body["closed"] = body["closed"] == "true"
    if "limit" in body:
        body["limit"] = int(body["limit"])
    return api.post(f"{AGENDA}/{act}", body, **caller)


def events(api: Api, query: str = "", **caller: Any) -> list[dict[str, Any]]:
    answer = search(api, query, **caller)
    assert answer.status_code == 200, answer.json
    listed: list[dict[str, Any]] = answer.json["items"]
    return listed


def happenings(api: Api, query: str = "") -> list[str]:
    return [event["happening"] for event in events(api, query)]


def close(api: Api, event: dict[str, Any], *, closed: bool = True, **caller: Any) -> Any:
    headers = {"If-Match": f'"{event["revision"]}"'}
    return put(api, event["id"], {"closed": closed}, headers, **caller)


def put(api: Api, event_id: str, body: Any, headers: dict[str, str], sub: str = factories.BROKER_ID) -> Any:
    from tests.support.tokens import bearer

    token = bearer("broker", sub, "rives", "", now=api.world.clock.now())
    return api.world.client.put(f"/v1{AGENDA}/{event_id}", json=body, headers={**token, **headers})


def add_many(api: Api, count: int, *, closed: bool = False) -> None:
    """Rows like those of a busy broker, without the work that makes them."""
    engine = api.world.services.engine
    with engine.begin() as connection:
        row = dict(connection.execute(select(AGENDA_EVENT)).first()._mapping)
        now = api.world.clock.now()
        row = {**row, "happening": Happening.PIECE_RECEIVED, "words": row["words"].replace("EMIS", "RECU")}
        row["closed_at"] = now if closed else None
        for start in range(0, count, 5000):
            some = range(start, min(count, start + 5000))
            connection.execute(insert(AGENDA_EVENT), [{**row, "id": new_id()} for _ in some])


@pytest.mark.feature("F-017", "F-023")
def test_every_step_of_a_contract_is_an_event_newest_first(api: Api) -> None:
    issued = api.issue()
    api.post("/guest-sessions", {"secret": api.link_secret()}, role=None)
    api.post("/guest-sessions", {"secret": api.link_secret()}, role=None)
    subscription = api.subscribe(issued)
    api.sign(subscription["id"])
    document_id = api.send_piece(subscription["id"])
    file = api.file_of(subscription["id"])
    api.post(
        f"/files/{file['id']}/pieces/{document_id}/decision",
        {"outcome": "refused", "reason": "Document illisible"},
        role="manager",
    )
    again = api.send_piece(subscription["id"])
    accepted = f"/files/{file['id']}/pieces/{again}/decision"
    assert api.post(accepted, {"outcome": "accepted"}, role="manager").status_code == 200
    before = events(api)
    assert {event["domain"] for event in before} == {"Devis n°\u00a0RIS-0000000001 / 1"}
    assert api.post(f"/files/{file['id']}/creation", role="manager").status_code == 201

    listed = events(api)
    assert [event["happening"] for event in listed] == [
        "contract_created",
        "piece_accepted",
        "piece_received",
        "piece_refused",
        "file_transmitted",
        "piece_received",
        "signed_electronically",
        "subscription_submitted",
        "quote_opened",
        "quote_issued",
    ]
    signed = listed[6]
    assert signed["description"] == (
        "Pour le client\u00a0: Mme\u00a0Julie Moreau, dossier Horizon TNS, Horizon TNS 300, "
        "Demande d’adhésion au contrat signée électroniquement."
    )
    assert {event["domain"] for event in listed} == {"Contrat n°\u00a0RIS-0000000001"}
    assert (signed["quote_id"], signed["effective_date"]) == (issued["id"], "2026-12-01")
    assert listed[3]["detail"] == (
        "Copie recto verso de votre pièce d’identité en cours de validité. Motif\u00a0: Document illisible"
    )
    assert "Document illisible" not in api.world.dump(), "what is wrong with somebody's papers is kept closed"


def test_what_ends_a_quote_is_an_event(api: Api) -> None:
    subscription = api.subscribe()
    data = {"ceremony_id": new_id(), "subject": f"subscription:{subscription['id']}"}
    api.world.hear("signature.ceremony.refused.v1", data)
    assert happenings(api)[:2] == ["quote_declined", "signature_refused"]
    lapsing = api.issue()
    api.world.clock.advance(timedelta(days=31))
    api.world.expire()
    (expired,) = events(api, "?text=expiré")
    assert (expired["happening"], expired["quote_id"]) == ("quote_expired", lapsing["id"])


@pytest.mark.feature("F-017")
@pytest.mark.parametrize("role", ["broker", "manager"])
def test_a_link_is_opened_by_the_client_alone(api: Api, role: str) -> None:
    """Whoever tries it while he is signed in as staff says so by his token; a guest's own is the client's."""
    issued = api.issue()
    opened = api.post("/guest-sessions", {"secret": api.link_secret()}, role=role)
    assert (opened.status_code, opened.json["subscription_id"]) == (200, issued["subscription_id"])
    assert happenings(api) == ["quote_issued"]
    assert api.post("/guest-sessions", {"secret": api.link_secret()}, role="guest").status_code == 200
    assert happenings(api) == ["quote_opened", "quote_issued"]


def test_an_event_commits_with_what_it_tells_of_or_not_at_all(api: Api) -> None:
    quote = api.issue()
    assert api.submit(quote, iban="FR00").status_code == 422
    assert happenings(api) == ["quote_issued"]


@pytest.mark.feature("F-018")
def test_a_thousand_events_are_loaded_the_total_is_said_and_more_come_on_demand(api: Api) -> None:
    api.issue()
    add_many(api, 1204)
    first = search(api).json
    assert (len(first["items"]), first["total"]) == (1000, 1205)
    second = search(api, f"?cursor={first['next_cursor']}").json
    assert (len(second["items"]), second["total"], second["next_cursor"]) == (205, 1205, None)
    seen = [event["id"] for event in (*first["items"], *second["items"])]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 1205
    assert search(api, "?limit=1001").status_code == 422


@pytest.mark.parametrize("count", [999, 1000, 1001])
def test_the_edge_of_the_first_page(api: Api, count: int) -> None:
    api.issue()
    add_many(api, count - 1)
    page = search(api).json
    assert (len(page["items"]), page["total"]) == (min(count, 1000), count)
    assert (page["next_cursor"] is None) == (count <= 1000)


@pytest.mark.feature("F-019", "F-022")
def test_a_closed_event_leaves_the_home_page_and_stays_findable(api: Api) -> None:
    issued = api.issue()
    api.subscribe(issued)
    event = events(api)[-1]
    closed = close(api, event)
    assert closed.status_code == 200
    assert closed.json["closed_at"] is not None
    assert happenings(api) == ["subscription_submitted"]
    assert happenings(api, "?closed=true") == ["subscription_submitted", "quote_issued"]
    of_the_client = f"?closed=true&client_id={issued['client_id']}&text=devis émis"
    assert [found["id"] for found in events(api, of_the_client)] == [event["id"]]
    assert events(api, f"?closed=true&client_id={new_id()}") == []
    again = close(api, closed.json, closed=False)
    assert (again.status_code, again.json["closed_at"]) == (200, None)
    assert happenings(api) == ["subscription_submitted", "quote_issued"]


def test_closing_names_the_version_seen(api: Api) -> None:
    api.issue()
    (event,) = events(api)
    assert put(api, event["id"], {"closed": True}, {}).status_code == 428
    assert close(api, event).status_code == 200
    assert close(api, event, closed=False).status_code == 412
    assert api.get(f"{AGENDA}/{event['id']}").headers["ETag"] == '"2"'
    assert put(api, event["id"], {}, {"If-Match": '"2"'}).status_code == 422


def test_a_broker_sees_and_closes_his_own_events_only(api: Api) -> None:
    api.issue()
    (event,) = events(api)
    other = factories.OTHER_BROKER_ID
    assert events(api, "?closed=true", sub=other) == []
    assert api.get(f"{AGENDA}/{event['id']}", sub=other).status_code == 404
    assert close(api, event, sub=other).status_code == 404
    assert events(api, tenant="plateau") == []
    assert search(api, role="manager").status_code == 403
    assert len(search(api, act="exports", sub=other).data.splitlines()) == 1
    assert len(api.get(f"{AGENDA}/untransformed-quotes", sub=other).data.splitlines()) == 1


@pytest.mark.feature("F-020")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("devis", 2),
        ("DEVIS", 2),
        ("éloise", 1),
        ("Eloïse le goff", 1),
        ("goff%", 1),
        ("0000000002", 1),
        ("tns 300 moreau", 1),
        ("mme", 2),
        ("moreau goff", 0),
        ("01/12/2026", 2),
        ("%", 2),
        ("_", 0),
        ("", 2),
    ],
)
def test_a_free_text_filters_the_rows(api: Api, text: str, found: int) -> None:
    api.issue()
    api.issue(factories.quote(client=factories.client(last_name="Le Goff", first_name="Éloïse", email="e@example.org")))
    answer = search(api, f"?text={quote_plus(text)}")
    assert (len(answer.json["items"]), answer.json["total"]) == (found, found)


def read_csv(answer: Any) -> list[list[str]]:
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))


def read_xlsx(answer: Any) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]


@pytest.mark.feature("F-024")
def test_the_agenda_is_exported_whole_as_it_is_filtered(api: Api) -> None:
    issued = api.issue()
    add_many(api, 1500)
    close(api, events(api, "?text=émis")[0])
    answer = search(api, "?text=devis&closed=true", act="exports")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agenda-2026-11-23.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    headings, *rows = read_csv(answer)
    assert headings == ["Effet le", "Description", "Détail", "Domaine d’application", "Créé le", "Clôturé le"]
    assert len(rows) == 1501
    assert rows[-1] == [
        "01/12/2026",
        ISSUED,
        "",
        f"Devis n°\u00a0{issued['number']} / 1",
        "23/11/2026 10:00",
        "23/11/2026 10:00",
    ]
    assert len(read_csv(search(api, "?text=devis", act="exports"))) == 1501, "what is closed is hidden here too"
    sheet = read_xlsx(search(api, "?text=émis&closed=true&format=xlsx", act="exports"))
    assert len(sheet) == 2
    assert str(sheet[1][0]) == "2026-12-01 00:00:00"
    assert str(sheet[1][4]) == "2026-11-23 10:00:00"


@pytest.mark.feature("F-024")
def test_the_quotes_that_are_no_contract_are_exported_all_of_them(api: Api) -> None:
    signed = api.subscribe()
    api.sign(signed["id"])
    open_quote = api.issue(factories.family_quote())
    waiting = api.subscribe()
    assert waiting["signature"] != "signed"
    answer = api.get(f"{AGENDA}/untransformed-quotes?format=csv")
    headings, *rows = read_csv(answer)
    assert headings[:3] == ["N° de devis", "Version", "État"]
    assert [row[0] for row in rows] == ["RIS-0000000003", "RIS-0000000002"]
    amount = f"{open_quote['monthly']}".replace(".", ",")
    assert rows[1] == [
        "RIS-0000000002",
        "1",
        "Validé",
        "Madame",
        "Moreau",
        "Julie",
        "Horizon TNS",
        "Horizon TNS 300",
        amount,
        "01/12/2026",
        "23/11/2026",
        "23/12/2026",
    ]
    sheet = read_xlsx(api.get(f"{AGENDA}/untransformed-quotes?format=xlsx"))
    assert sheet[2][8] == pytest.approx(float(open_quote["monthly"]))
    assert str(sheet[2][9]) == "2026-12-01 00:00:00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_text_of_an_export_is_a_formula(api: Api, start: str) -> None:
    api.issue()
    name = f"{start}HYPERLINK(1)"
    with api.world.services.engine.begin() as connection:
        connection.execute(update(CLIENT_FILE).values(last_name=name))
    row = read_csv(api.get(f"{AGENDA}/untransformed-quotes"))[1]
    assert row[4] == f"'{name}"
    book = openpyxl.load_workbook(io.BytesIO(api.get(f"{AGENDA}/untransformed-quotes?format=xlsx").data))
    cell = book.active.cell(row=2, column=5)
    assert cell.data_type == "s", "a text, not a formula"
    assert str(cell.value).endswith("HYPERLINK(1)")


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    world = World(tmp_path, url=url)
    world.prepare()
    yield Api(world)
    world.close()


def test_the_agenda_is_the_same_on_both_databases(either: Api) -> None:
    quote = either.issue()
    either.subscribe(quote)
    for _ in range(2):
        either.post("/guest-sessions", {"secret": either.link_secret()}, role=None)
    assert happenings(either) == ["quote_opened", "subscription_submitted", "quote_issued"]
    assert happenings(either, "?text=moreau opened") == []
    assert happenings(either, "?text=MOREAU ouvert") == ["quote_opened"]
    event = events(either)[0]
    assert [close(either, event).status_code for _ in range(2)] == [200, 412]
    assert len(read_csv(search(either, "?closed=true", act="exports"))) == 4
    assert date.fromisoformat(events(either)[0]["effective_date"]) == date(2026, 12, 1)


def test_no_address_takes_what_is_searched_for(api: Api) -> None:
    """Addresses are logged on their way, and a name is personal."""
    issued = api.issue()
    for path in ("", "/searches", "/exports", "/export"):
        assert api.get(f"{AGENDA}{path}?text=moreau").status_code in {404, 405, 422}
    assert search(api, f"?text={quote_plus(issued['client']['last_name'])}").json["total"] == 1
