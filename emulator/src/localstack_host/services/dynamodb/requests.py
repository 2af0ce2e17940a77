"""Requests for DynamoDB on their way through LocalStack's chain of handlers.

LocalStack's parser and serializer would walk through each value of each item twice. The engine
reads the bytes of a request and writes those of its response itself. What stands between in the
chain (accounts, permissions, the record of calls) sees the parameters that the engine has read, so
that nothing is permitted that was not asked for.
"""

from __future__ import annotations

import json
from typing import Any

from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service

from embedded_dynamodb.engine import Answer, Engine
from embedded_dynamodb.errors import DynamoDBError
from embedded_dynamodb.operations import OPERATIONS, STREAM_OPERATIONS
from localstack_host.localstack_api import CommonServiceException, RequestContext, Response

SERVICES = frozenset({"dynamodb", "dynamodbstreams"})
OPERATION = "X-Amz-Target"


class EngineSkeleton(Skeleton):
    """Answers the operations of one of the two services with the engine."""

    def __init__(self, service: str, engine: Engine) -> None:
        streams = service == "dynamodbstreams"
        names = (name for name in OPERATIONS if (name in STREAM_OPERATIONS) == streams)
        operations: Any = dict.fromkeys(names, engine)
        super().__init__(load_service(service), operations)
        self._engine = engine

    def invoke(self, context: RequestContext) -> Response:
        """Returns the engine's response to the request that `read` has read."""
        name = context.operation.name if context.operation else ""
        parameters: Any = context.service_request
        answer = self._engine.run(name, parameters, context.account_id, context.region)
        return _response(context, answer)


def read(engine: Engine, context: RequestContext) -> bool:
    """Sets the operation and its parameters, and returns whether the engine has the operation.

    Raises CommonServiceException if the request is wrong whatever tables there are.
    """
    service: Any = context.service
    name = context.request.headers.get(OPERATION, "").rpartition(".")[2]
    if name not in service.operation_names or name not in OPERATIONS:
        return False
    context.operation = service.operation_model(name)
    body = context.request.get_data()
    try:
        parameters: Any = engine.read(name, body)
    except DynamoDBError as error:
        answer = engine.handle(name, body, context.account_id, context.region)  # who counts it
        raise _exception(answer) from error
    context.service_request = parameters
    return True


def _response(context: RequestContext, answer: Answer) -> Response:
    """Returns the engine's answer, and notes it for the handlers of responses."""
    if answer.status < 400:
        content: Any = json.loads(answer.body or b"{}")
        context.service_response = content
    else:
        context.service_exception = _exception(answer)
    return Response(answer.body, answer.status, answer.headers)


def _exception(answer: Answer) -> CommonServiceException:
    content = json.loads(answer.body)
    code = content["__type"].rpartition("#")[2]
    message = content.get("message") or content.get("Message") or ""
    return CommonServiceException(code, message, answer.status, sender_fault=answer.status < 500)
