"""What the emulator spares on the requests and logs of its own services: the same is understood."""

from __future__ import annotations

import logging
import threading
from queue import Empty
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.auth import AUTH_TYPE_MAPS
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogItem
from localstack.utils.aws.request_context import extract_region_from_auth_header

from localstack_host.performance import request_log, signatures
from localstack_host.services.lambda_ import log_delivery, metric_delivery

SIGNERS = (AUTH_TYPE_MAPS["v4"], signatures.unsigned(AUTH_TYPE_MAPS["v4"]))


def _signed(signer: Any, token: str | None) -> dict[str, str]:
    request = AWSRequest("POST", "http://localhost:4566/", data=b"{}")
    request.context["payload_signing_enabled"] = True
    signer(Credentials("ASIAKEY", "secret", token), "sqs", "eu-west-1").add_auth(request)
    return dict(request.headers.items())


@pytest.mark.parametrize("token", [None, "session"])
def test_an_unsigned_request_has_the_headers_of_a_signed_one(token: str | None) -> None:
    signed, unsigned = (_signed(signer, token) for signer in SIGNERS)
    names = {name.lower() for name in signed} - {"x-amz-content-sha256"}
    assert {name.lower() for name in unsigned} == names
    assert unsigned.get("X-Amz-Security-Token") == token


def test_an_unsigned_request_names_sender_day_region_and_service_as_a_signed_one() -> None:
    scopes = [_signed(signer, None)["Authorization"].split(",")[0] for signer in SIGNERS]
    assert scopes[0] == scopes[1]
    header = _signed(SIGNERS[1], None)
    assert extract_region_from_auth_header(header) == "eu-west-1"


class Loggers:
    """LocalStack's ResponseLogger with loggers that a test reads."""

    def __init__(self, level: int) -> None:
        self.aws_logger = logging.getLogger(f"test.requests.{level}")
        self.internal_aws_logger = logging.getLogger(f"test.requests.internal.{level}")
        for logger in (self.aws_logger, self.internal_aws_logger):
            logger.setLevel(level)
        self.http_logger = self.internal_http_logger = self.aws_logger


def _context(code: str | None, internal: bool = False) -> Any:
    shape = SimpleNamespace(name="Shape")
    return SimpleNamespace(
        is_internal_call=internal,
        operation=SimpleNamespace(name="PutItem", input_shape=shape, output_shape=shape),
        service=SimpleNamespace(service_name="dynamodb"),
        service_exception=code and SimpleNamespace(code=code, message="m"),
        service_request={},
        service_response={},
        account_id="0",
        region="us-east-2",
        request=SimpleNamespace(headers={}, path="/", method="POST"),
    )


@pytest.mark.parametrize("code", [None, "ConditionalCheckFailedException"])
@pytest.mark.parametrize("internal", [False, True])
def test_the_light_line_is_the_one_that_localstack_logs(
    code: str | None, internal: bool, caplog: pytest.LogCaptureFixture
) -> None:
    from localstack.aws.handlers.logging import ResponseLogger

    usual: Any = ResponseLogger._log
    response = SimpleNamespace(status_code=400 if code else 200, headers={}, data=b"")
    for log in (usual, request_log.lightly(usual)):
        log(Loggers(logging.INFO), _context(code, internal), response)
    usual_line, light_line = caplog.messages
    assert light_line == usual_line
    assert light_line.startswith("AWS dynamodb.PutItem => ")


def test_a_log_of_level_debug_says_all_it_ever_said() -> None:
    asked = []
    log = request_log.lightly(lambda *call: asked.append(call))
    log(Loggers(logging.DEBUG), _context(None), SimpleNamespace(status_code=200))
    assert len(asked) == 1


def _item(stream: str, text: str) -> LogItem:
    return LogItem("group", stream, text)


def test_lines_of_a_stream_go_together_in_their_order() -> None:
    items = [_item("a", "1\n2"), _item("b", "3"), _item("a", "4\n")]
    assert log_delivery.joined(items) == [_item("a", "1\n2\n4\n"), _item("b", "3")]


def test_what_is_too_long_for_one_call_goes_in_several() -> None:
    long = "x" * log_delivery.MAX_CHARACTERS
    items = [_item("a", "1"), _item("a", long), _item("a", "2")]
    assert "".join(item.logs for item in log_delivery.joined(items)) == f"1{long}2"
    assert len(log_delivery.joined(items)) == 3


def test_the_reader_gets_all_lines_before_it_is_told_to_stop() -> None:
    queue = log_delivery.Gathering(wait_s=0)
    for item in (_item("a", "1"), QUEUE_SHUTDOWN, _item("a", "2")):
        queue.put(item)
    assert queue.get() == _item("a", "1\n2")
    assert queue.get() is QUEUE_SHUTDOWN
    with pytest.raises(Empty):
        queue.get(block=False)


def test_metrics_need_no_thread_and_all_else_gets_one() -> None:
    started: list[str | None] = []
    here: list[threading.Thread] = []

    def start(_method: Any, *_rest: Any, name: str | None = None, **_more: Any) -> None:
        started.append(name)

    sparing = metric_delivery._without_a_thread(start)
    sparing(
        lambda: here.append(threading.current_thread()), name=f"{metric_delivery.RECORDING}-f:1"
    )
    sparing(lambda: here.append(threading.main_thread()))
    assert (here, started) == ([threading.current_thread()], [None])
