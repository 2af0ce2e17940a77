"""The patch of CloudWatch Logs: events go to moto without an HTTP request.

LocalStack passes the request on to moto, which parses it once more; and a call in the process has
no HTTP request (`performance/in_process_calls.py`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from localstack_host.localstack_api import CommonServiceException, RequestContext, replace
from localstack_host.performance import shortcuts

STORING = "PutLogEvents"


@cache
def apply_patches() -> None:
    """Applies the patch, when CloudWatch Logs is loaded."""
    from localstack.services.logs import provider

    if not shortcuts.are_taken():
        return
    untyped: Any = provider
    original = untyped.call_moto

    def call_moto(context: RequestContext, *arguments: Any, **options: Any) -> Any:
        if context.operation and context.operation.name == STORING:
            return store(context)
        return original(context, *arguments, **options)

    replace(provider, "call_moto", call_moto)


def store(context: RequestContext) -> dict[str, Any]:
    """Stores the events of a request in moto, whose subscription filters get them."""
    from moto.core.exceptions import RESTError
    from moto.logs.models import logs_backends

    request: Any = context.service_request
    backend = logs_backends[context.account_id][context.region]
    try:
        token, rejected = backend.put_log_events(
            request.get("logGroupName"), request.get("logStreamName"), request.get("logEvents")
        )
    except RESTError as error:
        raise CommonServiceException(error.error_type, error.message, int(error.code)) from error
    response: dict[str, Any] = {"nextSequenceToken": token}
    return response | ({"rejectedLogEventsInfo": rejected} if rejected else {})
