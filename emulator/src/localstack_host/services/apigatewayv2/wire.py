"""The responses of services as an API passes them on: in JSON, and those of SQS in XML.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
API Gateway speaks SQS's older protocol, as samples of AWS's show:
https://github.com/aws-samples/serverless-patterns/tree/main/apigw-http-api-sqs-lambda-cdk
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.spec import load_service
from werkzeug.datastructures import Headers

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.apigatewayv2.answers import JSON, Answer

IN_XML = "sqs"
DECLARATION = b'<?xml version="1.0"?>'
DENIED = ("AccessDenied", "AccessDeniedException")


def answer(service: str, operation: str, result: Mapping[str, Any]) -> Answer:
    """The response for what a client has parsed; `operation` is botocore's name."""
    if service != IN_XML:
        return _json(200, result)
    model, serializer = _queries()
    return _xml(
        serializer.serialize_to_response(
            dict(result), model.operation_model(operation), None, str(uuid.uuid4())
        )
    )


def error(service: str, operation: str, refusal: ClientError) -> Answer:
    """The response for an error of the service."""
    about = refusal.response.get("Error", {})
    code, message = str(about.get("Code")), str(about.get("Message"))
    status = int(refusal.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 400)
    if service != IN_XML:
        return _json(status, {"__type": code, "message": message})
    model, serializer = _queries()
    raised = CommonServiceException(code, message, 403 if code in DENIED else status, status < 500)
    return _xml(
        serializer.serialize_error_to_response(
            raised, model.operation_model(operation), None, str(uuid.uuid4())
        )
    )


@cache
def _queries() -> tuple[Any, Any]:
    model = load_service("sqs-query")
    return model, create_serializer(model, "query")


def _xml(response: Any) -> Answer:
    body = response.get_data().partition(b"?>")[2].lstrip()
    headers = Headers([("content-type", "text/xml")])
    return Answer(int(response.status_code), headers, DECLARATION + body)


def _json(status: int, value: Mapping[str, Any]) -> Answer:
    body = json.dumps(value, separators=(",", ":"), default=_plain).encode()
    return Answer(status, Headers([("content-type", JSON)]), body)


def _plain(value: Any) -> Any:
    """A time as the services write it, in seconds; data as Base64."""
    if isinstance(value, datetime):
        return value.timestamp()
    return base64.b64encode(bytes(value)).decode()
