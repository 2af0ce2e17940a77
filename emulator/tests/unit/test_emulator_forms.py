"""Forms are read as LocalStack reads them, but in time that grows with their length only."""

from __future__ import annotations

import inspect
import time
from typing import Any

import pytest
from localstack.aws.protocol.parser import QueryRequestParser, create_parser
from localstack.aws.spec import load_service
from localstack.http import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import MultipartDecoder

from localstack_host.gateway import patches

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BATCH = [("Action", "SendMessageBatch"), ("QueueUrl", "q")]


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in ((QueryRequestParser, "_filter_node"), (MultipartDecoder, "_parse_headers")):
        monkeypatch.setattr(owner, name, inspect.getattr_static(owner, name))
    patches.patch_forms()


def parsed(service: str, fields: list[tuple[str, str]]) -> Any:
    body = "&".join(f"{name}={value}" for name, value in fields)
    return create_parser(load_service(service), "query").parse(
        Request("POST", "/", headers=FORM, body=body)
    )[1]


def metrics(count: int) -> list[tuple[str, str]]:
    fields = [("Action", "PutMetricData"), ("Namespace", "n")]
    for n in range(1, count + 1):
        start = f"MetricData.member.{n}"
        fields += [(f"{start}.MetricName", f"m{n}"), (f"{start}.Value", str(n))]
        fields += [(f"{start}.Dimensions.member.1.Name", "a")]
        fields += [(f"{start}.Dimensions.member.1.Value", "b")]
    return fields


ATTRIBUTE = "SendMessageBatchRequestEntry.1.MessageAttribute.1"
EXAMPLES = {
    "metrics": ("cloudwatch", metrics(12)),
    "a batch": (
        "sqs-query",
        [
            *BATCH,
            ("SendMessageBatchRequestEntry.1.Id", "a"),
            ("SendMessageBatchRequestEntry.1.MessageBody", "b"),
            (f"{ATTRIBUTE}.Name", "n"),
            (f"{ATTRIBUTE}.Value.StringValue", "v"),
            (f"{ATTRIBUTE}.Value.DataType", "String"),
            ("SendMessageBatchRequestEntry.2.Id", "c"),
        ],
    ),
    "a map": (
        "sns",
        [
            ("Action", "Publish"),
            ("Message", "m"),
            ("MessageAttributes.entry.1.Name", "n"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            ("MessageAttributes.entry.1.Value.StringValue", "v"),
            ("MessageAttributes.entry.2.Name", "without a value"),
        ],
    ),
    "an empty list": ("iam", [("Action", "CreateUser"), ("UserName", "u"), ("Tags", "")]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_form_says_what_it_said(name: str, request: pytest.FixtureRequest) -> None:
    service, fields = EXAMPLES[name]
    before = parsed(service, fields)
    request.getfixturevalue("mended")
    assert parsed(service, fields) == before


@pytest.mark.usefixtures("mended")
def test_a_thousand_metrics_are_read() -> None:
    assert len(parsed("cloudwatch", metrics(1000))["MetricData"]) == 1000


def entries(count: int) -> tuple[str, list[tuple[str, str]]]:
    names = [f"SendMessageBatchRequestEntry.{n}.Id" for n in range(1, count)]
    return "sqs-query", [*BATCH, *((name, "1") for name in names)]


def attributes(count: int) -> tuple[str, list[tuple[str, str]]]:
    start, fields = "MessageAttributes.entry", [("Action", "Publish"), ("Message", "m")]
    for n in range(1, count // 2):
        fields += [(f"{start}.{n}.Name", str(n)), (f"{start}.{n}.Value.DataType", "String")]
    return "sns", fields


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize("form", [entries, attributes])
def test_twice_as_many_parameters_take_about_twice_the_time(form: Any) -> None:
    def taken(count: int) -> float:
        start = time.process_time()
        parsed(*form(count))
        return time.process_time() - start

    short = min(taken(4000) for _ in range(3))
    assert min(taken(8000) for _ in range(3)) < 3 * short


@pytest.mark.usefixtures("mended")
def test_the_header_of_a_part_is_refused_before_it_is_parsed() -> None:
    parameters = "".join(f'; a{n}="x"' for n in range(20_000))
    part = f"--b\r\nContent-Disposition: form-data; name=n{parameters}\r\n\r\nx\r\n--b--\r\n"
    request = Request(
        "POST", "/", headers={"Content-Type": "multipart/form-data; boundary=b"}, body=part
    )
    with pytest.raises(RequestEntityTooLarge, match="16384 are allowed"):
        request.form["n"]
