"""Reports requests that cannot be parsed as client errors, in the format of their service.

LocalStack reports an exception of its parsers as an internal failure, 500. This module wraps the
parsers; `invalid_requests.py` does the same for exceptions of services.
https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from localstack.aws.protocol.parser import OperationNotFoundParserError
from werkzeug.exceptions import BadRequest, HTTPException

from localstack_host.gateway.invalid_requests import FORMS, client_error, refused_beforehand
from localstack_host.localstack_api import CommonServiceException, ServiceException

LOG = logging.getLogger(__name__)
REST = ("rest-json", "rest-xml")
S3 = "s3"
LONGEST = 500  # characters of a message: LocalStack's contain the input, up to a megabyte
NOT_READ = {"rest-xml": "MalformedXML"} | dict.fromkeys(FORMS, "MalformedInput")
NOT_DECODED = (OSError, EOFError, zlib.error)  # raised by gzip for data that is not gzip's


class NotCompressed(BadRequest, OSError):
    """A body that is not compressed as its header declares; OSError, like gzip's own error."""


class Inflated(gzip.GzipFile):
    """Decompresses a body. Raises NotCompressed if it is not compressed."""

    def read(self, size: int | None = -1) -> bytes:
        """Reads up to `size` bytes, or all."""
        try:
            return super().read(size)
        except NOT_DECODED as error:
            raise NotCompressed(f"The body is not what Content-Encoding says: {error}") from error

    def readline(self, size: int | None = -1) -> bytes:
        """Reads the next line."""
        try:
            return super().readline(size)
        except NOT_DECODED as error:
            raise NotCompressed(f"The body is not what Content-Encoding says: {error}") from error


@contextmanager
def reading_an_operation(context: Any) -> Iterator[None]:
    """Wraps the parser of the operation and its parameters."""
    try:
        yield
        require_possible(context)
    except ServiceException:
        raise
    except Exception as error:
        _report(error)
        _name_an_operation(context)
        raise refusal(error, context) from error


@contextmanager
def reading(code: str, message: str) -> Iterator[None]:
    """Wraps the parser of a part of a request: raises an error with this code and message."""
    try:
        yield
    except ServiceException:
        raise
    except Exception as error:
        _report(error)
        raise _error(code, f"{message}: {_short(error)}") from error


def require_possible(context: Any) -> None:
    """Refuses a request that no provider can answer, such as a page of no items."""
    if refused := refused_beforehand(context):
        code, message = refused
        raise _error(code, _cut(message))


def as_service_error(exception: Exception, context: Any) -> Exception:
    """The error for a service's exception, which may be a parser's: services read bodies too."""
    if _is_senders(exception):
        _name_an_operation(context)
        return refusal(exception, context)
    return as_client_error(exception, context)


def as_client_error(exception: Exception, context: Any) -> Exception:
    """The exception, or AWS's error for the request that has caused it."""
    if isinstance(exception, (ServiceException, NotImplementedError, *moto_errors())):
        return exception
    reported = client_error(exception, context)
    if reported is None:
        return exception
    _report(exception)
    code, message = reported
    return _error(code, _cut(message))


def moto_errors() -> tuple[type[Exception], ...]:
    """The classes of AWS's errors that moto raises. They are rendered as they are."""
    from moto.core.exceptions import RESTError
    from moto.core.exceptions import ServiceException as OfMoto

    return (RESTError, OfMoto)


def refusal(error: Exception, context: Any) -> ServiceException:
    """AWS's error for a request that could not be parsed because of `error`."""
    if isinstance(error, OperationNotFoundParserError):
        return _unknown(error, context)
    if context.protocol in FORMS and "Missing Action" in str(error):
        message = "The request is missing an action or a required parameter: Action."
        return _error("MissingAction", message)
    code = NOT_READ.get(context.protocol, "SerializationException")
    for cause in _causes(error):
        if isinstance(cause, HTTPException) and _is_senders(cause):
            return _error(code, str(cause.description), HTTPStatus(cause.code or 400))
        if isinstance(cause, RecursionError):
            return _error(code, "The body is nested too deeply.")
    return _error(code, _short(error))


def _unknown(error: Exception, context: Any) -> ServiceException:
    if context.protocol in FORMS:
        return _error("InvalidAction", _short(error))
    if context.service.service_name == S3:
        message = "The specified method is not allowed against this resource."
        return _error("MethodNotAllowed", message, HTTPStatus.METHOD_NOT_ALLOWED)
    rest = context.protocol in REST
    status = HTTPStatus.NOT_FOUND if rest else HTTPStatus.BAD_REQUEST
    return _error("UnknownOperationException", _short(error), status)


def _is_senders(error: BaseException) -> bool:
    return isinstance(error, HTTPException) and (error.code or 500) < 500


def _name_an_operation(context: Any) -> None:
    """Sets any operation, as errors are rendered for one."""
    names = context.service.operation_names
    context.operation = context.operation or context.service.operation_model(names[0])


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _short(error: BaseException) -> str:
    return _cut(str(error))


def _cut(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[:LONGEST]}…"


def _report(error: Exception) -> None:
    LOG.info("Refused: the request cannot be read: %s", _short(error))


def _error(
    code: str, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
) -> CommonServiceException:
    # Some protocols are rendered with the name of the class, others with the code.
    error_class: type[CommonServiceException] = type(code, (CommonServiceException,), {})
    return error_class(code, text, status_code=status, sender_fault=True)
