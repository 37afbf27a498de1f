"""What is asked and answered, field by field."""

from __future__ import annotations

from plumbing.http import CursorArguments, Schema, fields
from signature.domain.dual_control import Act, RequestState
from signature.domain.relief import ReliefKind
from signature.domain.sealing import Level
from signature.domain.state import State
from signature.domain.verification import Defect, Verdict

CODE_PATTERN = "[0-9]{6}"
REFERENCE_PATTERN = "[0-9A-HJKMNP-TV-Z]{8}"
SUBJECT_PATTERN = "[a-z]{2,20}:[0-9a-fA-F-]{36}"


class CeremonyQuery(CursorArguments):
    """Which ceremonies: those of one thing to sign."""

    subject = fields.Text(max=60, pattern=SUBJECT_PATTERN, required=True)


class AcceptanceIn(Schema):
    """The three boxes under a document."""

    read = fields.Agreed(required=True)
    accepts = fields.Agreed(required=True)
    confirms = fields.Agreed(required=True)


class CodeIn(Schema):
    """Nothing: the number is the one in the client's file, never one from a request."""


class SignatureIn(Schema):
    """The code received by SMS, and the provider's two boxes."""

    code = fields.Secret(
        min=6, max=6, pattern=CODE_PATTERN, required=True, message="Le code compte six chiffres.", code="code"
    )
    terms = fields.Agreed(required=True)
    privacy = fields.Agreed(required=True)


class RefusalIn(Schema):
    """A code of `refusal_reasons`, or the signer's own words; `document_id` names the document that is refused."""

    reason = fields.Text(max=500, lines=True, required=True)
    document_id = fields.Id(load_default=None, allow_none=True)


class ReliefIn(Schema):
    """What the adviser does and why. `mobile` is for another number; `vouched_for` takes one that the numbering plan
    at hand does not know.
    """

    kind = fields.Choice(ReliefKind, required=True)
    reason = fields.Text(min=5, max=500, lines=True, required=True)
    mobile = fields.Text(max=30, load_default=None, allow_none=True)
    vouched_for = fields.Boolean(load_default=False)


class SignerIn(Schema):
    """One signer, in the order of signing."""

    civility = fields.Text(max=20, min=0, load_default="")
    first_name = fields.Text(max=80, required=True)
    last_name = fields.Text(max=80, required=True)
    email = fields.Email(required=True)
    mobile = fields.Mobile(required=True)


class DocumentIn(Schema):
    """One stored document; `size` in bytes."""

    document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    sha256 = fields.Text(min=64, max=64, pattern="[0-9a-f]{64}", required=True)
    size = fields.Integer(minimum=1, required=True)
    pages = fields.Integer(minimum=1, maximum=500, required=True)


class AdviserIn(Schema):
    """Whom the signer turns to."""

    name = fields.Text(max=255, required=True)
    phone = fields.Text(max=30, min=0, load_default="")
    email = fields.Email(required=True)
    id = fields.Id(load_default=None, allow_none=True)


class CeremonyIn(Schema):
    """An act to sign, from the service that owns it; `member_id` signs with the account he has."""

    subject = fields.Text(max=60, pattern=SUBJECT_PATTERN, required=True)
    product_name = fields.Text(max=120, required=True)
    number = fields.Text(max=40, required=True)
    member_id = fields.Id(load_default=None, allow_none=True)
    documents = fields.List(fields.Nested(DocumentIn()), min=1, max=20, required=True)
    signers = fields.List(fields.Nested(SignerIn()), min=1, max=4, required=True)
    adviser = fields.Nested(AdviserIn(), required=True)


class ActRequestQuery(CursorArguments):
    """Which requests: all of them, by pages."""


class ActRequestIn(Schema):
    """What a manager asks another to agree to. `reference` is the eight characters of page, SMS and papers."""

    reference = fields.Text(max=8, pattern=REFERENCE_PATTERN, required=True)
    act = fields.Choice(Act, required=True)
    reason = fields.Text(max=500, lines=True, required=True)


class DecisionIn(Schema):
    """Yes or no."""

    approved = fields.Boolean(required=True)


class HoldIn(Schema):
    """The ceremony to keep, and why."""

    reference = fields.Text(max=8, pattern=REFERENCE_PATTERN, required=True)
    reason = fields.Text(max=500, lines=True, required=True)


class HoldOut(Schema):
    """A ceremony that is kept."""

    ceremony_id = fields.Id(required=True)
    held_at = fields.Instant(required=True)


class ActRequestOut(Schema):
    """What was asked, by whom, and what became of it; where the evidence is, for who asked and was given it."""

    id = fields.Id(required=True)
    ceremony_id = fields.Id(required=True)
    reference = fields.Text(max=8, required=True)
    act = fields.Choice(Act, required=True)
    act_label = fields.Text(max=80, required=True)
    reason = fields.Text(max=500, lines=True, required=True)
    state = fields.Choice(RequestState, required=True)
    mine = fields.Boolean(required=True)
    evidence_document_id = fields.Id(required=True, allow_none=True)
    asked_by = fields.Text(max=80, required=True)
    asked_at = fields.Instant(required=True)
    decided_by = fields.Text(max=80, required=True, allow_none=True)
    decided_at = fields.Instant(required=True, allow_none=True)


class StatementOut(Schema):
    """A sentence with a box before it, never ticked beforehand."""

    code = fields.Text(max=40, required=True)
    text = fields.Text(max=1000, required=True)


class ReasonOut(Schema):
    """A reason that can be picked."""

    code = fields.Text(max=40, required=True)
    label = fields.Text(max=200, required=True)


class DocumentOut(Schema):
    """A document of the envelope, in the order of reading."""

    document_id = fields.Id(required=True)
    position = fields.Integer(minimum=1, required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    pages = fields.Integer(minimum=1, required=True)
    pages_viewed = fields.Integer(required=True)
    accepted_at = fields.Instant(required=True, allow_none=True)


class CodeOut(Schema):
    """The last code sent from this browser session; `resend_at` is null after the last resend."""

    sent_at = fields.Instant(required=True)
    expires_at = fields.Instant(required=True)
    resend_at = fields.Instant(required=True, allow_none=True)
    sends_left = fields.Integer(required=True)


class AdviserOut(Schema):
    """Whom to turn to when the ceremony does not work."""

    name = fields.Text(max=255, min=0, required=True)
    phone = fields.Text(max=30, min=0, required=True)
    email = fields.Text(max=254, required=True)


class ReleasedOut(Schema):
    """A file as it was released; nothing of who signed it."""

    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    reference = fields.Text(max=8, required=True)
    level = fields.Choice(Level, required=True)
    signed_at = fields.Instant(required=True)
    sealed_at = fields.Instant(required=True)


class VerificationOut(Schema):
    """Whether a file is one that we sealed and released. `reasons` are why it is not, in French."""

    verdict = fields.Choice(Verdict, required=True)
    sha256 = fields.Text(min=64, max=64, required=True)
    defects = fields.List(fields.Choice(Defect), required=True)
    reasons = fields.List(fields.Text(max=300), required=True)
    document = fields.Nested(ReleasedOut(), required=True, allow_none=True)


class SignerOut(Schema):
    """A signer, in the order of signing; the number is masked."""

    rank = fields.Integer(minimum=1, required=True)
    name = fields.Text(max=255, required=True)
    mobile_masked = fields.Text(max=20, required=True)
    signed_at = fields.Instant(required=True, allow_none=True)
    is_next = fields.Boolean(required=True)


class CeremonyOut(Schema):
    """A ceremony as its signer sees it."""

    id = fields.Id(required=True)
    subject = fields.Text(max=80, required=True)
    product_name = fields.Text(max=120, required=True)
    quote_number = fields.Text(max=40, required=True)
    state = fields.Choice(State, required=True)
    signature_label = fields.Text(max=20, required=True, metadata={"description": "« Signé » ou « En cours »."})
    reference = fields.Text(max=8, required=True)
    signer_mobile_masked = fields.Text(max=20, required=True)
    signers = fields.List(fields.Nested(SignerOut()), required=True)
    documents = fields.List(fields.Nested(DocumentOut()), required=True)
    next_document_id = fields.Id(required=True, allow_none=True)
    consents = fields.List(fields.Nested(StatementOut()), required=True)
    provider_consents = fields.List(fields.Nested(StatementOut()), required=True)
    refusal_reasons = fields.List(fields.Nested(ReasonOut()), required=True)
    code = fields.Nested(CodeOut(), required=True, allow_none=True)
    tries_left = fields.Integer(required=True)
    reliefs_left = fields.Integer(required=True)
    adviser = fields.Nested(AdviserOut(), required=True)
    opened_at = fields.Instant(required=True)
    expires_at = fields.Instant(required=True)
    ended_at = fields.Instant(required=True, allow_none=True)
