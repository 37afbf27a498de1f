"""A little service that uses everything the HTTP plumbing offers: a shelf of notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import structlog
from flask import Flask
from flask.views import MethodView
from marshmallow import validates_schema
from sqlalchemy import BigInteger, Column, Engine, Integer, MetaData, String, Table, select, text, update

from plumbing.cipher import FieldCipher
from plumbing.clock import FixedClock
from plumbing.database import make_engine, service_metadata
from plumbing.errors import Forbidden, NotFound, StaleWrite
from plumbing.events import EventRegistry
from plumbing.http import (
    Blueprint,
    CursorArguments,
    ErrorTable,
    Problem,
    Schema,
    conditional,
    create_api_app,
    current_actor,
    cut_page,
    etag_of,
    fields,
    idempotent,
    if_match,
    json_response,
    limited,
    page_of,
    page_schema,
    public,
    refusal,
    requires,
    services,
    unit_of_work,
)
from plumbing.ids import new_id
from plumbing.sealing import EventSealer
from plumbing.unit_of_work import UnitOfWork, Units
from tests.support.tokens import verifier

NO_SEALER = cast(EventSealer, None)  # the demo says no events
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
METADATA: MetaData = service_metadata()
NOTES = Table(
    "note",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("title", String(80), nullable=False),
    Column("price_cents", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class NoteExpired(Exception):
    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


class NoteVeryExpired(NoteExpired):
    """Found in the table through its base."""


ERRORS = ErrorTable(
    {
        NoteExpired: Problem(
            409, "note.expired", "Note expirée", lambda e: f"La note «\u00a0{e.title}\u00a0» a expiré."
        ),
    }
)


class Client(Schema):
    first_name = fields.Text(max=60, required=True)
    email = fields.Email(required=True)
    mobile = fields.Mobile(load_default=None, allow_none=True)
    birth_date = fields.BirthDate(required=True)


class NoteIn(Schema):
    title = fields.Text(max=80, required=True)
    price = fields.Amount(required=True, minimum="0.01", maximum="5000.00")
    colour = fields.Choice(Colour, load_default=Colour.RED)
    count = fields.Integer(minimum=1, maximum=9, load_default=1)
    urgent = fields.Boolean(load_default=False)
    postcode = fields.Postcode(load_default=None, allow_none=True)
    related = fields.Id(load_default=None, allow_none=True)
    due_at = fields.Instant(load_default=None, allow_none=True)
    clients = fields.List(fields.Nested(Client()), max=3, load_default=list)
    labels = fields.List(fields.Text(max=20), max=5, load_default=list)

    @validates_schema
    def red_is_dear(self, data: dict[str, Any], **_: Any) -> None:
        if data["colour"] is Colour.BLUE and data["price"] > 1000:
            raise refusal("Une note bleue coûte au plus 1\u202f000 €.", "too_dear", field="price")


class NoteOut(Schema):
    id = fields.Id(required=True)
    title = fields.Text(max=80, required=True)
    price = fields.Amount(required=True)
    version = fields.Integer(required=True)


class Renaming(Schema):
    title = fields.Text(max=80, required=True)


class Knock(Schema):
    secret = fields.Secret(min=4, max=80, required=True)


class NotesQuery(CursorArguments):
    colour = fields.Choice(Colour, load_default=None)
    urgent = fields.Boolean(load_default=None)


class Sending(Schema):
    title = fields.Text(max=40, required=True)
    file = fields.Upload(required=True)


blp = Blueprint("notes", __name__, description="Notes")


@blp.route("/notes")
class Notes(MethodView):
    @requires("broker", "manager")
    @blp.arguments(NotesQuery(), location="query")
    @blp.response(200, page_schema(NoteOut()))
    def get(self, query: dict[str, Any]) -> Any:
        """List the notes."""
        statement = select(NOTES).where(NOTES.c.tenant == current_actor().tenant).order_by(NOTES.c.id)
        if query["cursor"]:
            statement = statement.where(NOTES.c.id > query["cursor"][0])
        with services().engine.connect() as connection:
            rows = [shown(row) for row in connection.execute(statement.limit(query["limit"] + 1)).mappings()]
        items, next_cursor = cut_page(rows, query["limit"], lambda row: (row["id"],))
        return page_of(items, next_cursor)

    @requires("broker")
    @blp.arguments(NoteIn())
    @blp.response(201, NoteOut())
    @idempotent
    def post(self, body: dict[str, Any]) -> Any:
        """Write a note."""
        note = write_note(uow=unit_of_work(), title=body["title"], price=body["price"])
        services().journal.append(note["id"])
        return note, {"ETag": etag_of(note["version"])}


def kept_note(note_id: str) -> Any:
    note = find_note(note_id)
    return note, {"ETag": etag_of(note["version"])}


@blp.route("/kept-notes")
class KeptNotes(MethodView):
    @requires("broker")
    @blp.arguments(NoteIn())
    @blp.response(201, NoteOut())
    @idempotent(again=kept_note)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a note whose answer can be had again."""
        return kept_note(write_note(uow=unit_of_work(), title=body["title"], price=body["price"])["id"])


@blp.route("/notes/<id:note_id>")
class OneNote(MethodView):
    @requires("broker", "manager")
    @blp.response(200, NoteOut())
    def get(self, note_id: str) -> Any:
        """Read a note."""
        note = find_note(note_id)
        return note, {"ETag": etag_of(note["version"])}

    @requires("broker")
    @conditional
    @blp.arguments(Renaming())
    @blp.response(200, NoteOut())
    def put(self, body: dict[str, Any], note_id: str) -> Any:
        """Rename a note."""
        note = rename(note_id, body["title"], seen=if_match())
        return note, {"ETag": etag_of(note["version"])}

    @requires("manager", second_factor=True)
    @blp.response(204)
    def delete(self, note_id: str) -> None:
        """Delete a note."""
        find_note(note_id)


@blp.route("/subscriptions/<id:subscription_id>/notes")
class SubscriptionNotes(MethodView):
    @requires("guest", "manager", scope="subscription")
    @blp.response(200, page_schema(NoteOut()))
    def get(self, subscription_id: str) -> Any:
        """Read what belongs to a subscription."""
        return page_of([])


@blp.route("/files")
class Files(MethodView):
    @requires("broker")
    @blp.arguments(Sending(), location="multipart")
    @blp.response(201, Renaming())
    @idempotent
    def post(self, form: dict[str, Any]) -> Any:
        """Send a file."""
        services().journal.append(form["file"].read())
        return {"title": form["title"]}


@blp.route("/knock")
class Door(MethodView):
    @public
    @limited("3/minute")
    @blp.arguments(Knock())
    @blp.response(200)
    def post(self, body: dict[str, Any]) -> Any:
        """Knock: a person without an account has to be able to."""
        structlog.get_logger("demo").info("door.knocked", secret=body["secret"], note="rien")
        return json_response({"heard": True})


@blp.route("/trouble/<kind>")
class Trouble(MethodView):
    @requires("manager")
    @blp.response(200)
    @blp.alt_response(500, "INTERNAL_SERVER_ERROR")
    def get(self, kind: str) -> Any:
        """Fail in the way that was asked for."""
        match kind:
            case "expired":
                raise NoteExpired("Achats")
            case "very-expired":
                raise NoteVeryExpired("Achats")
            case "forbidden":
                raise Forbidden("Ce n’est pas votre note.")
            case "stale":
                raise StaleWrite("note 3")
            case "database":
                with services().engine.connect() as connection:
                    connection.execute(text("SELECT * FROM nowhere WHERE secret = 'FR7630006000011234567890189'"))
            case "bug":
                raise RuntimeError("jean.dupont@example.com has paid from FR76 3000 6000 0112 3456 7890 189")
        raise NotFound("note", kind)


def shown(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "title": row["title"],
        "price": Decimal(row["price_cents"]) / 100,
        "version": row["version"],
    }


def write_note(*, uow: Any, title: str, price: Decimal) -> dict[str, Any]:
    with uow() as work:
        if title == "expired":
            raise NoteExpired(title)
        row = {"id": new_id(), "tenant": work.tenant, "title": title, "price_cents": int(price * 100), "version": 1}
        work.session.execute(NOTES.insert().values(**row))
        work.remember(row["id"])
        work.commit()
    if title == "counted":
        # Refused, yet something was done: like a wrong code, which costs a try.
        raise NoteExpired(title)
    return shown(row)


def find_note(note_id: str) -> dict[str, Any]:
    statement = select(NOTES).where(NOTES.c.id == note_id, NOTES.c.tenant == current_actor().tenant)
    with services().engine.connect() as connection:
        row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("note", note_id)
    return shown(row)


def rename(note_id: str, title: str, *, seen: int) -> dict[str, Any]:
    find_note(note_id)
    statement = (
        update(NOTES)
        .where(NOTES.c.id == note_id, NOTES.c.version == seen)
        .values(title=title, version=seen + 1)
        .returning(NOTES)
    )
    with services().engine.begin() as connection:
        row = connection.execute(statement).mappings().first()
    if row is None:
        raise StaleWrite(note_id)
    return shown(row)


@dataclass
class Demo:
    """The demo's Bootstrap."""

    engine: Engine
    clock: FixedClock
    verifier: Any
    units: Any
    settings: Any = field(default_factory=SimpleNamespace)
    journal: list[Any] = field(default_factory=list)


def new_demo(folder: Path, cipher: FieldCipher | None = None, url: str | None = None) -> Demo:
    engine = make_engine(url or f"sqlite:///{folder / 'demo.db'}", cipher=cipher)
    METADATA.create_all(engine)
    clock = FixedClock(NOW)
    units = Units(engine, UnitOfWork, EventRegistry("demo"), clock, sealer=NO_SEALER)
    return Demo(engine, clock, verifier(clock), units)


def demo_app(demo: Demo, **options: Any) -> Flask:
    return create_api_app(name="demo", title="Notes", blueprints=[blp], errors=ERRORS, services=demo, **options)
