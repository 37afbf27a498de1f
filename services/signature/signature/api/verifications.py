"""Whether a file is one that was sealed here: open to whoever holds it, and telling nothing of who signed."""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from flask import Response, request
from flask.views import MethodView
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import parse_form_data

from plumbing.http import Blueprint, ProblemRaised, json_response, limited, public, services
from plumbing.http.openapi import ProblemAnswer
from plumbing.http.problems import MEDIA_TYPE, RETRY_AFTER, invalid_input, standard
from signature.adapters.queries import find_seal_record
from signature.adapters.sealer.anchors import NothingToTrust
from signature.api.schemas import VerificationOut
from signature.domain.verification import Defect, SealDefect, SealRecord, Verification, verify_file, verify_print

if TYPE_CHECKING:
    from signature.adapters.sealer.inspection import Inspector
    from signature.domain.sealing import Level

verifications = Blueprint("verifications", __name__, description="Vérification publique")

LARGEST: Final = 10 * 1024 * 1024
_PRINT: Final = re.compile("[0-9a-f]{64}")
_PROBLEM: Final = ProblemAnswer()
_ROOM_FOR_THE_FORM: Final = 64 * 1024
_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        }
    },
}
_REASONS: Final = {
    Defect.UNREADABLE: "Le fichier est abîmé\u00a0: il ne se lit plus comme un PDF.",
    Defect.NOT_OURS: "Le fichier ne porte pas notre cachet.",
    Defect.NO_SEAL: "Le cachet a été retiré du fichier.",
    Defect.SEVERAL_SEALS: "Une autre signature a été ajoutée après le cachet.",
    Defect.CHANGED: "Le contenu a été modifié depuis le scellement.",
    Defect.ADDED: "Quelque chose a été ajouté après le cachet.",
    Defect.OTHER_AUTHORITY: "Le cachet vient d’une autre autorité que la nôtre.",
    Defect.NO_TIMESTAMP: "Le cachet n’a pas d’horodatage.",
    Defect.TIMESTAMP_NOT_TRUSTED: "L’horodatage ne vient pas de notre autorité.",
    Defect.NO_REVOCATION_PROOF: "La preuve de validité du certificat manque dans le fichier.",
    Defect.REVOKED: "Le certificat du cachet était révoqué au moment du scellement.",
    Defect.NOT_THE_ORIGINAL: "Le document scellé n’est pas celui qui a été lu.",
    Defect.NOT_RELEASED: "Nous n’avons pas délivré ce fichier tel quel.",
}


@verifications.route("/verifications/<string:sha256>")
class KnownPrints(MethodView):
    @public
    @limited("60/minute")
    @verifications.response(200, VerificationOut())
    @verifications.alt_response(422, schema=_PROBLEM, content_type=MEDIA_TYPE)
    def get(self, sha256: str) -> Response:
        """Dire si une empreinte SHA-256 est celle d’un fichier délivré. Ouvert à tous: qui l’a, a le fichier."""
        if not _PRINT.fullmatch(sha256):
            raise invalid_input([{"field": "sha256", "code": "pattern", "message": "64 chiffres hexadécimaux."}])
        return _told(sha256, verify_print(find_seal_record(services().engine, sha256)))


@verifications.route("/verifications")
class Verifications(MethodView):
    @public
    @limited("20/minute")
    @verifications.doc(requestBody=_BODY)
    @verifications.response(200, VerificationOut())
    @verifications.alt_response(413, schema=_PROBLEM, content_type=MEDIA_TYPE)
    @verifications.alt_response(422, schema=_PROBLEM, content_type=MEDIA_TYPE)
    @verifications.alt_response(503, schema=_PROBLEM, content_type=MEDIA_TYPE)
    def post(self) -> Response:
        """Contrôler un fichier. Ouvert à tous: juge ou banque n’ont pas de compte chez nous. Rien n’en est gardé."""
        content = _sent_file()
        sha256 = hashlib.sha256(content).hexdigest()
        found = find_seal_record(services().engine, sha256)
        try:
            inspector, usual_level = services().inspector, services().trusted.level
        except NothingToTrust:
            # Of a file that may well be ours nothing is said that a minute later would be wrong.
            raise ProblemRaised(_NOT_READY) from None
        return _told(sha256, inspected(content, found, inspector, usual_level))


def inspected(content: bytes, found: SealRecord | None, inspector: Inspector, usual_level: Level) -> Verification:
    """Judge a file by its record and by itself, neither of them enough alone."""
    # What does not even bear our certificate is not worth the parsing, which is what a hostile file would be after.
    if not (ours := inspector.bears_our_seal(content)):
        return verify_file(None, defects=(), bears_our_seal=False)
    try:
        inspector.inspect_alone(content, level=found.level if found else usual_level)
    except SealDefect as refusal:
        return verify_file(found, defects=refusal.defects, bears_our_seal=ours)
    return verify_file(found, defects=(), bears_our_seal=ours)


def _sent_file() -> bytes:
    """Read the form in memory: a stranger's contract does not touch our disk. 413 or 422 when it is not one file."""
    try:
        _, _, files = parse_form_data(
            request.environ,
            stream_factory=lambda *_sizes, **_named: BytesIO(),
            max_form_memory_size=_ROOM_FOR_THE_FORM,
            max_content_length=LARGEST + _ROOM_FOR_THE_FORM,
            max_form_parts=3,
        )
    except RequestEntityTooLarge:
        raise ProblemRaised(_TOO_LARGE) from None
    file = files.get("file")
    content = file.read() if file is not None else b""
    if len(content) > LARGEST:
        raise ProblemRaised(_TOO_LARGE)
    if not content:
        raise invalid_input([{"field": "file", "code": "required", "message": "Choisissez le fichier à vérifier."}])
    return content


_NOT_READY: Final = standard(
    503,
    "verification.not_ready",
    "La vérification n’est pas encore prête : notre cachet n’est pas en service. Réessayez dans quelques instants.",
    headers={"Retry-After": RETRY_AFTER},
)
_TOO_LARGE: Final = standard(413, "file.too_large", "Le fichier dépasse 10\u00a0Mo\u00a0: il n’est pas des nôtres.")


def _told(sha256: str, verification: Verification) -> Response:
    record = verification.record
    answer: dict[str, Any] = {
        "verdict": verification.verdict.value,
        "sha256": sha256,
        "defects": [defect.value for defect in verification.defects],
        "reasons": [_REASONS[defect] for defect in verification.defects],
        "document": None
        if record is None
        else {
            "kind": record.kind,
            "title": record.title,
            "reference": record.reference,
            "level": record.level.value,
            "signed_at": record.signed_at,
            "sealed_at": record.sealed_at,
        },
    }
    return json_response(answer)
