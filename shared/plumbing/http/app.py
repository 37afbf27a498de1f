"""Builds the Flask application of a service: wiring only."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import structlog
from flask import Flask, Request, Response, request
from flask.globals import request_ctx
from werkzeug.middleware.proxy_fix import ProxyFix

from plumbing.http import problems
from plumbing.http.blueprint import Blueprint
from plumbing.http.guards import OPEN_ENDPOINTS, routes
from plumbing.http.health import add_health_routes
from plumbing.http.idempotency import store_answer
from plumbing.http.openapi import IdConverter, new_api
from plumbing.http.payload import OrjsonProvider, dumps
from plumbing.http.problems import ErrorTable, ProblemRaised, standard
from plumbing.origin import Origin, originating
from plumbing.telemetry import metrics, request_info, tracing
from plumbing.telemetry.backlog import add_backlog_gauges
from plumbing.telemetry.logs import access_line
from plumbing.telemetry.request_info import RequestInfo

VERSION_PREFIX = "/v1"
LARGEST_BODY = 1024 * 1024  # bytes; documents asks for more
LONGEST_FORM_PART = 256 * 1024

log = structlog.get_logger("plumbing.http")


class ApiFlask(Flask):
    """A Flask that gives each request an id, a trace and an origin, counts it, and writes its access line.

    This runs for each request, so it reads the WSGI environment and keeps clear of Flask's proxies.
    """

    json_provider_class = OrjsonProvider
    service: str = ""

    def ensure_sync(self, func: Any) -> Any:
        """Return the function: we have no asynchronous views, and asking costs more than calling."""
        return func

    def full_dispatch_request(self) -> Response:
        started = time.perf_counter()
        asked: Request = request_ctx.request
        environ = asked.environ
        rule = asked.url_rule
        route = rule.rule if rule is not None else "unmatched"
        request_id = request_info.request_id_from(environ.get("HTTP_X_REQUEST_ID"))
        info = RequestInfo(self.service, request_id, asked.method, route, asked)
        token = request_info.CURRENT.set(info)
        span, attached = tracing.start_span(f"{info.method} {route}", environ.get("HTTP_TRACEPARENT"))
        traceparent = tracing.written(span)
        info.trace_id = traceparent[3:35]
        try:
            with originating(Origin(request_id, request_id, traceparent)):
                response = super().full_dispatch_request()
                if info.claim is not None:
                    store_answer(response)
        except Exception as error:  # noqa: BLE001 - what fails after the view is a fault like any other
            response = self.finalize_request(problems.handle(error, self.extensions["errors"]), from_error_handler=True)
        finally:
            tracing.end_span(span, attached)
            request_info.CURRENT.reset(token)
        self._finish(response, info, time.perf_counter() - started, rule.endpoint if rule is not None else "")
        return response

    def preprocess_request(self) -> Any:
        """Refuse addresses with control characters: none of ours has one, and PostgreSQL cannot be asked about NUL."""
        path = request.path
        if not path.isprintable() and any(ord(character) < 32 for character in path):
            raise ProblemRaised(standard(404))
        return super().preprocess_request()

    def _finish(self, response: Response, info: RequestInfo, seconds: float, endpoint: str) -> None:
        headers = response.headers
        headers.add(request_info.HEADER, info.request_id)
        if "X-Content-Type-Options" not in headers:
            headers.add("X-Content-Type-Options", "nosniff")
        # Answers are about people: nothing between us and the caller may keep them unless a view says so.
        if "Cache-Control" not in headers:
            headers.add("Cache-Control", "no-store")
        status = response.status_code
        metrics.observe_request(self.service, info.method, info.route, status, seconds)
        if endpoint not in OPEN_ENDPOINTS:
            line: dict[str, Any] = {**info.log_fields(), "status": status, "ms": round(seconds * 1000, 2)}
            if info.problem_code is not None:
                line["problem_code"] = info.problem_code
            access_line(line)


def create_api_app(
    *,
    name: str,
    title: str,
    blueprints: Iterable[Blueprint],
    errors: ErrorTable | None = None,
    services: Any,
    version: str = "1.0.0",
    max_body: int = LARGEST_BODY,
) -> Flask:
    """Return the application of service `name`: its blueprints under /v1, its contract at /openapi.json.

    `services` is the Bootstrap: views reach it through `services()`; it has `engine`, `clock`, `verifier`, `units` and
    `settings`. `max_body` is the longest request body in bytes.
    """
    app = ApiFlask(name, static_folder=None)
    app.service = name
    app.url_map.converters["id"] = IdConverter
    app.url_map.strict_slashes = False
    app.config.update(
        MAX_CONTENT_LENGTH=max_body,
        MAX_FORM_MEMORY_SIZE=LONGEST_FORM_PART,
        MAX_FORM_PARTS=50,
        PROPAGATE_EXCEPTIONS=False,
    )
    table = errors or ErrorTable()
    app.extensions.update(services=services, errors=table, problem_statuses=table.statuses())
    _trust_proxies(app, getattr(services.settings, "trusted_proxies", 0))
    app.register_error_handler(Exception, lambda error: problems.handle(error, table))
    api = new_api(app, title=title, version=version)
    for blueprint in blueprints:
        prefix = blueprint.url_prefix or ""
        api.register_blueprint(
            blueprint, url_prefix=prefix if prefix.startswith(VERSION_PREFIX) else f"{VERSION_PREFIX}{prefix}"
        )
    app.extensions["query_names"] = _query_names(app)
    add_health_routes(app, services)
    add_backlog_gauges(name, services.engine, services.clock)
    _add_contract_route(app, api)
    return app


def _add_contract_route(app: Flask, api: Any) -> None:
    written: list[bytes] = []

    def openapi() -> Response:
        if not written:
            written.append(dumps(api.spec.to_dict()))
        return Response(written[0], mimetype="application/json", headers={"Cache-Control": "public, max-age=300"})

    app.add_url_rule("/openapi.json", "openapi", openapi)
    app.extensions["api"] = api


def _trust_proxies(app: Flask, count: int) -> None:
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]


def _query_names(app: Flask) -> dict[tuple[str, str], frozenset[str]]:
    """Return the query arguments that each operation with a query schema knows, by endpoint and method."""
    by_rule = {(rule, method): view for rule, method, view in routes(app)}
    names = {}
    for rule in app.url_map.iter_rules():
        for method in rule.methods or ():
            view = by_rule.get((rule.rule, "GET" if method == "HEAD" else method))
            known = getattr(view, "_apidoc", {}).get("plumbing", {}).get("query")
            if known is not None:
                names[rule.endpoint, method] = known
    return names
