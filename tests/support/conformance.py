"""Hold an application against its own contract: odd and good requests to every operation, each answer checked.

    def test_the_api_keeps_its_contract(app):
        assert_conforms(app, clock.now())

Each operation is called by the first of the roles that its contract names (`x-roles`). What is checked: no 5xx, no
status, content type, header or body that the contract does not know, no bad value accepted, no door open without a
token, the right answer to other methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok

from tests.support.tokens import bearer

# Also refusals: a bad If-Match is a stale one (412), a long body is refused by its length (413), a key was used (409).
REFUSED = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429]
CHECKS = {"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}}

HeadersFor = Callable[[str], Mapping[str, str]]


def assert_conforms(
    app: Flask, now: datetime, *, headers_for: HeadersFor | None = None, examples: int = 25, only: str | None = None
) -> int:
    """Call every operation `examples` times with good and as often with bad data; return how many operations there are.

    `headers_for` gives the headers of a role; the default is a token of the test key. `only` limits the run to the
    addresses that contain a text.
    """
    as_role = headers_for or (lambda role: bearer(role, f"{role}-conformance", now=now))
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=schemathesis.Config.from_dict(CHECKS))
    operations = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if only is not None and only not in operation.path:
            continue
        operations += 1
        roles = operation.definition.raw.get("x-roles", [])
        headers = dict(as_role(roles[0])) if roles else {}
        _exercise(operation, GenerationMode.POSITIVE, headers, examples)
        if _takes_something(operation.definition.raw):
            _exercise(operation, GenerationMode.NEGATIVE, headers, examples)
    return operations


def _takes_something(operation: Mapping[str, Any]) -> bool:
    """Tell whether there is anything to send that could be bad; a plain GET without a token takes nothing."""
    return bool(operation.get("parameters") or operation.get("requestBody") or operation.get("security"))


def _exercise(operation: Any, mode: GenerationMode, headers: Mapping[str, str], examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        # A value that fits its JSON Schema may still break a rule of the domain (no mobile, a date that is none):
        # the documented 422 is right, so acceptance of all good-looking data is not asked for.
        sent = {} if _breaks_the_token_alone(case) else dict(headers)
        case.call_and_validate(headers=sent, excluded_checks=[schemathesis.checks.positive_data_acceptance])

    call()


def _breaks_the_token_alone(case: Any) -> bool:
    """Tell whether the token is all that is bad about a case: a good one in its place would leave nothing to refuse."""
    if case.meta is None or set(case.headers or {}) - {"Authorization"}:
        return False
    broken = {place for place, part in case.meta.components.items() if part.mode is GenerationMode.NEGATIVE}
    return broken == {ParameterLocation.HEADER}
