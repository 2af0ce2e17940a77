"""What the emulator keeps instead of making it again: the same results, made less often."""

from __future__ import annotations

import time
from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config
from werkzeug.datastructures import Headers

from localstack_host.gateway import internal_resources
from localstack_host.performance import content_types, internal_clients
from localstack_host.services.cloudwatch import metric_delivery
from localstack_host.services.cloudwatch.patches import connect_without_syncing
from localstack_host.services.lambda_.monitoring import metrics


class Maker:
    """Makes something new at each call, and remembers with what."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def __call__(self, _factory: object, **options: Any) -> object:
        self.calls.append(options)
        return object()


def test_equal_configurations_share_a_client() -> None:
    make = Maker()
    client = internal_clients.cached_by_content(make)
    first = client("factory", service_name="sqs", config=Config(connect_timeout=1))
    second = client("factory", service_name="sqs", config=Config(connect_timeout=1))
    assert first is second
    assert make.calls[0]["service_name"] == "sqs"


@pytest.mark.parametrize("other", [{"service_name": "sns"}, {"aws_session_token": "another"}])
def test_another_service_or_another_session_gets_a_client_of_its_own(other: Any) -> None:
    client = internal_clients.cached_by_content(Maker())
    usual = {"service_name": "sqs", "aws_session_token": "one", "config": Config()}
    assert client("factory", **usual) is not client("factory", **(usual | other))


def test_another_timeout_makes_another_client() -> None:
    client = internal_clients.cached_by_content(Maker())
    assert client("factory", config=Config(read_timeout=1)) is not client(
        "factory", config=Config(read_timeout=2)
    )


def test_a_client_of_the_emulator_answers_to_its_service_and_says_no_more_than_who_it_is() -> None:
    make = Maker()
    internal_clients.cached_by_content(make)("factory", config=Config(read_timeout=7))
    made_with = make.calls[0]["config"]
    assert (made_with.read_timeout, made_with.user_agent) == (7, "localstack")


def test_a_factory_chooses_once_for_each_service() -> None:
    first, second = SimpleNamespace(name="a"), SimpleNamespace(name="b")
    choose = internal_clients.cached_by_service(lambda factory, service: [factory.name, service])
    assert choose(first, "sqs") is choose(first, "sqs")
    assert choose(first, "sns") == ["a", "sns"]
    assert choose(second, "sqs") == ["b", "sqs"]


def test_a_role_is_assumed_once_in_a_while() -> None:
    now, assume = [0.0], Maker()
    assumed = internal_clients.cached_with_expiry(assume, lambda: now[0])
    options = {"role_arn": "arn:one", "config": Config(read_timeout=1)}
    first = assumed("factory", **options)
    assert assumed("factory", **options) is first
    assert assumed("factory", **(options | {"role_arn": "arn:two"})) is not first
    now[0] = internal_clients.RENEWED_AFTER_S + 1
    assert assumed("factory", **options) is not first
    assert assume.calls[0] == options


def test_a_role_that_was_refused_is_asked_for_again() -> None:
    asked = []

    def refuse(_factory: object, **options: Any) -> None:
        asked.append(options)
        raise PermissionError

    assumed = internal_clients.cached_with_expiry(refuse)
    for _ in range(2):
        with pytest.raises(PermissionError):
            assumed("factory", role_arn="arn:one")
    assert len(asked) == 2


def test_the_content_type_is_chosen_once_for_each_pair_of_headers() -> None:
    chosen = []

    def choose(_serializer: object, headers: dict[str, str]) -> str:
        chosen.append(headers)
        return headers.get("Accept", "application/json")

    once = content_types.cached_by_headers(choose)
    assert [once(object(), {"Accept": "text/xml"}) for _ in range(2)] == ["text/xml"] * 2
    assert once(object(), None) == "application/json"
    assert chosen == [{"Accept": "text/xml"}, {}]


@pytest.mark.parametrize(("path", "may"), [("/_localstack/health", 1), ("/", 0), ("/x", 0)])
def test_only_internal_paths_reach_the_internal_pages(path: str, may: int) -> None:
    assert internal_resources.is_internal(SimpleNamespace(path=path)) == bool(may)


@pytest.mark.parametrize(
    ("path", "headers", "may"),
    [
        ("/", {"x-amz-target": "DynamoDB_20120810.GetItem"}, 0),
        ("/restapis/abc/dev/_user_request_/cart", {"x-amz-target": "of a customer"}, 1),
        ("/", {}, 1),
    ],
)
def test_a_request_for_an_operation_is_for_no_page(
    path: str, headers: dict[str, str], may: int
) -> None:
    request = SimpleNamespace(path=path, headers=Headers(headers))
    assert internal_resources.may_be_a_page(request) == bool(may)


@pytest.mark.parametrize("path", ["orders/a", "orders/\n", "a\nb", "\r\n", "\u2028", "a\n"])
def test_every_path_below_an_api_is_served(path: str) -> None:
    address = f"/_aws/execute-api/abc/dev/{path}"
    assert any(page.has(address, "GET") for page in internal_resources.SERVED)


@pytest.mark.parametrize("path", ["/_localstack/health\n", "/_host/calls\n", "/_aws/ses\nx"])
def test_a_line_feed_makes_no_page_of_another_path(path: str) -> None:
    assert not any(page.has(path, "GET") for page in internal_resources.SERVED)


FUNCTION = SimpleNamespace(function_name="f", account="0", region="us-east-2")


@pytest.mark.parametrize(
    ("duration_ms", "well", "counted"),
    [
        (5.0, True, {"Invocations": 1, "Errors": 0, "Duration": 5.0}),
        (5.0, False, {"Invocations": 1, "Errors": 1, "Duration": 5.0}),
        (None, False, {"Invocations": 1, "Errors": 1}),
    ],
)
def test_metrics_of_an_invocation_go_to_cloudwatch_together_and_with_their_own_time(
    duration_ms: float | None, well: bool, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: Queue[Any] = Queue()
    delivery = metric_delivery.Metrics(lambda place, points: sent.put((place, points)), wait_s=0.05)
    monkeypatch.setattr(metric_delivery, "delivery", lambda: delivery)
    metrics.invoked(FUNCTION, duration_ms, well)
    place, points = sent.get(timeout=5)
    assert place == ("0", "us-east-2", "AWS/Lambda")
    assert {point["MetricName"]: point["Values"][0] for point in points} == counted
    assert points[0]["Dimensions"] == [{"Name": "FunctionName", "Value": "f"}]
    assert abs(points[0]["Timestamp"].timestamp() - time.time()) < 60


def test_the_metrics_database_does_not_wait_for_the_disk() -> None:
    with connect_without_syncing(":memory:") as database:
        assert database.execute("PRAGMA synchronous").fetchone() == (0,)
