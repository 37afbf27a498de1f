"""From the manager's entries to the printed lines of a statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.domain.claim import CareInFuture, StatementLine
from claims.domain.contract import Beneficiary, Contract
from claims.domain.parameters import Act, Guarantee, Parameters
from claims.domain.reimbursement import (
    ZERO,
    Caps,
    Care,
    ChargeRule,
    Share,
    Used,
    charge_kept,
    counted_from,
    is_minor,
    reimburse,
)

HUNDRED = Decimal(100)

IN_PATH = "PARCOURS COORDONNE"
IN_PATH_BY_GP = "PARCOURS COORDONNE - MEDECIN TRAITANT"
OUT_OF_PATH = "HORS PARCOURS DE SOINS"
NO_PATH = ""

CHARGE_LABELS = {
    "flat_contribution": "Contribution Forfaitaire Assuré",
    "franchise_medicine": "Franchise médicale (boîte de médicament)",
    "franchise_act": "Franchise médicale (acte paramédical)",
    "franchise_trip": "Franchise médicale (transport)",
}


class UnknownFormula(Exception):
    """The tables of guarantees do not hold this product and level: nothing can be computed."""

    def __init__(self, product: str, level: str) -> None:
        super().__init__(f"{product} {level}")
        self.product = product
        self.level = level


@dataclass(frozen=True, slots=True)
class Entry:
    """What a manager copies from an invoice and from the scheme's statement. Rate as a percentage.

    Without `base` or `scheme_rate` the tables' own figures of the day are taken.
    """

    act: str
    care_date: date
    expense: Decimal
    base: Decimal | None
    scheme_rate: Decimal | None
    optam: bool | None
    other_insurers: Decimal


@dataclass(frozen=True, slots=True)
class Consumed:
    """What earlier lines of the same person already used up, in euros.

    Each sums between two days, both included: flat charges kept by their code; allowances used and acts paid for by
    their category.
    """

    charge: Callable[[str, date, date], Decimal]
    forfait: Callable[[str, date, date], Decimal]
    times: Callable[[str, date, date], int]


def compute_lines(
    *,
    entries: Sequence[Entry],
    contract: Contract,
    beneficiary: Beneficiary,
    parameters: Parameters,
    consumed: Consumed,
    today: date,
) -> list[StatementLine]:
    """Return the statement's lines, a flat charge after the act that bears it.

    Later entries see what earlier ones used up. Raises `ParameterMissing`, `UnknownAct`, `UnknownFormula`,
    `CareInFuture` and the errors of `reimburse`.
    """
    level, product = contract.formula_level or "", contract.product_code or ""
    if not parameters.knows_formula(product=product, level=level):
        raise UnknownFormula(product, level)
    lines: list[StatementLine] = []
    for entry in entries:
        if entry.care_date > today:
            raise CareInFuture(entry.care_date)
        act = parameters.act(entry.act)
        care = _care(entry, act, contract, parameters)
        guarantee = parameters.guarantee(product=product, level=level, category=act.category, day=care.care_date)
        share = reimburse(
            care,
            guarantee=guarantee,
            caps=_caps(act, care.care_date, parameters),
            used=_used(care, guarantee, consumed, lines),
            covered=contract.covers(care.care_date),
        )
        lines.append(_act_line(care, share, beneficiary, len(lines)))
        kept = _charge(care, share, beneficiary=beneficiary, parameters=parameters, consumed=consumed, lines=lines)
        if kept:
            lines.append(_charge_line(care, kept, beneficiary, len(lines)))
    return lines


def _care(entry: Entry, act: Act, contract: Contract, parameters: Parameters) -> Care:
    day, regime = entry.care_date, contract.regime or ""
    path_rate = parameters.scheme_rates.at(day, act.code, regime)
    convention = "non_optam" if act.practitioner and entry.optam is False else "optam"
    return Care(
        act=act,
        care_date=day,
        expense=entry.expense,
        base=parameters.bases.at(day, act.code, convention) if entry.base is None else entry.base,
        applied_rate=path_rate if entry.scheme_rate is None else entry.scheme_rate / HUNDRED,
        path_rate=path_rate,
        optam=entry.optam,
        other_insurers=entry.other_insurers,
    )


def _used(care: Care, guarantee: Guarantee | None, consumed: Consumed, lines: Sequence[StatementLine]) -> Used:
    if guarantee is None:
        return Used()
    category, day = care.act.category, care.care_date
    january, december = date(day.year, 1, 1), date(day.year, 12, 31)
    since = counted_from(guarantee, day)
    until = december if guarantee.years == 1 else day
    here = [line for line in lines if line.category == category]
    forfait = sum((line.forfait for line in here if january <= line.care_date <= december), ZERO)
    times = sum(1 for line in here if since <= line.care_date <= until and line.mutual_amount)
    return Used(
        forfait=forfait + consumed.forfait(category, january, december),
        times=times + (consumed.times(category, since, until) if guarantee.times is not None else 0),
    )


def _caps(act: Act, day: date, parameters: Parameters) -> Caps:
    limits = parameters.limits
    return Caps(
        non_optam_overrun=limits.at(day, "non_optam_overrun", ""),
        non_optam_gap=limits.at(day, "non_optam_gap", ""),
        monthly_ceiling=parameters.monthly_ceiling.at(day),
        price=limits.at(day, "price", act.code) if act.basket else None,
        total=limits.find(day, "total", act.code),
    )


def _charge(
    care: Care,
    share: Share,
    *,
    beneficiary: Beneficiary,
    parameters: Parameters,
    consumed: Consumed,
    lines: Sequence[StatementLine],
) -> Decimal:
    code, day = care.act.charge, care.care_date
    if code is None:
        return ZERO
    table = parameters.charges
    rule = ChargeRule(
        amount=table.at(day, code, "amount"),
        per_day=table.find(day, code, "per_day"),
        per_year=table.at(day, code, "per_year"),
    )

    def borne(start: date, end: date) -> Decimal:
        here = (x.out_of_pocket for x in lines if x.charge == code and start <= x.care_date <= end)
        return consumed.charge(code, start, end) + sum(here, ZERO)

    return charge_kept(
        rule,
        scheme=share.scheme,
        borne_day=borne(day, day),
        borne_year=borne(date(day.year, 1, 1), date(day.year, 12, 31)),
        minor=is_minor(beneficiary.birth_date, day),
    )


def _act_line(care: Care, share: Share, beneficiary: Beneficiary, position: int) -> StatementLine:
    return StatementLine(
        position=position,
        act=care.act.code,
        label=care.act.label,
        category=care.act.category,
        charge=None,
        care_date=care.care_date,
        care_path=_care_path(care),
        expense=care.expense,
        scheme_base=care.base,
        scheme_rate=care.applied_rate * HUNDRED,
        scheme_amount=share.scheme,
        mutual_rate=share.rate * HUNDRED,
        mutual_amount=share.mutual,
        other_insurers=share.other_insurers,
        out_of_pocket=share.out_of_pocket,
        forfait=share.forfait,
        refusal=share.refusal,
        beneficiary_id=beneficiary.id,
    )


def _charge_line(care: Care, kept: Decimal, beneficiary: Beneficiary, position: int) -> StatementLine:
    code = care.act.charge or ""
    return StatementLine(
        position=position,
        act=code,
        label=CHARGE_LABELS[code],
        category="charge",
        charge=code,
        care_date=care.care_date,
        care_path=_care_path(care),
        expense=ZERO,
        scheme_base=kept,
        scheme_rate=HUNDRED,
        scheme_amount=ZERO,
        mutual_rate=ZERO,
        mutual_amount=ZERO,
        other_insurers=ZERO,
        out_of_pocket=kept,
        forfait=ZERO,
        refusal=None,
        beneficiary_id=beneficiary.id,
    )


def _care_path(care: Care) -> str:
    if not care.act.practitioner or not care.applied_rate:
        return NO_PATH
    if care.applied_rate < care.path_rate:
        return OUT_OF_PATH
    return IN_PATH_BY_GP if care.act.code == "generalist" else IN_PATH


@dataclass(frozen=True, slots=True)
class Totals:
    """The foot of a statement. `scheme` is what the scheme really paid, flat charges kept."""

    expense: Decimal
    scheme: Decimal
    mutual: Decimal
    other_insurers: Decimal
    out_of_pocket: Decimal


def total_of(lines: Sequence[StatementLine]) -> Totals:
    """Add the lines up; expense = scheme + mutual + other insurers + out of pocket always holds."""

    def column(name: str) -> Decimal:
        return sum((getattr(line, name) for line in lines), ZERO)

    kept = sum((line.out_of_pocket for line in lines if line.charge), ZERO)
    return Totals(
        expense=column("expense"),
        scheme=column("scheme_amount") - kept,
        mutual=column("mutual_amount"),
        other_insurers=column("other_insurers"),
        out_of_pocket=column("out_of_pocket"),
    )
