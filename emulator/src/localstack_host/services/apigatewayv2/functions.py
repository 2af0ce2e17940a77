"""Lambda functions of integrations and authorizers: named by a URI, called by API Gateway.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
A function is called as the role of the integration, or as API Gateway: then its policy decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from localstack_host.localstack_api import connect_as, connect_to
from localstack_host.services.apigatewayv2.errors import Refused, failed, unavailable

FUNCTION = re.compile(r"(?:.*:lambda:path/[^/]+/functions/)?(arn:[^/]+?)(?:/invocations)?")
VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
SERVICE = "apigateway"
MOST_AT_A_TIME = 256
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
NOT_PERMITTED = (
    "The IAM role configured on the integration or API Gateway doesn't have permissions to call"
    " the integration. Check the permissions and try again."
)


def named(uri: str, stage_variables: Mapping[str, str]) -> str:
    """The ARN of the function that a URI names. Raises Refused, 500."""
    filled = with_variables(uri, stage_variables)
    match = FUNCTION.fullmatch(filled)
    if match is None or ":lambda:" not in match[1]:
        raise failed(f"{filled} is not the URI of a function")
    return match[1]


def with_variables(text: str, stage_variables: Mapping[str, str]) -> str:
    """A text with the values of stage variables."""
    return VARIABLE.sub(lambda match: stage_variables.get(match[1], ""), text)


def invoke(
    function: str, event: Mapping[str, Any], source_arn: str, role: str | None = None
) -> tuple[bytes, bool]:
    """The payload that a function answers with, and whether that is an error. Raises Refused."""
    region = function.split(":")[3]
    try:
        factory = connect_as(role, region, SERVICE) if role else connect_to(region_name=region)
        client = factory.lambda_
        if not role:
            client = client.request_metadata(service_principal=SERVICE, source_arn=source_arn)
        answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    except ClientError as error:
        raise _refusal(error) from error
    return answer["Payload"].read(), "FunctionError" in answer


def _refusal(error: ClientError) -> Refused:
    """413 for an event that is too large, 503 for a function that is throttled, else 500."""
    code = error.response.get("Error", {}).get("Code")
    if code == "RequestEntityTooLargeException":
        return Refused(413, "Request Entity Too Large", why=str(error))
    if code == "TooManyRequestsException":
        return unavailable(str(error))
    return failed(str(error), NOT_PERMITTED)


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_AT_A_TIME, "http-apis")


def within[T](timeout_ms: int, call: Callable[[], T]) -> T:
    """The result of a call. Raises Refused, 503, if it takes longer.

    A call that has begun goes on then. One that waits for others to end is not made any more.
    """
    future = _workers().submit(call)
    try:
        return future.result(timeout_ms / 1000)
    except TimeoutError as error:
        future.cancel()
        raise unavailable(f"The integration has not answered in {timeout_ms} ms") from error
