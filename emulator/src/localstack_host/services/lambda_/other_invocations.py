"""Invocations by InvokeWithResponseStream and by InvokeAsync, which LocalStack does not have.

A function in Python cannot stream its response: it comes as a whole, as on AWS.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from localstack.aws.api.lambda_ import (
    InvocationType,
    InvokeAsyncResponse,
    InvokeWithResponseStreamResponse,
    InvokeWithResponseStreamResponseEvent,
)
from localstack.services.lambda_.provider import LambdaProvider

from localstack_host.localstack_api import RequestContext, handler


class OtherInvocations(LambdaProvider):
    """Lambda with both operations."""

    @handler("InvokeWithResponseStream")
    def invoke_with_response_stream(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, function_name: str, **others: Any
    ) -> InvokeWithResponseStreamResponse:
        """Invokes a function; its response is one chunk."""
        response = self.invoke(context, function_name, **others)
        return InvokeWithResponseStreamResponse(
            StatusCode=response["StatusCode"],
            ExecutedVersion=response.get("ExecutedVersion"),
            ResponseStreamContentType="application/octet-stream",
            EventStream=_events(response),
        )

    @handler("InvokeAsync")
    def invoke_async(
        self, context: RequestContext, function_name: str, invoke_args: Any, **_others: Any
    ) -> InvokeAsyncResponse:
        """Queues an event, as Invoke does with the type Event."""
        kind = InvocationType.Event
        self.invoke(context, function_name, invocation_type=kind, payload=invoke_args)
        return InvokeAsyncResponse(Status=202)


def _events(response: Mapping[str, Any]) -> Iterator[InvokeWithResponseStreamResponseEvent]:
    payload = response.get("Payload") or b""
    complete: dict[str, Any] = {}
    if response.get("FunctionError"):
        error = json.loads(payload)
        complete = {"ErrorCode": error.get("errorType"), "ErrorDetails": payload.decode()}
    elif payload:
        yield {"PayloadChunk": {"Payload": payload}}
    if "LogResult" in response:
        complete["LogResult"] = response["LogResult"]
    yield {"InvokeComplete": complete}  # type: ignore[typeddict-item] # its keys are above
