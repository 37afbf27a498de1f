"""What comes in and what goes out. Rates are percentages as printed (« 70.00 »), amounts euros."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import validates_schema

from claims.domain.claim import MOST_DOCUMENTS, ClaimState, Outcome
from plumbing.http import CursorArguments, fields, refusal
from plumbing.http.schema import Schema

LONGEST_MESSAGE = 2000
MOST_LINES = 50


class ClaimIn(Schema):
    """A claim to start."""

    contract_id = fields.Id(required=True)
    beneficiary_id = fields.Id(required=True)
    care_date = fields.Day(required=True)
    description = fields.Text(required=True, max=500, lines=True)


class SubmissionIn(Schema):
    """The documents of a claim, and « Mon message (facultatif) »."""

    document_ids = fields.List(fields.Id(), required=True, min=1, max=MOST_DOCUMENTS)
    message = fields.Text(max=LONGEST_MESSAGE, lines=True, allow_none=True, load_default=None)


class LineIn(Schema):
    """An act as the scheme's statement shows it; without base or rate the tables' own are taken."""

    act = fields.Text(required=True, max=40, pattern="[a-z0-9_]+")
    care_date = fields.Day(required=True)
    expense = fields.Amount(required=True, minimum="0.01")
    base = fields.Amount(allow_none=True, load_default=None)
    scheme_rate = fields.Rate(allow_none=True, load_default=None, places=2)
    optam = fields.Boolean(allow_none=True, load_default=None)
    other_insurers = fields.Amount(load_default=Decimal("0.00"))

    @validates_schema
    def rate_is_a_percentage(self, line: dict[str, Any], **_: Any) -> None:
        rate = line.get("scheme_rate")
        if rate is not None and 0 < rate < 1:
            raise refusal("Indiquez le taux en pourcentage (70 pour 70\u00a0%).", "percentage", "scheme_rate")


class DecisionIn(Schema):
    """A manager's decision: acts when accepted, a reason when refused."""

    outcome = fields.Choice(Outcome, required=True)
    reason = fields.Text(max=1000, lines=True, allow_none=True, load_default=None)
    lines = fields.List(fields.Nested(LineIn()), load_default=list, max=MOST_LINES)

    @validates_schema
    def outcome_and_content_agree(self, decision: dict[str, Any], **_: Any) -> None:
        if decision.get("outcome") is Outcome.REFUSED and decision.get("lines"):
            raise refusal("Un refus ne comporte pas d’acte à rembourser.", "unexpected", "lines")
        if decision.get("outcome") is Outcome.ACCEPTED and decision.get("reason"):
            raise refusal("Une acceptation ne comporte pas de motif.", "unexpected", "reason")


class ClaimsQuery(CursorArguments):
    """Filters of a list: person, period of care (both days inside), state."""

    status = fields.Choice(ClaimState, load_default=None)
    beneficiary_id = fields.Id(load_default=None)
    care_from = fields.Day(load_default=None)
    care_until = fields.Day(load_default=None)


class SettlementsQuery(CursorArguments):
    """Filters of the partners' settlements."""

    contract_id = fields.Id(load_default=None)
    claim_id = fields.Id(load_default=None)
    partner = fields.Text(max=40, load_default=None)


class SettlementOut(Schema):
    """What a partner says he paid; without a claim it is for the contract as a whole."""

    id = fields.Id(required=True)
    partner = fields.Text(required=True, max=40)
    reference = fields.Text(required=True, max=80)
    contract_id = fields.Id(required=True)
    claim_id = fields.Id(required=True, allow_none=True)
    amount = fields.Amount(required=True)
    settled_on = fields.Day(required=True)
    received_at = fields.Instant(required=True)


class Person(Schema):
    """Who was treated."""

    beneficiary_id = fields.Id(required=True)
    name = fields.Text(required=True, max=520)


class ClaimSummary(Schema):
    """A line of the list: « Référence », « Date de réception », « Date de règlement », « Montant règlement » …"""

    id = fields.Id(required=True)
    reference = fields.Text(required=True, allow_none=True)
    state = fields.Choice(ClaimState, required=True)
    state_label = fields.Text(required=True)
    contract_id = fields.Id(required=True)
    contract_number = fields.Text(required=True)
    beneficiary = fields.Nested(Person(), required=True)
    care_date = fields.Day(required=True)
    created_at = fields.Instant(required=True)
    received_on = fields.Day(required=True, allow_none=True)
    decided_on = fields.Day(required=True, allow_none=True)
    paid_on = fields.Day(required=True, allow_none=True)
    amount = fields.Amount(required=True, allow_none=True)
    recipient = fields.Text(required=True, allow_none=True)


class Part(Schema):
    """« Base, Taux, Montant » of the compulsory scheme or of the mutuelle."""

    base = fields.Amount(required=True)
    rate = fields.Text(required=True)
    amount = fields.Amount(required=True)


class LineRefusal(Schema):
    """Why an act is not reimbursed."""

    code = fields.Text(required=True)
    detail = fields.Text(required=True)


class LineOut(Schema):
    """A printed line of the statement."""

    act = fields.Text(required=True)
    label = fields.Text(required=True)
    care_date = fields.Day(required=True)
    care_path = fields.Text(required=True, min=0)
    quantity = fields.Amount(required=True)
    expense = fields.Amount(required=True)
    scheme = fields.Nested(Part(), required=True)
    mutual = fields.Nested(Part(), required=True)
    other_insurers = fields.Amount(required=True)
    out_of_pocket = fields.Amount(required=True)
    refusal = fields.Nested(LineRefusal(), required=True, allow_none=True)


class TotalsOut(Schema):
    """The foot of the statement; `scheme` is what the scheme really paid."""

    expense = fields.Amount(required=True)
    scheme = fields.Amount(required=True)
    mutual = fields.Amount(required=True)
    other_insurers = fields.Amount(required=True)
    out_of_pocket = fields.Amount(required=True)


class PaymentOut(Schema):
    """« Paiement : le … Règlement à l'assuré », account number shortened."""

    benefit_id = fields.Id(required=True)
    order_reference = fields.Text(required=True)
    amount = fields.Amount(required=True)
    label = fields.Text(required=True)
    iban = fields.Text(required=True)
    ordered_at = fields.Instant(required=True)
    paid_on = fields.Day(required=True, allow_none=True)


class ClaimOut(ClaimSummary):
    """A claim with its statement."""

    product_name = fields.Text(required=True)
    formula = fields.Text(required=True)
    description = fields.Text(required=True, max=500, lines=True)
    message = fields.Text(required=True, allow_none=True, max=LONGEST_MESSAGE, lines=True)
    document_ids = fields.List(fields.Id(), required=True, max=MOST_DOCUMENTS)
    refusal_reason = fields.Text(required=True, allow_none=True, max=1000, lines=True)
    lines = fields.List(fields.Nested(LineOut()), required=True, max=2 * MOST_LINES)
    totals = fields.Nested(TotalsOut(), required=True, allow_none=True)
    payment = fields.Nested(PaymentOut(), required=True, allow_none=True)


class CoveredPersonOut(Schema):
    """A person whose care can be claimed."""

    beneficiary_id = fields.Id(required=True)
    role = fields.Text(required=True)
    first_name = fields.Text(required=True)
    last_name = fields.Text(required=True)


class ContractOut(Schema):
    """A contract that can be claimed on."""

    contract_id = fields.Id(required=True)
    number = fields.Text(required=True)
    product_name = fields.Text(required=True)
    formula = fields.Text(required=True)
    valid_from = fields.Day(required=True)
    valid_until = fields.Day(required=True, allow_none=True)
    benefit_account = fields.Text(required=True, allow_none=True)
    beneficiaries = fields.List(fields.Nested(CoveredPersonOut()), required=True)


class ClientsClaim(Schema):
    """« N° », « Produit », « Contrat », « Cause », « État », « Date »: no more of it than a broker may know."""

    id = fields.Id(required=True)
    reference = fields.Text(required=True, allow_none=True)
    product_name = fields.Text(required=True, allow_none=True)
    contract_number = fields.Text(required=True)
    cause = fields.Text(required=True)
    state = fields.Choice(ClaimState, required=True)
    state_label = fields.Text(required=True)
    received_on = fields.Day(required=True, allow_none=True)


class ActOut(Schema):
    """An act a manager can enter, with today's base where the tables have one."""

    act = fields.Text(required=True)
    label = fields.Text(required=True)
    asks_optam = fields.Boolean(required=True)
    base = fields.Amount(required=True, allow_none=True)
