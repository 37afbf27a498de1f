"""Documents over HTTP: send, list, look, download."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
import structlog
from flask import Response, request
from flask.views import MethodView

from documents.adapters import queries
from documents.api import downloads
from documents.api.errors import refused
from documents.api.schemas import (
    KIND_PATTERN,
    SUBJECT_PATTERN,
    ContentArguments,
    DocumentOut,
    KindArguments,
    KindOut,
    ListArguments,
    UploadForm,
)
from documents.api.upload import Upload, upload_of_request
from documents.domain.access import Person
from documents.domain.document import Document, object_key
from documents.domain.kinds import kinds_for
from documents.domain.limits import TITLE_LENGTH
from documents.domain.refusals import Refused
from documents.usecases.record_reading import record_reading
from documents.usecases.store_document import Received, largest_file, store_document
from plumbing.errors import NotFound
from plumbing.http import (
    Blueprint,
    check_rate,
    current_actor,
    cut_page,
    documented_limit,
    idempotent,
    page_of,
    page_schema,
    requires,
    services,
    unit_of_work,
)
from plumbing.http.messages import errors_of
from plumbing.http.openapi import ProblemAnswer
from plumbing.http.problems import MEDIA_TYPE, invalid_input

log = structlog.get_logger()

documents = Blueprint("documents", __name__, description="Documents et pièces justificatives")

EVERYBODY = ("guest", "member", "broker", "manager", "employer", "partner", "service")
_SENDERS = ("service", "guest", "member", "broker", "manager")
_FORM = UploadForm()
_PROBLEM = ProblemAnswer()
_BYTES = {"type": "string", "format": "binary"}
_SCOPE = "subscription:"
_ONCE = "Ce champ ne peut être donné qu’une fois."
# A person sends a handful of pieces; services store what they make of whole campaigns.
_RATES = ("40/minute", "400/day")

_UPLOAD_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "kind": {"type": "string", "pattern": KIND_PATTERN, "example": "piece.identity"},
                    "subject": {"type": "string", "pattern": SUBJECT_PATTERN, "example": "product:horizon-tns"},
                    "title": {"type": "string", "minLength": 1, "maxLength": TITLE_LENGTH},
                    "readers": {"type": "string", "example": '["manager:*"]', "maxLength": 4096},
                },
                "required": ["file", "kind", "subject"],
                "additionalProperties": False,
            }
        }
    },
}


def caller() -> Person:
    """Return who calls, as this service needs to know him."""
    actor = current_actor()
    opened = [scope.removeprefix(_SCOPE) for scope in actor.scopes if scope.startswith(_SCOPE)]
    return Person(actor.role, actor.id, opened[0] if actor.role == "guest" and opened else None)


def _upload() -> Upload:
    return upload_of_request(lambda: largest_file(caller()))


@documents.route("/documents")
class Documents(MethodView):
    @requires(*EVERYBODY)
    @documents.arguments(ListArguments(), location="query")
    @documents.response(200, page_schema(DocumentOut()))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Les documents que l’appelant peut lire, du plus ancien au plus récent."""
        subject, cursor, limit = query["subject"], query["cursor"], query["limit"]
        found = queries.listed(
            services().engine,
            tenant=current_actor().tenant,
            person=caller(),
            subject=None if subject is None else str(subject),
            after=None if cursor is None else cursor[0],
            limit=limit + 1,
        )
        items, next_cursor = cut_page(found, limit, lambda document: (document.id,))
        return page_of(items, next_cursor)

    @requires(*_SENDERS)
    @documented_limit
    @documents.doc(requestBody=_UPLOAD_BODY)
    @documents.response(201, DocumentOut())
    @documents.alt_response(413, schema=_PROBLEM, content_type=MEDIA_TYPE)
    @documents.alt_response(415, schema=_PROBLEM, content_type=MEDIA_TYPE)
    @idempotent(fingerprint=lambda: _upload().fingerprint(), again=lambda document_id: _stored(found(document_id)))
    def post(self) -> Any:
        """Déposer un fichier."""
        person, tenant, held = caller(), current_actor().tenant, services()
        if person.role != "service":
            check_rate("documents.upload", f"{tenant} {person.owner} {person.subscription}", *_RATES)
        received = _received(_upload())
        attached = queries.attached_to(held.engine, tenant=tenant, subject=str(received.subject))
        try:
            document = store_document(
                person=person,
                received=received,
                attached=attached,
                uow=unit_of_work(),
                checker=held.checker,
                antivirus=held.antivirus,
                store=held.store,
            )
        except Refused as refusal:
            log.info("upload.refused", code=str(refusal.code), reason=refusal.reason, bytes=len(received.content))
            raise refused(refusal.code) from refusal
        return _stored(_just_stored(document))


@documents.route("/documents/<id:document_id>")
class OneDocument(MethodView):
    @requires(*EVERYBODY)
    @documents.response(200, DocumentOut())
    def get(self, document_id: str) -> queries.DocumentView:
        """Un document, sans son contenu."""
        return found(document_id)


@documents.route("/documents/<id:document_id>/content")
class Content(MethodView):
    @requires(*EVERYBODY)
    @documents.arguments(ContentArguments(), location="query")
    @documents.response(200, _BYTES, content_type="*/*", description="Le fichier.")  # type: ignore[arg-type]
    @documents.alt_response(206, schema=_BYTES, content_type="*/*", description="La partie demandée du fichier.")
    @documents.alt_response(304, description="Le contenu est celui que l’appelant a déjà.")
    @documents.alt_response(416, schema=_PROBLEM, content_type=MEDIA_TYPE)
    def get(self, query: dict[str, Any], document_id: str) -> Response:
        """Le contenu d’un document\u00a0; chaque lecture est inscrite."""
        document = found(document_id)
        if downloads.etag(document) in request.headers.get("If-None-Match", ""):
            return Response(status=304, headers={"ETag": downloads.etag(document)})
        span = downloads.span_asked(document)
        if request.method == "HEAD":
            return downloads.content_response(document, span, iter(()), inline=query["inline"])
        pieces = services().store.read(object_key(document.id), start=span.first, length=span.length)
        response = downloads.content_response(document, span, pieces, inline=query["inline"])
        try:
            record_reading(
                person=caller(), document_id=document.id, first=span.first, last=span.last, uow=unit_of_work()
            )
        except BaseException:
            response.close()
            raise
        return response


@documents.route("/kinds")
class Kinds(MethodView):
    @requires(*_SENDERS)
    @documents.arguments(KindArguments(), location="query")
    @documents.response(200, page_schema(KindOut()))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Les types de pièces que l’on peut envoyer."""
        return page_of(kinds_for(query["subject_kind"]))


def found(document_id: str) -> queries.DocumentView:
    tenant = current_actor().tenant
    document = queries.find(services().engine, tenant=tenant, person=caller(), document_id=document_id)
    if document is None:
        raise NotFound("document", document_id)
    return document


def _received(upload: Upload) -> Received:
    twice = [name for name in upload.form if len(upload.form.getlist(name)) > 1]
    if twice:
        raise invalid_input({"field": name[:120], "code": "too_many", "message": _ONCE} for name in twice)
    try:
        form = _FORM.load(upload.form.to_dict())
    except ma.ValidationError as error:
        raise invalid_input(errors_of(error)) from None
    return Received(name=upload.name, declared_type=upload.declared_type, content=upload.content, **form)


def _stored(document: queries.DocumentView) -> tuple[queries.DocumentView, dict[str, str]]:
    return document, {"Location": f"/v1/documents/{document.id}"}


def _just_stored(document: Document) -> queries.DocumentView:
    return queries.DocumentView(
        id=document.id,
        kind=document.kind,
        subject=document.subject,
        owner=document.owner,
        title=document.title,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256_stored,
        pages=document.pages,
        stored_at=document.created_at,
        read_at=None,
    )
