"""The parts of an API's stage that need no API: buckets, periods, settings, formats, cache keys."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.apigateway import access_logs, cache, method_settings, throttling
from localstack_host.services.apigateway.expiring import Expiring


def test_a_bucket_holds_a_burst_and_fills_at_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    buckets = throttling.Buckets()

    def taken() -> int:
        return sum(buckets.take(("a",), 2.0, 3.0) for _ in range(10))

    assert taken() == 3
    assert buckets.take(("b",), 2.0, 3.0), "each key has a bucket"
    now[0] += 1
    assert taken() == 2
    now[0] += 0.5
    assert taken() == 1
    now[0] += 3600
    assert taken() == 3, "no more than the burst"
    assert not buckets.take(("c",), 0.0, 0.0)


@pytest.mark.parametrize(
    ("kind", "offset", "day", "began"),
    [
        ("DAY", 0, 27, "2026-11-27"),
        ("WEEK", 0, 27, "2026-11-22"),  # a Friday; the week began on Sunday
        ("WEEK", 0, 22, "2026-11-22"),
        ("WEEK", 2, 23, "2026-11-15"),
        ("WEEK", 2, 24, "2026-11-22"),
        ("MONTH", 0, 27, "2026-11-01"),
        ("MONTH", 5, 5, "2026-10-01"),
        ("MONTH", 5, 6, "2026-11-01"),
    ],
)
def test_a_quota_has_a_period(kind: str, offset: int, day: int, began: str) -> None:
    now = datetime(2026, 11, day, 12, tzinfo=UTC)
    assert throttling.period_of(kind, now, offset) == began


def request(path: str, method: str, settings: Any, **more: Any) -> Any:
    return SimpleNamespace(
        stage_configuration={"methodSettings": settings, **more},
        resource={"path": path, "id": "r"},
        resource_method={"httpMethod": method},
    )


@pytest.mark.parametrize("key", ["~1orders~1{id}/GET", "orders~1{id}/GET"])
def test_a_method_has_its_own_settings_or_those_of_all(key: str) -> None:
    settings = {"*/*": {"n": 1}, key: {"n": 2}}
    assert method_settings.of(request("/orders/{id}", "GET", settings)) == {"n": 2}
    assert method_settings.of(request("/orders/{id}", "POST", settings)) == {"n": 1}
    assert method_settings.of(request("/orders", "GET", settings)) == {"n": 1}
    assert method_settings.of(request("/", "GET", {"~1/GET": {"n": 3}})) == {"n": 3}
    assert method_settings.of(request("/", "GET", {})) == {}


def test_a_line_has_what_is_known_and_a_dash_for_the_rest() -> None:
    values = {
        "requestId": "r-1",
        "status": 200,
        "identity": {"sourceIp": "127.0.0.1", "user": None},
        "authorizer": {"claims": {"sub": "ada"}},
        "isCanaryRequest": False,
    }
    template = (
        '{"id":"$context.requestId","ip":"$context.identity.sourceIp",'
        '"user":"$context.identity.user","who":"$context.authorizer.claims.sub",'
        '"none":"$context.nothing.there","status":${context.status},"canary":$context.isCanaryRequest'
        ',"all":"$context.identity"} $5 context.status'
    )
    assert access_logs.line_of(template, values) == (
        '{"id":"r-1","ip":"127.0.0.1","user":"-","who":"ada","none":"-","status":200,'
        '"canary":false,"all":"-"} $5 context.status'
    )


def test_a_cache_forgets_what_is_old_and_what_is_flushed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    responses: Expiring[cache.Stored] = Expiring(2)
    answer = cache.stored_of({"status_code": 200, "headers": {"a": "b"}, "body": b"x"})
    for name in ("one", "two"):
        responses.put(("account", "stage", name), answer, 10)
    now[0] += 9.9
    stored = responses.get(("account", "stage", "one"))
    assert stored is not None
    assert (stored.status, stored.headers, stored.body) == (200, (("a", "b"),), b"x")
    now[0] += 0.2
    assert responses.get(("account", "stage", "one")) is None
    for name in ("one", "two", "three"):
        responses.put(("account", "stage", name), answer, 10)
    assert responses.get(("account", "stage", "one")) is None, "the oldest made room"
    responses.flush("account", "other")
    assert responses.get(("account", "stage", "three"))
    responses.flush("account", "stage")
    assert responses.get(("account", "stage", "three")) is None
