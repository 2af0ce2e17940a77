"""Requires credentials, in LocalStack's chain of handlers.

LocalStack adds a signature to unsigned requests, and treats them as the account owner's. Here an
unsigned request is anonymous, and is served only if AWS would serve it.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from localstack_host.authentication import anonymous, credentials, errors, federation
from localstack_host.authentication.credentials import Credentials
from localstack_host.localstack_api import CommonServiceException, ServiceException, config
from localstack_host.services.iam.principal import UNSIGNED

LOG = logging.getLogger(__name__)
Handler = Callable[..., Any]

# Headers that LocalStack sends to itself, and that must not be accepted from others.
INTERNAL_HEADERS = ("x-localstack-data", "x-moto-account-id")
INTERNAL = "host.internal"  # in a request's WSGI environment
# What an integration of API Gateway sends by HTTP has this header: nobody else knows its value.
INTEGRATION = "x-host-integration"
SECRET = secrets.token_hex()
FORMS = ("query", "ec2")  # protocols whose parameters may be in a form
OPERATIONS_WITH_A_TOKEN = (*anonymous.TOKEN_OPERATIONS, *federation.OPERATIONS)
NO_SERVICE = {
    "__type": "InvalidSignatureException",
    "message": "The credential should be scoped to a service that the emulator has.",
}
# API Gateway's error for a request that is unsigned and matches no route of an API.
UNSIGNED_WITHOUT_ROUTE = {"message": "Missing Authentication Token"}


def mark_internal_requests(
    read: Handler, self: Any, chain: Any, context: Any, response: Any
) -> None:
    """Wraps the first handler: internal headers are accepted only from LocalStack itself."""
    headers = context.request.headers
    # For each header that is not there, werkzeug makes a whole HTTP error.
    sent = {name.lower() for name, _ in headers}
    integration = headers.pop(INTEGRATION) if INTEGRATION in sent else ""
    if _is_internal(context) or secrets.compare_digest(integration.encode(), SECRET.encode()):
        context.request.environ[INTERNAL] = True
    else:
        for name in sent.intersection(INTERNAL_HEADERS):
            headers.pop(name)
    read(self, chain, context, response)


def _is_internal(context: Any) -> bool:
    """Whether LocalStack calls itself: by a function call, for which the operation is set before.

    With IN_MEMORY_CLIENT=0, which only a test sets, its calls cannot be distinguished from others.
    """
    if config.IN_MEMORY_CLIENT:
        return context.operation is not None
    return INTERNAL_HEADERS[0] in context.request.headers


def require_credentials(sign: Handler, self: Any, chain: Any, context: Any, response: Any) -> None:
    """Wraps `sign`, the handler that adds a signature to unsigned requests."""
    if context.service and INTERNAL not in context.request.environ:
        credentials_of_request = required(context)
        if credentials_of_request:
            context.request.headers["Authorization"] = credentials_of_request.header
        else:
            context.request.environ[UNSIGNED] = True
            # Later handlers read region and account from the header that `sign` adds.
            context.request.headers.pop("Authorization", None)
    sign(self, chain, context, response)


def require_service(name: Handler, self: Any, chain: Any, context: Any, response: Any) -> None:
    """Wraps the handler that determines the service: refuses a request for no existing service.

    LocalStack's response to it is an empty 200.
    """
    try:
        name(self, chain, context, response)
    except Exception as error:  # the handler reads only the request
        LOG.info("Refused: the service cannot be determined: %.500s", error)
    if context.service is None:
        if context.request.headers.get("Authorization"):
            chain.respond(HTTPStatus.BAD_REQUEST, NO_SERVICE)
        else:
            chain.respond(HTTPStatus.FORBIDDEN, UNSIGNED_WITHOUT_ROUTE)


def check_unsigned_requests(
    parse: Handler, self: Any, chain: Any, context: Any, response: Any
) -> None:
    """Wraps `parse`, which determines the operation: serves unsigned requests as AWS does."""
    if UNSIGNED in context.request.environ:
        _require_served(lambda: parse(self, chain, context, response), context)
    else:
        parse(self, chain, context, response)
    if _is_federated(context):
        federation.require_trusted(context)


def _require_served(parse: Callable[[], None], context: Any) -> None:
    """Refuses an unsigned request that is not public or cannot be parsed, never with a 500."""
    try:
        parse()
    except Exception as error:
        raise _with_operation(context, errors.missing(context)) from error
    try:
        anonymous.require_served(context)
    except ServiceException:
        raise
    except Exception as error:
        LOG.info("Refused: the request cannot be checked: %.500r", error)
        raise errors.missing(context) from error


def report_unreadable_tokens(render: Handler, self: Any, exception: Exception, context: Any) -> Any:
    """Wraps `render`: an unreadable token is a client error, not a server error."""
    error = render(self, exception, context)
    token = context.operation and context.operation.name in OPERATIONS_WITH_A_TOKEN
    if token and error is not None and error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return render(self, errors.unreadable_token(context), context)
    return error


def _is_federated(context: Any) -> bool:
    """Whether a federated caller assumes a role. Signed requests are checked as well."""
    return bool(
        context.operation
        and context.operation.name in federation.OPERATIONS
        and INTERNAL not in context.request.environ
    )


def required(context: Any) -> Credentials | None:
    """The request's credentials; None if it has none and the service serves unsigned requests.

    Raises the service's own error for missing, incomplete and unknown credentials.
    """
    try:
        request_credentials = _read(context)
    except credentials.Incomplete as incomplete:
        error = errors.incomplete(context, str(incomplete))
        raise _with_operation(context, error) from incomplete
    if request_credentials is None:
        _require_open(context)
    elif credentials.is_presigned_command(context.request.args):
        raise _with_operation(context, errors.presigned_command())
    elif not request_credentials.are_known:
        raise _with_operation(
            context, errors.unknown_access_key(context, request_credentials.access_key)
        )
    return request_credentials


def _read(context: Any) -> Credentials | None:
    """The request's credentials. Raises Incomplete, also for version 2 outside of S3."""
    headers = context.request.headers
    if headers.get("Authorization", "").startswith("AWS ") and not _is_s3(context):
        raise credentials.Incomplete("Unsupported AWS 'algorithm': 'AWS'.")
    return credentials.of(headers, _parameters(context))


def _is_s3(context: Any) -> bool:
    return bool(context.service.service_name == "s3")


def _require_open(context: Any) -> None:
    if _is_s3(context) and context.request.headers.get("Authorization"):
        raise _with_operation(context, errors.unsupported_scheme())
    if not anonymous.serves_unsigned_requests(context.service):
        raise _with_operation(context, errors.missing(context))


def _parameters(context: Any) -> Any:
    """Those of the query, and of the form if the protocol uses forms: bodies may be streams."""
    request = context.request
    return request.values if context.protocol in FORMS else request.args


def _with_operation(context: Any, error: CommonServiceException) -> CommonServiceException:
    """Sets an operation, which the error is rendered for, if none is set yet."""
    if context.operation is None:
        context.operation = _operation(context)
    return error


def _operation(context: Any) -> Any:
    service, request = context.service, context.request
    name = request.headers.get("X-Amz-Target", "").rpartition(".")[2] or request.args.get("Action")
    with suppress(Exception):  # the name comes from the client
        return service.operation_model(name)
    return service.operation_model(service.operation_names[0])
