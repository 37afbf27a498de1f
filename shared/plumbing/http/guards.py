"""Who may call a view. Each view says it with `@requires(...)` or `@public`; a test walks all routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, request

from plumbing.auth import ROLES, Actor, bearer_token
from plumbing.errors import NotFound
from plumbing.http.problems import ProblemRaised, standard, unauthenticated
from plumbing.telemetry.request_info import CURRENT

View = TypeVar("View", bound=Callable[..., Any])

# Routes that are not the service's own: probes, metrics and the contract, which the gateway does not expose as such.
OPEN_ENDPOINTS = frozenset({"healthz", "readyz", "metrics", "openapi", "static"})


@dataclass(frozen=True)
class Guard:
    """What a view asks of its caller; no roles means that everybody may call it."""

    roles: frozenset[str] = frozenset()
    scope: str | None = None
    second_factor: bool = False

    @property
    def is_public(self) -> bool:
        return not self.roles


def requires(*roles: str, scope: str | None = None, second_factor: bool = False) -> Callable[[View], View]:
    """Let only callers of these roles in. Put it first, above `@blp.arguments`.

    `scope` ("subscription") binds guests: they need a scope "subscription:<id>" and, when the route has an argument
    `subscription_id`, the one with that id (another id is answered 404, as if it did not exist). In other routes the
    view checks `current_actor().may(...)` itself. `second_factor` asks for a token made with one.
    """
    unknown = set(roles) - ROLES
    if not roles or unknown:
        raise ValueError(f"requires() needs known roles, not {sorted(unknown)}")
    guard = Guard(frozenset(roles), scope, second_factor)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            check(guard, authenticate(), kwargs)
            return view(*args, **kwargs)

        return _marked(guarded, guard)  # type: ignore[no-any-return]

    return decorate


def public(view: View) -> View:
    """Let everybody in; say why in the view's docstring."""

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return _marked(opened, Guard())  # type: ignore[no-any-return]


def authenticate() -> Actor:
    """Return the actor of the request's bearer token, verified once; 401 without a good one."""
    info = CURRENT.get()
    if info is not None and info.actor is not None:
        return info.actor
    token = bearer_token((request if info is None else info.request).environ.get("HTTP_AUTHORIZATION"))
    if token is None:
        raise ProblemRaised(unauthenticated())
    actor: Actor = current_app.extensions["services"].verifier.verify(token)
    if info is not None:
        info.actor = actor
    return actor


def current_actor() -> Actor:
    """Return who calls; 401 in a public view that was called without a token."""
    return authenticate()


def actor_key() -> str:
    """Return what one caller's calls are counted by: `@limited("120/minute", by=actor_key)`, under `@requires`."""
    actor = current_actor()
    return f"{actor.tenant}:{actor.role}:{actor.id}"


def caller_if_any() -> Actor | None:
    """Return the actor that a guard has let in, None in a public view."""
    info = CURRENT.get()
    return info.actor if info is not None else None


def check(guard: Guard, actor: Actor, arguments: dict[str, Any]) -> None:
    """Raise the 403 or 404 that the guard gives this actor."""
    if actor.role not in guard.roles:
        raise ProblemRaised(standard(403, "role.refused", "Votre profil ne donne pas accès à cette fonction."))
    if guard.scope is not None and actor.role == "guest":
        _check_scope(guard.scope, actor, arguments)
    if guard.second_factor and not actor.second_factor:
        detail = "Confirmez d’abord votre identité avec un second facteur."
        raise ProblemRaised(standard(403, "second_factor.required", detail))


def _check_scope(scope: str, actor: Actor, arguments: dict[str, Any]) -> None:
    if not any(held.startswith(f"{scope}:") for held in actor.scopes):
        raise ProblemRaised(standard(403, "scope.missing", "Ce lien ne donne pas accès à cette fonction."))
    named = arguments.get(f"{scope}_id")
    if named is not None and not actor.may(f"{scope}:{named}"):
        raise NotFound(scope)


def guard_of(view: Any) -> Guard | None:
    """Return the guard a view was given, None when it has none."""
    guard: Guard | None = getattr(view, "__guard__", None)
    return guard


def unguarded_routes(app: Flask) -> list[str]:
    """Return "METHOD /rule" of every route that says nothing about who may call it; empty in a good app."""
    return sorted(f"{method} {rule}" for rule, method, view in routes(app) if guard_of(view) is None)


def routes(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Yield (rule, method, view) of every route of the service's own API."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        view = app.view_functions[rule.endpoint]
        owner = getattr(view, "view_class", None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.rule, method, getattr(owner, method.lower()) if owner else view


def _marked(view: Any, guard: Guard) -> Any:
    view.__guard__ = guard
    mark(view, guard=guard)
    return view


def mark(view: Any, **facts: Any) -> None:
    """Note facts about a view for its OpenAPI operation; the notes of the view it wraps are kept."""
    view._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    view._apidoc.setdefault("plumbing", {}).update(facts)
