"""What comes in and what goes out, where several resources share it."""

from __future__ import annotations

from plumbing.http import fields
from plumbing.http.schema import Schema
from quoting.api.texts import NAME_LENGTH, Country, Name, Printed, PrintedEmail
from quoting.domain.membership_file import FileStatus
from quoting.domain.needs import NeedLevel
from quoting.domain.people import Civility
from quoting.domain.pieces import PieceOutcome, PieceStatus
from quoting.domain.quote import SHOWN

MOST_CHILDREN = 15
SHORT = 120


def _need() -> fields.Choice:
    return fields.Choice(NeedLevel, required=True)


class NeedsSchema(Schema):
    """The five questions about cover; none is about health."""

    optical = _need()
    dental = _need()
    hearing = _need()
    hospital = _need()
    fees = _need()


class ProfileFields(Schema):
    """What the price depends on. `spouse_birth_date` null: no spouse; `children` 0: no child."""

    regime = fields.Text(max=40, required=True)
    postcode = fields.Postcode(required=True)
    town = Printed(max=80, required=True)
    birth_date = fields.BirthDate(required=True)
    spouse_birth_date = fields.BirthDate(required=True, allow_none=True)
    children = fields.Integer(minimum=0, maximum=MOST_CHILDREN, required=True)


class ClientIn(Schema):
    """The client's identity and address. `mobile` may come later, with the subscription."""

    civility = fields.Choice(Civility, required=True)
    last_name = Name(required=True)
    birth_name = Name(load_default=None, allow_none=True)
    first_name = Name(required=True)
    birth_date = fields.BirthDate(required=True)
    address = Printed(required=True)
    address_extra = Printed(load_default=None, allow_none=True)
    postcode = Printed(max=10, required=True)
    town = Printed(max=80, required=True)
    country = Country(required=True)
    email = PrintedEmail(required=True)
    mobile = fields.Mobile(load_default=None, allow_none=True)


class ClientOut(Schema):
    civility = fields.Choice(Civility, required=True)
    last_name = fields.Text(max=NAME_LENGTH, required=True)
    birth_name = fields.Text(max=NAME_LENGTH, required=True, allow_none=True)
    first_name = fields.Text(max=NAME_LENGTH, required=True)
    birth_date = fields.BirthDate(required=True)
    address = fields.Text(max=SHORT, required=True)
    address_extra = fields.Text(max=SHORT, required=True, allow_none=True)
    postcode = fields.Text(max=10, required=True)
    town = fields.Text(max=80, required=True)
    country = fields.Text(max=2, required=True)
    email = fields.Text(max=254, required=True)
    mobile = fields.Text(max=20, required=True, allow_none=True)


class LineOut(Schema):
    """One step of a price: the table and version read, the key, the factor, the amount a month."""

    label = fields.Text(required=True)
    table = fields.Text(max=SHORT, required=True)
    table_version = fields.Text(max=20, required=True)
    key = fields.Text(max=SHORT, required=True)
    factor = fields.Text(max=SHORT, required=True)
    amount = fields.Amount(required=True)


class DocumentOut(Schema):
    """A document kept at documents; `required`: the client must confirm that he has read it."""

    document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    required = fields.Boolean(required=True)


class PaperOut(Schema):
    """A paper of the envelope, or its sealed form."""

    document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)


class QuoteSummary(Schema):
    """A quote in a few words."""

    id = fields.Id(required=True)
    number = fields.Text(max=20, required=True)
    version = fields.Integer(minimum=1, required=True)
    status = fields.Choice(SHOWN, required=True)
    status_label = fields.Text(max=40, required=True)
    product_code = fields.Text(max=60, required=True)
    product_name = fields.Text(max=SHORT, required=True)
    formula = fields.Text(max=20, required=True)
    formula_label = fields.Text(max=SHORT, required=True)
    with_option = fields.Boolean(required=True)
    monthly = fields.Amount(required=True)
    annual = fields.Amount(required=True)
    effective_date = fields.Day(required=True)
    created_at = fields.Instant(required=True)
    issued_at = fields.Instant(required=True, allow_none=True)
    expires_on = fields.Day(required=True, allow_none=True)
    document_id = fields.Id(required=True, allow_none=True)


class PieceOut(Schema):
    """A supporting document asked for or received; `paper_received_on` when it came by post."""

    code = fields.Text(max=60, required=True)
    label = fields.Text(max=200, required=True)
    kind = fields.Text(max=60, required=True)
    mandatory = fields.Boolean(required=True)
    status = fields.Choice(PieceStatus, required=True)
    status_label = fields.Text(max=40, required=True)
    document_id = fields.Id(required=True, allow_none=True)
    requested_at = fields.Instant(required=True)
    received_at = fields.Instant(required=True, allow_none=True)
    paper_received_on = fields.Day(required=True, allow_none=True)
    decided_at = fields.Instant(required=True, allow_none=True)
    reason = fields.Text(max=500, required=True, allow_none=True)


class PastVerdictOut(Schema):
    """A verdict that was corrected, and why."""

    outcome = fields.Choice(PieceOutcome, required=True)
    reason = fields.Text(max=500, required=True, allow_none=True)
    signed_on = fields.Day(required=True, allow_none=True)
    decided_by = fields.Id(required=True)
    decided_at = fields.Instant(required=True)
    overturned_because = fields.Text(max=500, required=True, allow_none=True)


class JudgedPieceOut(PieceOut):
    """The same for managers: with the date that they read on it, and the verdicts before the one that stands."""

    signed_on = fields.Day(required=True, allow_none=True)
    history = fields.List(fields.Nested(PastVerdictOut()), required=True)


class FileState(Schema):
    """How far a membership file has come; `signature_label` is « Signé » or « En cours »."""

    id = fields.Id(required=True)
    status = fields.Choice(FileStatus, required=True)
    status_label = fields.Text(max=40, required=True)
    signature_label = fields.Text(max=20, required=True)
    contract_id = fields.Id(required=True, allow_none=True)
    contract_number = fields.Text(max=20, required=True, allow_none=True)
