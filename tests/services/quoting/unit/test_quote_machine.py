"""A quote against a model of its states: any story, in any order, with the days going by.

The model is the table of the README written a second time, as what each act needs and leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from quoting.domain.quote import (
    ALLOWED,
    SHOWN,
    IllegalQuoteMove,
    IssuedPaper,
    Quote,
    QuoteLapsed,
    QuoteNotOpen,
    QuoteNotRevisable,
    QuoteReplaced,
    QuoteStatus,
)
from tests.services.quoting.domain_factories import a_quote

S = QuoteStatus
START = date(2026, 11, 23)
REFUSALS = (IllegalQuoteMove, QuoteLapsed, QuoteNotOpen, QuoteNotRevisable, QuoteReplaced)
ENDS = {S.DECLINED, S.REFUSED, S.REPLACED}
OPEN = {S.INCOMPLETE, S.PROPOSED, S.VALIDATED, S.ACCEPTED, S.AWAITING_VALIDATION, S.AWAITING_PIECES}
SAYS = ("number", "version", "monthly", "price", "client", "profile", "needs", "advice", "formula", "effective_date")


class QuoteLife(RuleBasedStateMachine):
    """One quote with its versions; the last one is what people act on."""

    def __init__(self) -> None:
        super().__init__()
        self.today = START
        self.versions = [a_quote()]
        self.model: S = S.PROPOSED
        self.ends: date | None = None
        self.said: dict[int, dict[str, Any]] = {}

    @property
    def quote(self) -> Quote:
        return self.versions[-1]

    def attempt(self, act: Callable[[], None], *, allowed: bool, leaves: S) -> bool:
        """Act on the quote: it works exactly when the model says so, and else changes nothing."""
        try:
            act()
        except REFUSALS:
            assert not allowed, f"{self.model} should allow {leaves}"
            return False
        assert allowed, f"{self.model} should refuse {leaves}"
        self.model = leaves
        return True

    @rule()
    def issue(self) -> None:
        def act() -> None:
            now = datetime.combine(self.today, datetime.min.time(), UTC)
            self.quote.issue(IssuedPaper("document", "sha"), documents=(), link_hash="hash", today=self.today, now=now)

        if self.attempt(act, allowed=self.model is S.PROPOSED, leaves=S.VALIDATED):
            self.ends = self.today + timedelta(days=30)
            self.said[self.quote.version] = {name: getattr(self.quote, name) for name in SAYS}

    @rule()
    def client_submits(self) -> None:
        in_time = self.ends is not None and self.today <= self.ends
        allowed = self.model is S.VALIDATED and in_time
        self.attempt(lambda: self.quote.accept(self.today), allowed=allowed, leaves=S.ACCEPTED)

    @rule()
    def papers_are_ready(self) -> None:
        allowed = self.model is S.ACCEPTED
        self.attempt(self.quote.await_validation, allowed=allowed, leaves=S.AWAITING_VALIDATION)

    @rule()
    def client_signs(self) -> None:
        allowed = self.model in {S.AWAITING_VALIDATION, S.AWAITING_PIECES}
        self.attempt(self.quote.subscribe, allowed=allowed, leaves=S.SUBSCRIBED)

    @rule()
    def a_paper_is_missing(self) -> None:
        allowed = self.model in {S.AWAITING_VALIDATION, S.SUBSCRIBED}
        self.attempt(self.quote.await_pieces, allowed=allowed, leaves=S.AWAITING_PIECES)

    @rule()
    def client_says_no(self) -> None:
        self.attempt(self.quote.decline, allowed=self.model in OPEN, leaves=S.DECLINED)

    @rule()
    def the_night_comes(self) -> None:
        overdue = self.ends is not None and self.today > self.ends
        allowed = self.model is S.VALIDATED and overdue
        self.attempt(lambda: self.quote.expire(self.today), allowed=allowed, leaves=S.EXPIRED)

    @rule(signature_ended=st.booleans())
    def broker_modifies(self, signature_ended: bool) -> None:
        anytime = self.model in {S.INCOMPLETE, S.PROPOSED, S.VALIDATED, S.EXPIRED, S.DECLINED}
        after = self.model in {S.ACCEPTED, S.AWAITING_VALIDATION, S.AWAITING_PIECES} and signature_ended
        leaves = S.DECLINED if self.model is S.DECLINED else S.REPLACED
        previous = self.quote
        if self.attempt(
            lambda: previous.give_way(signature_ended=signature_ended), allowed=anytime or after, leaves=leaves
        ):
            assert previous.status is leaves
            self.versions.append(a_quote(id=f"quote {previous.version + 1}", version=previous.version + 1))
            self.model, self.ends = S.PROPOSED, None

    @precondition(lambda self: len(self.versions) > 1)
    @rule(place=st.integers(0, 20))
    def somebody_tries_an_old_version(self, place: int) -> None:
        old = self.versions[place % (len(self.versions) - 1)]
        for act in (
            lambda: old.accept(self.today),
            old.subscribe,
            lambda: old.expire(self.today),
            old.await_validation,
        ):
            try:
                act()
            except REFUSALS:
                continue
            raise AssertionError(f"version {old.version}, {old.status}, came back to life")

    @rule(days=st.sampled_from([1, 29, 30, 31]))
    def days_go_by(self, days: int) -> None:
        self.today += timedelta(days=days)

    @invariant()
    def the_quote_is_where_the_model_says(self) -> None:
        assert self.quote.status is self.model
        assert bool(ALLOWED[self.model]) is (self.model not in ENDS)
        assert self.quote.status.shown in SHOWN

    @invariant()
    def at_most_one_version_is_alive(self) -> None:
        assert all(version.status in {S.REPLACED, S.DECLINED} for version in self.versions[:-1])

    @invariant()
    def what_was_issued_never_changes(self) -> None:
        for version in self.versions:
            if version.version in self.said:
                assert {name: getattr(version, name) for name in SAYS} == self.said[version.version]


TestQuoteLife = QuoteLife.TestCase
TestQuoteLife.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
