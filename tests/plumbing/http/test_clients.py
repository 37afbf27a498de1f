"""Calling neighbours: tokens, refusals, time-outs, files, and what travels along."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from plumbing.http.clients import ServiceClient, ServiceError, ServiceTokens
from plumbing.origin import Origin, originating
from plumbing.telemetry.tracing import continued_trace
from tests.plumbing.http.demo import NOW, Demo, demo_app
from tests.support.tokens import token_for

Handler = Callable[[httpx.Request], httpx.Response]
BASE = "http://gateway:8000/api/documents/v1"
TOKENS = "http://gateway:8000/api/member/v1/service-tokens"


class Neighbour:
    """Answers calls, and keeps them."""

    def __init__(self, answer: Handler) -> None:
        self.answer = answer
        self.seen: list[httpx.Request] = []
        self.tokens_given = 0
        self.now = 1000.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKENS:
            self.tokens_given += 1
            asked = json.loads(request.content)
            return httpx.Response(
                200, json={"access_token": f"{asked['tenant']}-{self.tokens_given}", "expires_in": 600}
            )
        request.read()
        self.seen.append(request)
        return self.answer(request)

    def http(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self))

    def client(self) -> ServiceClient:
        http = self.http()
        return ServiceClient(BASE, http, ServiceTokens("quoting", "s", TOKENS, http, monotonic=lambda: self.now))


def always(status: int, body: Any = None, **headers: str) -> Handler:
    return lambda _: httpx.Response(status, json=body if body is not None else {}, headers=headers)


def problem(status: int, code: str = "some.code") -> Handler:
    body = {"code": code, "detail": "Une phrase.", "errors": [{"field": "a"}]}
    return lambda _: httpx.Response(
        status, content=json.dumps(body), headers={"Content-Type": "application/problem+json"}
    )


class TestTokens:
    def test_one_for_each_tenant_kept_until_a_minute_before_its_end(self) -> None:
        neighbour = Neighbour(always(200))
        client = neighbour.client()
        for tenant in ("rives", "rives", "plateau", "rives"):
            client.get("documents", tenant=tenant)
        assert [request.headers["Authorization"] for request in neighbour.seen] == [
            "Bearer rives-1",
            "Bearer rives-1",
            "Bearer plateau-2",
            "Bearer rives-1",
        ]
        neighbour.now += 539
        client.get("documents", tenant="rives")
        assert neighbour.tokens_given == 2
        neighbour.now += 2
        client.get("documents", tenant="rives")
        assert neighbour.tokens_given == 3

    def test_a_refused_token_is_fetched_anew_once(self) -> None:
        neighbour = Neighbour(
            lambda r: httpx.Response(200 if r.headers["Authorization"].endswith("-2") else 401, json={})
        )
        neighbour.client().get("documents", tenant="rives")
        assert len(neighbour.seen) == 2

    def test_refused_for_good(self) -> None:
        neighbour = Neighbour(always(401))
        with pytest.raises(ServiceError) as caught:
            neighbour.client().get("documents", tenant="rives")
        assert caught.value.status == 401
        assert not caught.value.permanent
        assert len(neighbour.seen) == 2

    def test_a_persons_token_is_used_as_it_is(self) -> None:
        neighbour = Neighbour(always(401))
        with pytest.raises(ServiceError):
            neighbour.client().get("documents", token="his")
        assert [request.headers["Authorization"] for request in neighbour.seen] == ["Bearer his"]
        assert neighbour.tokens_given == 0

    def test_identity_service_away(self) -> None:
        def down(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused")

        http = httpx.Client(transport=httpx.MockTransport(down))
        client = ServiceClient(BASE, http, ServiceTokens("quoting", "s", TOKENS, http))
        with pytest.raises(ServiceError) as caught:
            client.get("documents", tenant="rives")
        assert (caught.value.service, caught.value.status, caught.value.permanent) == ("member", 0, False)


class TestRefusals:
    @pytest.mark.parametrize("status", [400, 403, 404, 410, 412, 413, 415, 422])
    def test_for_good(self, status: int) -> None:
        with pytest.raises(ServiceError) as caught:
            Neighbour(problem(status)).client().post("documents", {}, tenant="rives")
        failure = caught.value
        assert (failure.service, failure.status, failure.code) == ("documents", status, "some.code")
        assert (failure.detail, failure.errors) == ("Une phrase.", ({"field": "a"},))
        assert failure.permanent

    @pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
    def test_for_now(self, status: int) -> None:
        with pytest.raises(ServiceError) as caught:
            Neighbour(problem(status)).client().post("documents", {}, tenant="rives")
        assert not caught.value.permanent

    def test_an_answer_that_is_no_problem(self) -> None:
        for body in (b"<html>", b"[]", b"{"):
            answer = httpx.Response(502, content=body, headers={"Content-Type": "application/json"})
            with pytest.raises(ServiceError) as caught:
                Neighbour(lambda _, answer=answer: answer).client().get("x", tenant="rives")  # type: ignore[misc]
            assert caught.value.code == "unexpected"

    def test_when_to_come_back(self) -> None:
        with pytest.raises(ServiceError) as caught:
            Neighbour(always(503, **{"Retry-After": "5"})).client().get("x", tenant="rives")
        assert caught.value.retry_after == 5

    @pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
    def test_no_answer(self, error: type[httpx.TransportError]) -> None:
        def down(request: httpx.Request) -> httpx.Response:
            raise error("http://secret.example/path")

        with pytest.raises(ServiceError) as caught:
            Neighbour(down).client().get("x", tenant="rives")
        assert (caught.value.status, caught.value.code, caught.value.permanent) == (0, error.__name__, False)
        assert "secret" not in str(caught.value)


class TestCalls:
    def test_what_travels_along(self) -> None:
        neighbour = Neighbour(always(200))
        parent = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
        with originating(Origin("correlation-1", "cause-1")), continued_trace(parent, "job"):
            neighbour.client().get("documents", tenant="rives", params={"subject": "quote:1", "none": None})
        (request,) = neighbour.seen
        assert request.headers["X-Request-Id"] == "correlation-1"
        assert request.headers["traceparent"].startswith("00-" + "a" * 32)
        assert request.headers["traceparent"] != parent
        assert str(request.url) == f"{BASE}/documents?subject=quote%3A1"
        assert request.extensions["timeout"] == {"connect": 2.0, "read": 10.0, "write": 10.0, "pool": 10.0}

    def test_post_put_delete(self) -> None:
        neighbour = Neighbour(always(200, {"id": "1"}))
        client = neighbour.client()
        assert client.post("/quotes", {"a": 1}, tenant="rives", idempotency_key="job-0001") == {"id": "1"}
        client.put("preferences", {"b": True}, tenant="rives", if_match='"3"')
        client.delete("sessions", {"refresh_token": "x"}, tenant="rives")
        post, put, delete = neighbour.seen
        assert (post.method, post.url.path) == ("POST", "/api/documents/v1/quotes")
        assert (post.headers["Idempotency-Key"], json.loads(post.content)) == ("job-0001", {"a": 1})
        assert (put.method, put.headers["If-Match"]) == ("PUT", '"3"')
        assert (delete.method, json.loads(delete.content)) == ("DELETE", {"refresh_token": "x"})

    def test_an_empty_answer(self) -> None:
        assert Neighbour(lambda _: httpx.Response(204)).client().delete("x", tenant="rives") is None

    def test_the_whole_answer(self) -> None:
        answer = Neighbour(always(200, {"a": 1}, ETag='"2"')).client().request("GET", "x", tenant="rives")
        assert (answer.headers["ETag"], answer.json()) == ('"2"', {"a": 1})

    @pytest.mark.parametrize("content", [b"%PDF-", io.BytesIO(b"%PDF-")], ids=["bytes", "file"])
    def test_upload_also_when_the_token_is_refused_first(self, content: Any) -> None:
        neighbour = Neighbour(
            lambda r: httpx.Response(201 if r.headers["Authorization"].endswith("-2") else 401, json={})
        )
        neighbour.client().upload(
            "documents",
            fields={"kind": "quote.pdf"},
            file=content,
            filename="devis.pdf",
            media_type="application/pdf",
            tenant="rives",
            idempotency_key="job-0001",
        )
        for request in neighbour.seen:
            assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
            assert b"%PDF-" in request.content
            assert b'name="kind"' in request.content
            assert b'filename="devis.pdf"' in request.content

    def test_download_in_chunks(self) -> None:
        neighbour = Neighbour(lambda _: httpx.Response(200, content=b"x" * 200_000, headers={"ETag": '"s"'}))
        with neighbour.client().download("documents/1/content", tenant="rives") as content:
            sizes = [len(chunk) for chunk in content]
            assert content.headers["ETag"] == '"s"'
        assert sum(sizes) == 200_000
        assert max(sizes) <= 65_536

    def test_download_of_what_a_body_asks_for(self) -> None:
        neighbour = Neighbour(lambda _: httpx.Response(200, content=b"a;b"))
        with neighbour.client().download("exports", tenant="rives", json={"text": "Moreau"}) as content:
            assert content.read() == b"a;b"
        (sent,) = neighbour.seen
        assert (sent.method, json.loads(sent.content)) == ("POST", {"text": "Moreau"})
        assert "Moreau" not in str(sent.url)

    def test_download_refused(self) -> None:
        client = Neighbour(problem(404, "document.not_found")).client()
        with pytest.raises(ServiceError, match=r"document[.]not_found"), client.download("x", tenant="rives"):
            pass

    def test_download_with_a_fresh_token(self) -> None:
        neighbour = Neighbour(lambda r: httpx.Response(200 if r.headers["Authorization"].endswith("-2") else 401))
        with neighbour.client().download("x", tenant="rives") as content:
            assert content.read() == b""

    def test_download_that_breaks_half_way(self) -> None:
        class Broken(httpx.SyncByteStream):
            def __iter__(self) -> Any:
                yield b"abc"
                raise httpx.ReadError("gone")

        client = Neighbour(lambda _: httpx.Response(200)).client()
        answer = httpx.Response(200, stream=Broken())
        http = httpx.Client(transport=httpx.MockTransport(lambda _: answer))
        client = ServiceClient(BASE, http)
        with pytest.raises(ServiceError, match="did not answer: ReadError"), client.download("x") as content:
            content.read()


def test_a_service_in_the_same_process(demo: Demo) -> None:
    http = httpx.Client(transport=httpx.WSGITransport(app=demo_app(demo)), base_url="http://embedded")
    client = ServiceClient("http://embedded/v1", http)
    token = token_for("broker", "b", now=NOW)
    made = client.post("notes", {"title": "a", "price": "1.00"}, token=token, idempotency_key="key-00001")
    assert client.get(f"notes/{made['id']}", token=token) == made
    with pytest.raises(ServiceError) as caught:
        client.post("notes", {"title": "a"}, token=token, idempotency_key="key-00002")
    assert (caught.value.status, caught.value.code) == (422, "validation")
