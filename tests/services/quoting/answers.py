"""Reading answers."""

from __future__ import annotations

from typing import Any


def refusal(answer: Any) -> tuple[int, str, list[str]]:
    """Status, code and fields at fault of a refusal, which always has a sentence for the person."""
    problem = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert problem["detail"]
    assert all(error["message"] for error in problem.get("errors", []))
    return answer.status_code, problem["code"], [error["field"] for error in problem.get("errors", [])]
