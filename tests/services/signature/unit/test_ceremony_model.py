"""A ceremony of two signers through any order of acts: clocks that jump both ways, acts that come twice or too late.

The model knows only what was sent to whom and when, what was read and how often somebody was wrong; the ceremony must
never do what the model does not allow.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from signature.domain import code as codes
from signature.domain.code import CodeElsewhere, CodeTooSoon, NoSendsLeft
from signature.domain.journal import Happening, verify
from signature.domain.refusal import Refusal
from signature.domain.relief import RELIEFS, NoReliefLeft, NotBlocked, Relief, ReliefKind
from signature.domain.sealing import NotProven
from signature.domain.state import GIVEN, RUNNING, VOID, Blocked, CeremonyOver, State
from signature.domain.steps import (
    Circumstances,
    DocumentsNotAccepted,
    NoCodeSent,
    OutOfTurn,
    PagesUnread,
    TryOutcome,
    UnknownDocument,
)
from tests.services.signature import factories
from tests.services.signature.factories import ALL_BOXES, BY_ADVISER, KEY, NOON, PROVIDER_BOXES

REFUSALS = (
    CeremonyOver, Blocked, DocumentsNotAccepted, CodeTooSoon, NoSendsLeft, NoCodeSent, CodeElsewhere, OutOfTurn,
    PagesUnread, UnknownDocument, NoReliefLeft, NotBlocked,
)  # fmt: skip
BROWSERS = [Circumstances(ip="192.0.2.7", user_agent="", actor="guest", session=letter * 64) for letter in "ab"]
DOCUMENTS = st.sampled_from(factories.DOCUMENT_IDS)
BROWSER = st.sampled_from(BROWSERS)


class CeremonyMachine(RuleBasedStateMachine):
    """Acts that are refused change nothing; acts that are not are looked at one by one."""

    @initialize()
    def open(self) -> None:
        self.now = NOON
        self.ceremony = factories.ceremony(NOON, signers=factories.two_signers())
        self.sent: list[tuple[str, int, str, str]] = []  # signer, sequence, code, session
        self.used: set[str] = set()
        self.wrong = dict.fromkeys((factories.SIGNER_ID, factories.SECOND_SIGNER_ID), 0)
        self.ended: State | None = None

    def attempt(self, act: object) -> bool:
        """Do it; when it is refused nothing may have changed."""
        ceremony = self.ceremony
        before = (ceremony.state, ceremony.journal_length, ceremony.journal_head, ceremony.expires_at)
        try:
            act()  # type: ignore[operator]
        except REFUSALS:
            assert before == (ceremony.state, ceremony.journal_length, ceremony.journal_head, ceremony.expires_at)
            return False
        return True

    @rule(seconds=st.sampled_from([1, 30, 60, 120, 299, 300, 3600, 24 * 3600, 73 * 3600, -1, -60, -3600]))
    def clock_jumps(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(document_id=DOCUMENTS, page=st.integers(0, 4), browser=BROWSER)
    def look(self, document_id: str, page: int, browser: Circumstances) -> None:
        self.attempt(lambda: self.ceremony.view_page(document_id, page, now=self.now, by=browser))

    @rule(browser=BROWSER)
    def read_and_accept_all(self, browser: Circumstances) -> None:
        def act() -> None:
            for document in self.ceremony.documents:
                for page in range(1, document.page_count + 1):
                    self.ceremony.view_page(document.document_id, page, now=self.now, by=browser)
                self.ceremony.accept(document.document_id, ticked=ALL_BOXES, now=self.now, by=browser)

        self.attempt(act)

    @rule(document_id=DOCUMENTS, browser=BROWSER)
    def accept(self, document_id: str, browser: Circumstances) -> None:
        signer = self.ceremony.signer
        [document] = [each for each in self.ceremony.documents if each.document_id == document_id]
        if self.attempt(lambda: self.ceremony.accept(document_id, ticked=ALL_BOXES, now=self.now, by=browser)):
            assert signer.pages_viewed(document_id) == document.page_count

    @rule(browser=BROWSER)
    def ask(self, browser: Circumstances) -> None:
        self.send(browser)

    def send(self, browser: Circumstances) -> None:
        signer, code = self.ceremony.signer, f"{100000 + len(self.sent)}"
        if self.attempt(lambda: self.ceremony.issue_code(code, message="", key=KEY, now=self.now, by=browser)):
            assert signer.accepted == len(self.ceremony.documents)
            self.sent.append((signer.id, len(signer.codes), code, browser.session))
            assert len(signer.codes) <= codes.SENDS * (1 + signer.reliefs)

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 30), browser=BROWSER)
    def give_a_code_once_sent(self, which: int, browser: Circumstances) -> None:
        """The last one, or one that came late or was used before."""
        self.give(which, browser)

    def give(self, which: int, browser: Circumstances) -> None:
        signer = self.ceremony.signer
        sent_to, sequence, code, session = self.sent[-1 - which % len(self.sent)]
        last = signer.last_code
        good = (
            last is not None
            and (sent_to, sequence, session) == (signer.id, last.sequence, browser.session)
            and self.now < last.expires_at
            and code not in self.used
        )
        outcome: list[TryOutcome] = []
        done = self.attempt(lambda: outcome.append(self._try(code, browser)))
        if done and outcome == [TryOutcome.SIGNED]:
            assert good
            self.used.add(code)
        elif done:
            self.wrong[signer.id] += 1

    @rule(browser=BROWSER)
    def go_through_at_once(self, browser: Circumstances) -> None:
        self.attempt(lambda: factories.accept_all(self.ceremony, self.now))
        self.send(browser)
        if self.sent:
            self.give(0, browser)

    @rule(browser=BROWSER, times=st.sampled_from([1, 1, 1, 5]))
    def guess(self, browser: Circumstances, times: int) -> None:
        for _ in range(times):
            signer = self.ceremony.signer
            outcome: list[TryOutcome] = []
            if self.attempt(lambda outcome=outcome: outcome.append(self._try("999999", browser))):
                assert outcome[0] is not TryOutcome.SIGNED
                self.wrong[signer.id] += 1

    def _try(self, code: str, browser: Circumstances) -> TryOutcome:
        return self.ceremony.try_code(code, ticked=PROVIDER_BOXES, key=KEY, now=self.now, by=browser)

    @rule(kind=st.sampled_from([ReliefKind.AGAIN, ReliefKind.OTHER_MOBILE] * 3 + [ReliefKind.ON_PAPER]))
    def adviser_helps(self, kind: ReliefKind) -> None:
        mobile = "+33698765499" if kind is ReliefKind.OTHER_MOBILE else None
        self.attempt(lambda: self.ceremony.relieve(Relief(kind, "motif", mobile), now=self.now, by=BY_ADVISER))

    @rule()
    def the_job_of_the_clock_runs(self) -> None:
        """As often as it likes, and late."""
        self.ceremony.lapse(self.now)
        assert self.ceremony.lapse(self.now) is False

    @rule(often=st.integers(0, 9), browser=BROWSER)
    def refuse(self, often: int, browser: Circumstances) -> None:
        if often == 0:
            self.attempt(lambda: self.ceremony.refuse(Refusal.from_text("other"), now=self.now, by=browser))

    @invariant()
    def what_ended_stays_ended(self) -> None:
        state = self.ceremony.state
        if self.ended is not None:
            assert state is self.ended
        elif state in VOID | GIVEN:
            self.ended = state
            assert self.ceremony.ended_at is not None
        else:
            assert state in RUNNING

    @invariant()
    def tries_are_never_given_back(self) -> None:
        for signer in self.ceremony.signers:
            assert signer.wrong_tries == self.wrong[signer.id] <= codes.WRONG_TRIES
            assert signer.reliefs <= RELIEFS
            assert (signer.wrong_tries < codes.WRONG_TRIES) or self.ceremony.state is State.FAILED

    @invariant()
    def at_most_one_code_lives_and_none_after_the_end(self) -> None:
        living = [code for signer in self.ceremony.signers for code in signer.codes if code.live]
        assert len(living) == (1 if self.ceremony.state is State.CODE_SENT else 0)

    @invariant()
    def the_journal_holds_and_alone_allows_the_seal(self) -> None:
        entries = self.ceremony.entries
        assert verify(entries) == self.ceremony.journal_head
        signed = [entry.facts["signer"] for entry in entries if entry.happening is Happening.SIGNED]
        assert signed == [signer.id for signer in self.ceremony.signers if signer.signed_at is not None]
        assert signed == [factories.SIGNER_ID, factories.SECOND_SIGNER_ID][: len(signed)]
        if self.ceremony.state is State.SIGNED:
            self.ceremony.sealing_order(entries).require_proof()
        else:
            try:
                self.ceremony.sealing_order(entries)
            except NotProven:
                return
            raise AssertionError("sealed without a signature")


TestCeremonyModel = CeremonyMachine.TestCase
TestCeremonyModel.settings = settings(max_examples=100, stateful_step_count=40, deadline=None, derandomize=True)
