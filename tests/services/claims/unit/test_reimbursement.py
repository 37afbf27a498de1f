"""The worked cases of the reimbursement rule, and both sides of each of its limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from claims.adapters.parameters import load_parameters
from claims.domain.contract import Beneficiary, Contract
from claims.domain.parameters import Guarantee, GuaranteeKind, ParameterMissing, UnknownAct
from claims.domain.reimbursement import (
    BasketPriceExceeded,
    Caps,
    Care,
    OptamUnknown,
    OtherInsurersAboveExpense,
    Used,
    is_minor,
    reimburse,
)
from claims.domain.statement import Consumed, Entry, UnknownFormula, compute_lines, total_of
from plumbing.money import round_cents

PARAMETERS = load_parameters()
TODAY = date(2026, 11, 21)
CARE = date(2026, 3, 10)
ZERO = Decimal("0.00")


def contract(level: str = "100", regime: str = "general", **changes: object) -> Contract:
    facts = {"valid_from": date(2015, 4, 1), "product_code": "horizon-tns", **changes}
    return Contract(id="c", formula_level=level, regime=regime, **facts)  # type: ignore[arg-type]


def person(born: date = date(1985, 5, 12)) -> Beneficiary:
    return Beneficiary(id="b", contract_id="c", role="main", first_name="Anne", last_name="Roche", birth_date=born)


def entry(act: str = "generalist", expense: str = "30.00", **changes: object) -> Entry:
    facts: dict[str, object] = {
        "care_date": CARE,
        "base": None,
        "scheme_rate": None,
        "optam": None,
        "other_insurers": ZERO,
    }
    return Entry(act=act, expense=Decimal(expense), **{**facts, **changes})  # type: ignore[arg-type]


@dataclass
class History:
    charges: Decimal = ZERO
    forfaits: Decimal = ZERO
    times: int = 0
    asked_from: date | None = None

    def consumed(self) -> Consumed:
        def count(category: str, start: date, end: date) -> int:
            self.asked_from = start
            return self.times

        return Consumed(charge=lambda *_: self.charges, forfait=lambda *_: self.forfaits, times=count)


def lines_of(
    *entries: Entry, on: Contract | None = None, who: Beneficiary | None = None, history: History | None = None
):
    return compute_lines(
        entries=entries,
        contract=on or contract(),
        beneficiary=who or person(),
        parameters=PARAMETERS,
        consumed=(history or History()).consumed(),
        today=TODAY,
    )


@pytest.mark.parametrize(
    ("case", "level", "regime", "paid"),
    [
        (entry(), "100", "general", ("19.00", "9.00", "2.00")),
        (
            entry("specialist", "60.00", optam=True),
            "150",
            "general",
            ("20.05", "25.20", "14.75"),
        ),
        (
            entry("specialist", "80.00", optam=False),
            "300",
            "general",
            ("14.10", "29.90", "36.00"),
        ),
        (
            entry("specialist", "50.00", optam=False),
            "150",
            "general",
            ("14.10", "13.80", "22.10"),
        ),
        (entry(scheme_rate=Decimal(30)), "100", "general", ("7.00", "9.00", "14.00")),
        (entry("generalist", "45.00", optam=True), "150", "alsace_moselle", ("25.00", "18.00", "2.00")),
    ],
    ids=["gp", "optam", "legal-cap-200", "cap-20-points", "out-of-path", "alsace-moselle"],
)
def test_worked_cases(case: Entry, level: str, regime: str, paid: tuple[str, str, str]) -> None:
    totals = total_of(lines_of(case, on=contract(level, regime)))

    assert (totals.scheme, totals.mutual, totals.out_of_pocket) == tuple(map(Decimal, paid))


def test_the_guides_statement_of_2015_is_reproduced() -> None:
    act, charge = lines_of(entry("generalist", "23.00", care_date=date(2015, 9, 8)))

    assert (act.scheme_base, act.scheme_rate, act.scheme_amount) == (
        Decimal("23.00"),
        Decimal("70.00"),
        Decimal("16.10"),
    )
    assert (act.mutual_rate, act.mutual_amount, act.out_of_pocket) == (Decimal("30.00"), Decimal("6.90"), ZERO)
    assert charge.label == "Contribution Forfaitaire Assuré"
    assert (charge.scheme_base, charge.scheme_rate, charge.scheme_amount) == (Decimal("1.00"), Decimal(100), ZERO)
    assert (charge.mutual_amount, charge.out_of_pocket) == (ZERO, Decimal("1.00"))


@pytest.mark.parametrize("level", ["100", "150", "200", "300", "375", "450"])
def test_each_level_is_a_share_of_the_base(level: str) -> None:
    act, _ = lines_of(entry("specialist", "500.00", base=Decimal("31.50"), optam=True), on=contract(level))

    assert act.mutual_amount == round_cents(Decimal("31.50") * Decimal(level) / 100) - Decimal("22.05")


@pytest.mark.parametrize(
    ("level", "capped"), [("100", "1.00"), ("150", "1.30"), ("200", "1.80"), ("300", "2.00"), ("450", "2.00")]
)
def test_outside_optam_the_legal_cap_holds(level: str, capped: str) -> None:
    act, _ = lines_of(entry("specialist", "500.00", optam=False), on=contract(level))

    assert act.mutual_amount == Decimal("23.00") * Decimal(capped) - Decimal("16.10")


def test_the_base_changes_on_its_day() -> None:
    before, *_ = lines_of(entry("generalist", "26.50", care_date=date(2024, 12, 21)))
    after, *_ = lines_of(entry("generalist", "30.00", care_date=date(2024, 12, 22)))

    assert (before.scheme_base, after.scheme_base) == (Decimal("26.50"), Decimal("30.00"))


def test_the_flat_contribution_changes_on_its_day() -> None:
    _, before = lines_of(entry("generalist", "26.50", care_date=date(2024, 5, 14)))
    _, after = lines_of(entry("generalist", "26.50", care_date=date(2024, 5, 15)))

    assert (before.out_of_pocket, after.out_of_pocket) == (Decimal("1.00"), Decimal("2.00"))


def test_the_yearly_ceiling_of_the_flat_contribution() -> None:
    _, last = lines_of(entry(), history=History(charges=Decimal("48.00")))
    _, part = lines_of(entry(), history=History(charges=Decimal("49.00")))
    only_the_act = lines_of(entry(), history=History(charges=Decimal("50.00")))

    assert (last.out_of_pocket, part.out_of_pocket, len(only_the_act)) == (Decimal("2.00"), Decimal("1.00"), 1)


def test_acts_of_one_decision_share_the_daily_ceiling() -> None:
    visits = [entry("nursing", "10.00", base=Decimal("10.00")) for _ in range(6)]

    kept = [line.out_of_pocket for line in lines_of(*visits) if line.charge]

    assert kept == [Decimal("1.00")] * 4


@pytest.mark.parametrize(
    ("born", "minor"),
    [(date(2008, 1, 1), False), (date(2008, 1, 2), True), (date(2007, 12, 31), False), (date(2009, 1, 1), True)],
)
def test_minority_is_judged_on_the_first_of_january(born: date, minor: bool) -> None:
    assert is_minor(born, CARE) is minor
    assert len(lines_of(entry(), who=person(born))) == (1 if minor else 2)


@pytest.mark.parametrize(
    ("care_date", "refusal"),
    [
        (date(2026, 1, 31), "outside_cover"),
        (date(2026, 2, 1), None),
        (date(2026, 6, 30), None),
        (date(2026, 7, 1), "outside_cover"),
    ],
)
def test_care_outside_the_covers_dates_is_refused(care_date: date, refusal: str | None) -> None:
    cover = contract(valid_from=date(2026, 2, 1), valid_until=date(2026, 6, 30))

    act, *_ = lines_of(entry(care_date=care_date), on=cover)

    assert act.refusal == refusal
    assert act.mutual_amount == (ZERO if refusal else Decimal("9.00"))


def test_an_act_the_scheme_does_not_take_is_refused_unless_guaranteed() -> None:
    refused, *_ = lines_of(entry("osteopathy", "60.00"), on=contract("100"))
    guaranteed, *_ = lines_of(entry("osteopathy", "60.00"), on=contract("150"))
    unpaid_visit, *_ = lines_of(entry(scheme_rate=ZERO))

    assert (refused.refusal, refused.mutual_amount) == ("not_taken_by_scheme", ZERO)
    assert (guaranteed.refusal, guaranteed.mutual_amount) == (None, Decimal("15.00"))
    assert (unpaid_visit.refusal, unpaid_visit.mutual_amount) == ("not_taken_by_scheme", ZERO)


def test_a_yearly_allowance_is_used_up() -> None:
    level = contract("200")
    first, second, third = lines_of(*(entry("implant", "120.00") for _ in range(3)), on=level)
    later, *_ = lines_of(entry("implant", "120.00"), on=level, history=History(forfaits=Decimal("199.99")))

    assert (first.mutual_amount, second.mutual_amount) == (Decimal("120.00"), Decimal("80.00"))
    assert third.mutual_amount == ZERO
    assert third.refusal == "ceiling_reached"
    assert later.mutual_amount == Decimal("0.01")


def test_so_many_sessions_a_year_are_paid() -> None:
    sessions = lines_of(*(entry("osteopathy", "60.00") for _ in range(5)), on=contract("200"))
    fourth, fifth = (
        lines_of(entry("chiropractic", "60.00"), on=contract("200"), history=History(times=before))[0]
        for before in (3, 4)
    )

    assert [line.mutual_amount for line in sessions] == [Decimal("25.00")] * 4 + [ZERO]
    assert sessions[4].refusal == "ceiling_reached"
    assert (fourth.mutual_amount, fifth.mutual_amount) == (Decimal("25.00"), ZERO)


@pytest.mark.parametrize(
    ("act", "since"), [("glasses_simple", date(2024, 3, 11)), ("hearing_aid_class_2", date(2022, 3, 11))]
)
def test_equipment_is_counted_back_over_years(act: str, since: date) -> None:
    history = History(times=1)

    line, *_ = lines_of(entry(act, "900.00", base=Decimal("400.00")), on=contract("200"), history=history)

    assert history.asked_from == since
    assert line.refusal == ("ceiling_reached" if act == "glasses_simple" else None)


def test_a_basket_leaves_nothing_to_pay_up_to_its_legal_price() -> None:
    frame, *_ = lines_of(entry("frame_class_a", "30.00", base=Decimal("9.00")))

    assert (frame.scheme_amount, frame.mutual_amount, frame.out_of_pocket) == (Decimal("5.40"), Decimal("24.60"), ZERO)
    with pytest.raises(BasketPriceExceeded):
        lines_of(entry("frame_class_a", "30.01", base=Decimal("9.00")))


def test_optics_stay_under_the_legal_ceiling_with_the_schemes_share() -> None:
    glasses, *_ = lines_of(entry("glasses_simple", "900.00", base=Decimal("300.00")), on=contract("450"))

    assert glasses.scheme_amount + glasses.mutual_amount == Decimal("420.00")


def test_other_insurers_lower_what_is_left_and_never_below_zero() -> None:
    act, _ = lines_of(entry(other_insurers=Decimal("4.00")))
    none_left, _ = lines_of(entry(other_insurers=Decimal("9.00")))

    assert (act.mutual_amount, act.other_insurers, act.out_of_pocket) == (Decimal("5.00"), Decimal("4.00"), ZERO)
    assert (none_left.mutual_amount, none_left.out_of_pocket) == (ZERO, ZERO)
    with pytest.raises(OtherInsurersAboveExpense):
        lines_of(entry(other_insurers=Decimal("9.01")))


def test_the_scheme_never_pays_more_than_was_spent() -> None:
    act, _ = lines_of(entry("generalist", "20.00"))

    assert (act.scheme_amount, act.mutual_amount, act.out_of_pocket) == (Decimal("14.00"), Decimal("6.00"), ZERO)


def test_a_long_illness_at_one_hundred_per_cent_leaves_the_overrun_only() -> None:
    act, _ = lines_of(entry("specialist", "60.00", scheme_rate=Decimal(100), optam=True), on=contract("150"))

    assert (act.scheme_amount, act.mutual_amount) == (Decimal("31.50"), Decimal("15.75"))


def test_fees_above_the_base_need_the_answer_about_optam() -> None:
    with pytest.raises(OptamUnknown):
        lines_of(entry("specialist", "31.51"), on=contract("300"))

    assert lines_of(entry("specialist", "31.50"), on=contract("300"))[0].mutual_amount == Decimal("9.45")


def test_the_statement_always_balances() -> None:
    lines = lines_of(
        entry("specialist", "80.00", optam=False),
        entry("generalist", "30.00", scheme_rate=Decimal(30)),
        entry("hospital_daily_charge", "23.00"),
        entry("private_room", "90.00"),
        entry("medicine_65", "12.37", base=Decimal("12.37"), other_insurers=Decimal("1.10")),
        on=contract("200"),
    )

    totals = total_of(lines)

    assert totals.expense == totals.scheme + totals.mutual + totals.other_insurers + totals.out_of_pocket
    assert sum(line.mutual_amount for line in lines) == totals.mutual


def test_a_guarantee_in_shares_of_the_ceiling_follows_its_year() -> None:
    room = PARAMETERS.act("private_room")
    guarantee = Guarantee(GuaranteeKind.CEILING_SHARE, Decimal("0.02"), includes_scheme=False, without_scheme=True)

    def paid(day: date) -> Decimal:
        care = Care(room, day, Decimal("200.00"), ZERO, ZERO, ZERO, None, ZERO)
        caps = Caps(Decimal("1.00"), Decimal("0.20"), PARAMETERS.monthly_ceiling.at(day))
        return reimburse(care, guarantee=guarantee, caps=caps, used=Used(), covered=True).mutual

    assert (paid(date(2025, 12, 31)), paid(date(2026, 1, 1))) == (Decimal("78.50"), Decimal("80.10"))


def test_what_the_tables_do_not_know_is_an_error() -> None:
    with pytest.raises(UnknownAct):
        lines_of(entry("acupuncture"))
    with pytest.raises(UnknownFormula):
        lines_of(entry(), on=contract("125"))
    with pytest.raises(ParameterMissing):
        lines_of(entry(), on=contract(regime="unknown"))
    with pytest.raises(ParameterMissing):
        lines_of(entry("nursing", "10.00"))
