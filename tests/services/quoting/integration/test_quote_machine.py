"""The whole service against a model: broker, client, signature and the night act on quotes in any order.

After every act the portfolio, the versions, the prices and the events must be what the model expects.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from plumbing.clock import paris_date
from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.conftest import Api
from tests.services.quoting.integration.test_versions import PRICED, end_signature, entries
from tests.services.quoting.world import World

FORMULAS = {"300": None, "450": "Lunettes", "100": "Budget"}


class Story(RuleBasedStateMachine):
    """A broker's quotes: for each number the versions with what each is expected to read."""

    template: Path
    numbers = Bundle("numbers")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.api = Api(World(self.folder, self.template))
        self.quotes: dict[str, list[dict[str, Any]]] = {}

    def teardown(self) -> None:
        self.api.world.close()
        shutil.rmtree(self.folder)

    @property
    def today(self) -> date:
        return paris_date(self.api.world.clock.now())

    def _issued(self, answer: Any) -> dict[str, Any]:
        assert answer.status_code == 201, answer.json
        self.api.world.work()
        detail = self.api.get(f"/quotes/{answer.json['id']}").json
        assert detail["expires_on"] == (self.today + timedelta(days=30)).isoformat()
        return {"detail": detail, "expected": "Validé", "ends": self.today + timedelta(days=30), "signature": None}

    @rule(target=numbers, formula=st.sampled_from(sorted(FORMULAS)))
    def create(self, formula: str) -> str:
        body = factories.quote(
            formula=formula, choice_reason=FORMULAS[formula], effective_date=self._soon().isoformat()
        )
        version = self._issued(self.api.post("/quotes", body))
        number: str = version["detail"]["number"]
        self.quotes[number] = [version]
        return number

    def _soon(self) -> date:
        return self.today + timedelta(days=60)

    @rule(number=numbers, formula=st.sampled_from(sorted(FORMULAS)))
    def modify(self, number: str, formula: str) -> None:
        last = self.quotes[number][-1]
        body = entries(
            last["detail"],
            formula=formula,
            choice_reason=FORMULAS[formula],
            effective_date=self._soon().isoformat(),
        )
        answer = self.api.post(f"/quotes/{last['detail']['id']}/versions", body)
        voided = last["signature"] in {"failed", "refused"}
        if last["expected"] in {"Validé", "Expiré", "Décliné"} or voided:
            last["expected"] = "Décliné" if last["expected"] == "Décliné" else "Expiré"
            self.quotes[number].append(self._issued(answer))
        else:
            assert (answer.status_code, answer.json["code"]) == (409, "quote.not_modifiable")

    @rule(number=numbers)
    def modify_an_old_version(self, number: str) -> None:
        if len(self.quotes[number]) > 1:
            old = self.quotes[number][-2]["detail"]
            answer = self.api.post(f"/quotes/{old['id']}/versions", entries(old))
            assert (answer.status_code, answer.json["code"]) == (409, "quote.replaced")

    @rule(number=numbers, place=st.integers(0, 5))
    def submit(self, number: str, place: int) -> None:
        version = self.quotes[number][place % len(self.quotes[number])]
        answer = self.api.submit(version["detail"])
        if version["expected"] == "Validé" and self.today <= version["ends"]:
            assert answer.status_code == 201, answer.json
            self.api.world.work()
            version["expected"] = "En attente de validation"
            version["signature"] = "in_progress"
        else:
            assert answer.status_code in {409, 410}

    @rule(number=numbers, outcome=st.sampled_from(["signed", "failed", "refused"]))
    def signature_ends(self, number: str, outcome: str) -> None:
        for version in self.quotes[number]:
            if version["signature"] == "in_progress":
                if outcome == "signed":
                    self.api.sign(version["detail"]["subscription_id"])
                else:
                    end_signature(self.api, version["detail"], outcome)
                version["signature"] = outcome
                version["expected"] = {"signed": "Souscrit", "refused": "Décliné"}.get(outcome, version["expected"])

    @rule(days=st.sampled_from([1, 30, 31]))
    def days_go_by(self, days: int) -> None:
        self.api.world.clock.advance(timedelta(days=days))
        self.api.world.expire()
        for version in (version for versions in self.quotes.values() for version in versions):
            if version["expected"] == "Validé" and self.today > version["ends"]:
                version["expected"] = "Expiré"

    @rule(number=numbers)
    def another_broker_tries(self, number: str) -> None:
        last = self.quotes[number][-1]["detail"]
        stranger = {"sub": factories.OTHER_BROKER_ID}
        answer = self.api.post(f"/quotes/{last['id']}/versions", entries(last), key=new_id(), **stranger)
        assert answer.status_code == 404

    @invariant()
    def the_portfolio_reads_as_expected(self) -> None:
        rows = self.api.get("/portfolio/quotes?limit=100").json["items"]
        expected = {
            (number, place + 1): version["expected"]
            for number, versions in self.quotes.items()
            for place, version in enumerate(versions)
        }
        assert {(row["number"], row["version"]): row["status_label"] for row in rows} == expected
        alive = [label for label in expected.values() if label in {"Validé", "Souscrit"}]
        ticked = self.api.get("/portfolio/quotes?validated=true&subscribed=true&limit=100").json["items"]
        assert sorted(row["status_label"] for row in ticked) == sorted(alive)

    @invariant()
    def every_version_keeps_its_price(self) -> None:
        for versions in self.quotes.values():
            for version in versions:
                now = self.api.get(f"/quotes/{version['detail']['id']}").json
                assert {name: now[name] for name in PRICED} == {name: version["detail"][name] for name in PRICED}

    @invariant()
    def at_most_one_version_is_alive(self) -> None:
        for versions in self.quotes.values():
            assert sum(version["expected"] not in {"Expiré", "Décliné"} for version in versions) <= 1


@pytest.mark.feature("F-081", "F-084", "F-087")
def test_no_story_breaks_the_quotes(api: Api, template: Path) -> None:
    assert api.get("/portfolio/quotes").json["items"] == []
    told = type("ToldStory", (Story,), {"template": template})
    run_state_machine_as_test(
        told,
        settings=settings(
            max_examples=10,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
