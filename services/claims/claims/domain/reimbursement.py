"""How much of one act the mutuelle pays (CSS L871-1, R871-1, R871-2; public tables of guarantees).

    theoretical = base × rate inside the care path          the out-of-path penalty is never made good
    scheme      = base × rate really applied                − the flat charge, kept on a line of its own
    mutual      = min(expense, cap) − theoretical           never below 0, never above what is left to pay

Amounts are euros with two places, rounded half up at each product; rates are fractions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from claims.domain.parameters import Act, Guarantee, GuaranteeKind
from plumbing.money import round_cents

ZERO = Decimal("0.00")
FULL = Decimal("1.00")


class Refusal(StrEnum):
    """Why the mutuelle pays nothing for an act."""

    OUTSIDE_COVER = "outside_cover"
    NOT_TAKEN_BY_SCHEME = "not_taken_by_scheme"
    NO_GUARANTEE = "no_guarantee"
    CEILING_REACHED = "ceiling_reached"


class BasketPriceExceeded(Exception):
    """A 100 % Santé article was billed above its legal price: it is no such article."""

    def __init__(self, act: str, expense: Decimal, limit: Decimal) -> None:
        super().__init__(f"{act}: {expense} above {limit}")
        self.act = act
        self.expense = expense
        self.limit = limit


class OptamUnknown(Exception):
    """The fees exceed the base and nobody said whether the practitioner signed OPTAM: the legal cap is undecided."""

    def __init__(self, act: str) -> None:
        super().__init__(act)
        self.act = act


class OtherInsurersAboveExpense(Exception):
    """The scheme and the other insurers together already paid more than was spent."""

    def __init__(self, act: str) -> None:
        super().__init__(act)
        self.act = act


@dataclass(frozen=True, slots=True)
class Care:
    """One act as the scheme's statement shows it."""

    act: Act
    care_date: date
    expense: Decimal
    base: Decimal
    applied_rate: Decimal
    path_rate: Decimal
    optam: bool | None
    other_insurers: Decimal


@dataclass(frozen=True, slots=True)
class Caps:
    """Legal caps in force on the day of care; `price` is the legal price of a basket, `total` a cap that includes
    the scheme's share (optics, hearing aids)."""

    non_optam_overrun: Decimal
    non_optam_gap: Decimal
    monthly_ceiling: Decimal
    price: Decimal | None = None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The outcome for one act. `rate` is the mutuelle's printed rate, `forfait` what the act took of a yearly
    allowance; the flat charge is not in it."""

    scheme: Decimal
    rate: Decimal
    mutual: Decimal
    other_insurers: Decimal
    out_of_pocket: Decimal
    forfait: Decimal
    refusal: Refusal | None


def responsible_share(guaranteed: Decimal, optam: bool | None, caps: Caps) -> Decimal:
    """Return the share of the base that a responsible contract may pay, scheme included.

    A practitioner outside OPTAM: overruns up to 100 % of the tariff and 20 points below the OPTAM guarantee
    (CSS R871-2). The co-payment itself stays covered, whatever the level.
    """
    if optam is not False or guaranteed <= FULL:
        return guaranteed
    overrun = min(caps.non_optam_overrun, guaranteed - FULL - caps.non_optam_gap)
    return FULL + max(overrun, ZERO)


@dataclass(frozen=True, slots=True)
class Used:
    """What the person already had of the same guarantee: euros this calendar year, acts in the guarantee's period."""

    forfait: Decimal = ZERO
    times: int = 0


def counted_from(guarantee: Guarantee, day: date) -> date:
    """Return the first day of the period in which acts count against the guarantee's number of times."""
    if guarantee.years == 1:
        return date(day.year, 1, 1)
    last_day_of_february = (day.month, day.day) == (2, 29)
    start = day.replace(year=day.year - guarantee.years, day=28 if last_day_of_february else day.day)
    return start + timedelta(days=1)


def reimburse(care: Care, *, guarantee: Guarantee | None, caps: Caps, used: Used, covered: bool) -> Share:
    """Return who pays what for `care`; `covered` says whether the contract was in force on the day of care.

    Raises `OptamUnknown`, `BasketPriceExceeded`, `OtherInsurersAboveExpense`.
    """
    base = min(care.base, care.expense)
    scheme = round_cents(base * care.applied_rate)
    theoretical = round_cents(base * max(care.path_rate, care.applied_rate)) if care.applied_rate else ZERO
    if scheme + care.other_insurers > care.expense:
        raise OtherInsurersAboveExpense(care.act.code)
    nothing = Share(
        scheme=scheme,
        rate=ZERO,
        mutual=ZERO,
        other_insurers=care.other_insurers,
        out_of_pocket=care.expense - scheme - care.other_insurers,
        forfait=ZERO,
        refusal=None,
    )
    refusal = _refusal(care, guarantee, covered, used)
    if refusal is not None:
        return replace(nothing, refusal=refusal)
    assert guarantee is not None
    left = max(care.expense - theoretical - care.other_insurers, ZERO)
    allowed, forfait_room = _allowed(care, guarantee, caps, theoretical, used.forfait)
    mutual = min(allowed, left)
    if mutual == ZERO and guarantee.kind is GuaranteeKind.FORFAIT and left > ZERO:
        return replace(nothing, refusal=Refusal.CEILING_REACHED)
    copayment = max(base - theoretical, ZERO)
    return replace(
        nothing,
        rate=_printed_rate(care, guarantee, caps),
        mutual=mutual,
        out_of_pocket=nothing.out_of_pocket - mutual,
        forfait=min(max(mutual - copayment, ZERO), forfait_room),
    )


def _refusal(care: Care, guarantee: Guarantee | None, covered: bool, used: Used) -> Refusal | None:
    if not covered:
        return Refusal.OUTSIDE_COVER
    if guarantee is None:
        return Refusal.NO_GUARANTEE if care.applied_rate else Refusal.NOT_TAKEN_BY_SCHEME
    if not care.applied_rate and not guarantee.without_scheme:
        return Refusal.NOT_TAKEN_BY_SCHEME
    if guarantee.times is not None and used.times >= guarantee.times:
        return Refusal.CEILING_REACHED
    return None


def _allowed(
    care: Care, guarantee: Guarantee, caps: Caps, theoretical: Decimal, forfait_used: Decimal
) -> tuple[Decimal, Decimal]:
    """Return the most the mutuelle may pay, and how much of the yearly allowance is in it."""
    base = min(care.base, care.expense)
    room, cap = ZERO, ZERO
    match guarantee.kind:
        case GuaranteeKind.BASE_SHARE:
            if care.act.practitioner and care.optam is None and care.expense > care.base:
                raise OptamUnknown(care.act.code)
            optam = care.optam if care.act.practitioner else None
            # The guarantee is a share of the tariff, even when less than the tariff was spent.
            cap = round_cents(responsible_share(guarantee.value, optam, caps) * care.base)
        case GuaranteeKind.AMOUNT:
            cap = guarantee.value
        case GuaranteeKind.FORFAIT:
            room = max(guarantee.value - forfait_used, ZERO)
            cap = max(base, theoretical) + room
        case GuaranteeKind.CEILING_SHARE:
            cap = round_cents(guarantee.value * caps.monthly_ceiling)
        case GuaranteeKind.ACTUAL_COST | GuaranteeKind.BASKET:
            if guarantee.kind is GuaranteeKind.BASKET and caps.price is not None and care.expense > caps.price:
                raise BasketPriceExceeded(care.act.code, care.expense, caps.price)
            cap = care.expense
    if not guarantee.includes_scheme and guarantee.kind is not GuaranteeKind.FORFAIT:
        cap += theoretical
    if caps.total is not None:
        cap = min(cap, caps.total)
    return max(min(care.expense, cap) - theoretical, ZERO), room


def _printed_rate(care: Care, guarantee: Guarantee, caps: Caps) -> Decimal:
    """The statement prints what the guarantee adds to the scheme's rate; euro guarantees print no rate."""
    if guarantee.kind is not GuaranteeKind.BASE_SHARE:
        return ZERO
    optam = care.optam if care.act.practitioner else None
    return max(responsible_share(guarantee.value, optam, caps) - max(care.path_rate, care.applied_rate), ZERO)


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """A flat amount that the scheme keeps (« participation forfaitaire », franchise) and its two ceilings."""

    amount: Decimal
    per_day: Decimal | None
    per_year: Decimal


def charge_kept(rule: ChargeRule, *, scheme: Decimal, borne_day: Decimal, borne_year: Decimal, minor: bool) -> Decimal:
    """Return what the scheme keeps for one act: nothing from a minor, nor above the ceilings or its own payment.

    CSS L160-13 II and III, R160-19, D160-6, D160-9 to D160-11. `minor` is judged on 1 January of the year of care.
    """
    if minor:
        return ZERO
    room = rule.per_year - borne_year
    if rule.per_day is not None:
        room = min(room, rule.per_day - borne_day)
    return max(min(rule.amount, room, scheme), ZERO)


def is_minor(born: date, care_date: date) -> bool:
    """Say whether the person was under 18 on 1 January of the year of care."""
    return care_date.year - born.year < 18 or (care_date.year - born.year == 18 and (born.month, born.day) > (1, 1))
