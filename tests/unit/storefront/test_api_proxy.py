"""What goes through `/api/*` to the API, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import api_key, shop_client
from lab.shop_server import api_proxy
from lab.shop_server.api_proxy import ApiProxy

BASE = "http://localhost:4566/_aws/execute-api/abc/dev"
Answer = Callable[[httpx.Request], httpx.Response]


class Api:
    """An API that keeps what it was asked; how often its address was looked up is counted."""

    def __init__(self, patch: pytest.MonkeyPatch, answer: Answer) -> None:
        self.asked: list[httpx.Request] = []
        self.looked_up = 0

        def reply(request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            return answer(request)

        def made(base_url: str, **options: Any) -> httpx.Client:
            self.looked_up += 1
            return httpx.Client(base_url=base_url, transport=httpx.MockTransport(reply), **options)

        patch.setattr(api_proxy.clients, "http", made)
        patch.setattr(shop_client, "base_url", lambda _target: BASE)
        patch.setattr(api_key, "read", lambda _target: "the-key")

    def through(self, proxy: ApiProxy | None = None) -> TestClient:
        """A client in front of the proxy."""
        proxy = proxy or ApiProxy(Target("dev"))
        return TestClient(Starlette(routes=list(proxy.routes())))


def ok(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"items": []}, headers={"X-Amzn-Trace-Id": "1"})


def test_a_request_goes_on_with_what_the_api_needs_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api(monkeypatch, ok)
    headers = {"Authorization": "Bearer t", "Cookie": "a=b", "X-Forwarded-For": "1.2.3.4"}
    answer = api.through().get("/api/products/A%2FB?limit=2&category=t%20a", headers=headers)
    assert answer.status_code == 200
    (asked,) = api.asked
    assert str(asked.url) == f"{BASE}/products/A%2FB?limit=2&category=t%20a"
    assert asked.headers["authorization"] == "Bearer t"
    assert asked.headers["x-api-key"] == "the-key"
    assert not {"cookie", "x-forwarded-for"} & set(asked.headers)
    assert "x-amzn-trace-id" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_an_order_goes_on_with_its_key_and_body(monkeypatch: pytest.MonkeyPatch) -> None:
    name = {"X-Correlation-Id": "visit-12345"}
    api = Api(monkeypatch, lambda _: httpx.Response(202, headers={"Location": "orders/1", **name}))
    headers = {"Idempotency-Key": "key-12345", "Content-Type": "application/json", **name}
    answer = api.through().post("/api/checkout", content=b'{"a": 1}', headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (202, "orders/1")
    assert answer.headers["x-correlation-id"] == "visit-12345"
    (asked,) = api.asked
    assert asked.headers["idempotency-key"] == "key-12345"
    assert asked.headers["x-correlation-id"] == "visit-12345"
    assert asked.content == b'{"a": 1}'


def test_a_refusal_of_the_api_comes_back_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"code": "NOT_FOUND", "status": 404}
    headers = {"Content-Type": "application/problem+json"}
    api = Api(monkeypatch, lambda _: httpx.Response(404, json=problem, headers=headers))
    answer = api.through().get("/api/products/NO")
    assert (answer.status_code, answer.json()) == (404, problem)
    assert api.looked_up == 1


def test_an_api_that_was_deployed_anew_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([httpx.Response(404, text="no such API"), httpx.Response(200, json={})])
    api = Api(monkeypatch, lambda _: next(answers))
    keys = iter(["before", "now"])
    monkeypatch.setattr(api_key, "read", lambda _target: next(keys))
    assert api.through().get("/api/health").status_code == 200
    assert api.looked_up == 2


def test_an_api_that_is_where_it_was_is_asked_by_the_same_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api(monkeypatch, lambda _: httpx.Response(403, text="forbidden"))
    client = api.through()
    assert [client.get("/api/health").status_code for _ in range(3)] == [403] * 3
    assert (api.looked_up, len(api.asked)) == (1, 6)


def test_without_an_answer_the_page_gets_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    answer = Api(monkeypatch, broken).through().get("/api/health")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "UNAVAILABLE"


def test_an_environment_that_is_gone_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(monkeypatch, ok)

    def gone(_target: Target) -> str:
        raise LabError("The environment dev is not deployed here.")

    monkeypatch.setattr(shop_client, "base_url", gone)
    assert "not deployed" in api.through().get("/api/health").json()["detail"]


def test_a_body_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(monkeypatch, ok)
    answer = api.through().post("/api/quotes", content=b"x" * (api_proxy.MAX_BODY + 1))
    assert answer.status_code == 413
    assert api.asked == []


@pytest.mark.parametrize("path", ["..%2F..%2F_localstack%2Fhealth", "%2e%2e/health", "a/%2e/b"])
def test_no_path_leads_out_of_the_api(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    api = Api(monkeypatch, ok)
    assert api.through().get(f"/api/{path}").status_code == 404
    assert api.asked == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_what_the_api_has_is_passed_on(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    api = Api(monkeypatch, ok)
    assert api.through().request(method, "/api/products").status_code == 405
    assert api.asked == []
