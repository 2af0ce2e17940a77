"""The place in LocalStack's chain of handlers where a request has to say whose it is.

LocalStack signs for whoever does not, and takes that one for the owner of the account. Here such a
request is nobody's, and is served only what AWS serves to nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from localstack_host.authentication import anonymous, credentials, errors, federation
from localstack_host.authentication.credentials import Credentials
from localstack_host.localstack_api import CommonServiceException, ServiceException, config

LOG = logging.getLogger(__name__)
Handler = Callable[..., Any]

# What LocalStack tells itself in headers, and must not be told by anybody else.
INTERNAL_HEADERS = ("x-localstack-data", "x-moto-account-id")
INTERNAL, UNSIGNED = "host.internal", "host.unsigned"  # in a request's WSGI environment
FORMS = ("query", "ec2")  # protocols whose parameters may be in a form
OPERATIONS_WITH_A_TOKEN = (*anonymous.WITH_A_TOKEN, *federation.OPERATIONS)
NO_SERVICE = {
    "__type": "InvalidSignatureException",
    "message": "The credential should be scoped to a service that the emulator has.",
}
# API Gateway's words for what is neither signed nor a route of an API.
UNSIGNED_FOR_NOTHING = {"message": "Missing Authentication Token"}


def trusts_only_itself(read: Handler, self: Any, chain: Any, context: Any, response: Any) -> None:
    """The chain's first handler: what a request claims to be counts only from within."""
    if _is_from_within(context):
        context.request.environ[INTERNAL] = True
    else:
        for name in INTERNAL_HEADERS:
            context.request.headers.pop(name, None)
    read(self, chain, context, response)


def _is_from_within(context: Any) -> bool:
    """Whether LocalStack calls itself: by a function call, which names its operation beforehand.

    With IN_MEMORY_CLIENT=0, which only a test sets, nothing tells its calls from others'.
    """
    if config.IN_MEMORY_CLIENT:
        return context.operation is not None
    return INTERNAL_HEADERS[0] in context.request.headers


def asks_for_credentials(sign: Handler, self: Any, chain: Any, context: Any, response: Any) -> None:
    """In the place of the handler that signs for others, which is `sign`."""
    if context.service and INTERNAL not in context.request.environ:
        found = required(context)
        if found:
            context.request.headers["Authorization"] = found.header
        else:
            context.request.environ[UNSIGNED] = True
            # Region and account are read from a header further on.
            context.request.headers.pop("Authorization", None)
    sign(self, chain, context, response)


def names_a_service(name: Handler, self: Any, chain: Any, context: Any, response: Any) -> None:
    """Around the handler that finds the service: a request may be for none that there is.

    LocalStack answers it with an empty 200.
    """
    try:
        name(self, chain, context, response)
    except Exception as error:  # nothing but the request is looked at there
        LOG.info("Refused, because no service can be told: %.500s", error)
    if context.service is None:
        if context.request.headers.get("Authorization"):
            chain.respond(HTTPStatus.BAD_REQUEST, NO_SERVICE)
        else:
            chain.respond(HTTPStatus.FORBIDDEN, UNSIGNED_FOR_NOTHING)


def serves_nobody_more_than_aws(
    parse: Handler, self: Any, chain: Any, context: Any, response: Any
) -> None:
    """Around the handler that finds out what is asked for, which is `parse`."""
    if UNSIGNED in context.request.environ:
        _require_served(lambda: parse(self, chain, context, response), context)
    else:
        parse(self, chain, context, response)
    if _is_federated(context):
        federation.require_trusted(context)


def _require_served(parse: Callable[[], None], context: Any) -> None:
    """Whatever is wrong with a request of nobody's, it is not served, and is no failure."""
    try:
        parse()
    except Exception as error:
        raise _with_operation(context, errors.missing(context)) from error
    try:
        anonymous.require_served(context)
    except ServiceException:
        raise
    except Exception as error:
        LOG.info("Refused, because it is not understood: %.500r", error)
        raise errors.missing(context) from error


def reads_tokens(render: Handler, self: Any, exception: Exception, context: Any) -> Any:
    """Around what renders errors: a token that cannot be read is its sender's mistake."""
    error = render(self, exception, context)
    token = context.operation and context.operation.name in OPERATIONS_WITH_A_TOKEN
    if token and error is not None and error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return render(self, errors.not_readable(context), context)
    return error


def _is_federated(context: Any) -> bool:
    """Whether a role is assumed by somebody from outside: this is asked of the owner as well."""
    return bool(
        context.operation
        and context.operation.name in federation.OPERATIONS
        and INTERNAL not in context.request.environ
    )


def required(context: Any) -> Credentials | None:
    """The request's credentials; None where a service serves some things without any.

    Raises the service's own error for a request that needs some, or has some that are no good.
    """
    try:
        found = _read(context)
    except credentials.Incomplete as incomplete:
        error = errors.incomplete(context, str(incomplete))
        raise _with_operation(context, error) from incomplete
    if found is None:
        _require_open(context)
    elif credentials.commands_by_address(context.request.args):
        raise _with_operation(context, errors.by_address())
    elif not found.are_known:
        raise _with_operation(context, errors.not_known(context, found.access_key))
    return found


def _read(context: Any) -> Credentials | None:
    """The request's, whosever. Raises Incomplete, also for what only S3 takes for a signature."""
    headers = context.request.headers
    if headers.get("Authorization", "").startswith("AWS ") and not _is_s3(context):
        raise credentials.Incomplete("Unsupported AWS 'algorithm': 'AWS'.")
    return credentials.of(headers, _parameters(context))


def _is_s3(context: Any) -> bool:
    return bool(context.service.service_name == "s3")


def _require_open(context: Any) -> None:
    if _is_s3(context) and context.request.headers.get("Authorization"):
        raise _with_operation(context, errors.other_scheme())
    if not anonymous.may_come(context.service):
        raise _with_operation(context, errors.missing(context))


def _parameters(context: Any) -> Any:
    """The query's, and a form's where forms are the protocol: others may be streams."""
    request = context.request
    return request.values if context.protocol in FORMS else request.args


def _with_operation(context: Any, error: CommonServiceException) -> CommonServiceException:
    """An error is rendered for an operation; which it is, is not looked at yet."""
    if context.operation is None:
        context.operation = _operation(context)
    return error


def _operation(context: Any) -> Any:
    service, request = context.service, context.request
    named = request.headers.get("X-Amz-Target", "").rpartition(".")[2] or request.args.get("Action")
    with suppress(Exception):  # it is what somebody wrote
        return service.operation_model(named)
    return service.operation_model(service.operation_names[0])
