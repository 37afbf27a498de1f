"""The figures of a run: a table for people, JSON for what comes after."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.audit import Findings
from tests.faults.killing import KINDS
from tests.faults.verdict import Verdict

NEEDED_JOURNEYS = 200
NEEDED_KILLS = 20
_SHOWN = 12


@dataclass
class Report:
    """One run. `ablated` is the safeguard that was off, empty in a full run."""

    ablated: str
    seconds: float
    seed: int
    verdict: Verdict
    findings: Findings
    kills: Counter[str]
    aimed: int
    parts: Counter[str]
    down: dict[str, float]
    begun: int
    finished: int
    whole: int
    under_way: int
    stopped: Counter[str]
    clients: Counter[str]
    absorbed: int
    times: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"without {self.ablated}" if self.ablated else "everything on"

    @property
    def clean(self) -> bool:
        return self.verdict.clean and not self.findings.wrong and not self.under_way and not self._unexplained()

    @property
    def enough(self) -> bool:
        """Whether so much was done that a clean result means something."""
        return (
            self.finished >= NEEDED_JOURNEYS
            and self.kills.total() >= NEEDED_KILLS
            and all(self.kills[kind] for kind in KINDS)
        )

    @property
    def exit_code(self) -> int:
        if self.ablated:
            return 3 if self.verdict.clean and not self.findings.wrong else 0
        if not self.clean:
            return 1
        return 0 if self.enough else 2

    def _unexplained(self) -> list[str]:
        return [why for why in self.stopped if not why.startswith("answer lost")]

    def row(self) -> str:
        """Return the line of the table in docs/reliability.md."""
        kills = "/".join(str(self.kills[kind]) for kind in KINDS)
        verdict = self.verdict
        cells = [
            self.name,
            f"{self.seconds:.0f}",
            f"{self.finished} ({self.whole})",
            kills,
            verdict.committed,
            verdict.expected,
            len(verdict.lost),
            len(verdict.twice),
            len(self.findings.wrong),
            self.absorbed,
        ]
        return f"| {' | '.join(map(str, cells))} |"

    def tell(self) -> str:
        """Return all of it as text."""
        verdict, wrong = self.verdict, self.findings.wrong
        down = {kind: round(seconds, 1) for kind, seconds in self.down.items()}
        facts = {
            "run": f"{self.name}, {self.seconds:.0f} s, seed {self.seed}",
            "journeys": f"{self.begun} begun, {self.finished} finished ({self.whole} whole), {self.under_way} late",
            "took": f"{_median(self.times):.1f} s each (median)",
            "kills": f"{self.kills.total()} ({self.aimed} aimed): {dict(self.kills)}; of workers {dict(self.parts)}",
            "restarts": f"{down} seconds in all",
            "clients": dict(self.clients),
            "events": f"{verdict.committed} committed, {verdict.expected} hearings, {self.absorbed} repeats absorbed",
            "drained": f"in {verdict.drained_in:.0f} s",
            "compared": f"{dict(self.findings.compared)}, {self.findings.orphans} orphans for the sweep",
            "lost": f"{len(verdict.lost)} {verdict.lost[:_SHOWN]}",
            "twice": f"{len(verdict.twice)} {verdict.twice[:_SHOWN]}",
            "unapplied": f"{len(verdict.unapplied)} {verdict.unapplied[:_SHOWN]}",
            "left over": f"{verdict.left_over or 0}, dead {verdict.dead or 0}",
            "half done": len(wrong),
        }
        lines = [f"{name:10} {fact}" for name, fact in facts.items()]
        lines += [f"           {each}" for each in wrong[:_SHOWN]]
        lines += [f"stopped    {times} x {why}" for why, times in self.stopped.most_common(_SHOWN)]
        lines.append(self.row())
        return "\n".join(lines)

    def write(self, path: Path) -> None:
        """Keep the figures."""
        verdict = self.verdict
        figures: dict[str, Any] = {
            "ablated": self.ablated,
            "seconds": self.seconds,
            "seed": self.seed,
            "journeys": {"begun": self.begun, "finished": self.finished, "whole": self.whole},
            "kills": dict(self.kills),
            "committed": verdict.committed,
            "hearings": verdict.expected,
            "lost": len(verdict.lost),
            "twice": len(verdict.twice),
            "half_done": self.findings.wrong,
            "left_over": {name: len(rows) for name, rows in verdict.left_over.items()},
            "repeats_absorbed": self.absorbed,
            "drained_in": round(verdict.drained_in, 1),
            "exit_code": self.exit_code,
        }
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2] if times else 0.0
