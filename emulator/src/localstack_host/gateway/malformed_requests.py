"""A request that cannot be read is its sender's mistake, in the words of its service.

LocalStack reports whatever its parsers stumble over as a failure of its own, 500. What reads a
request is guarded here; of what a service fails at, `invalid_requests.py` says whose mistake it is.
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

from localstack_host.gateway.invalid_requests import FORMS, mistake, refused_unseen
from localstack_host.localstack_api import CommonServiceException, ServiceException

LOG = logging.getLogger(__name__)
REST = ("rest-json", "rest-xml")
S3 = "s3"
LONGEST = 500  # characters of a message: LocalStack's repeat what was sent, up to a megabyte
NOT_READ = {"rest-xml": "MalformedXML"} | dict.fromkeys(FORMS, "MalformedInput")
NOT_DECODED = (OSError, EOFError, zlib.error)  # what gzip raises for what is none


class NotCompressed(BadRequest, OSError):
    """A body that says that it is compressed, and is not; OSError, as gzip's own error is."""


class Inflated(gzip.GzipFile):
    """What is in a compressed body. Raises NotCompressed where it is none."""

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes, or all."""
        try:
            return super().read(size)
        except NOT_DECODED as error:
            raise NotCompressed(f"The body is not what Content-Encoding says: {error}") from error

    def readline(self, size: int | None = -1) -> bytes:
        """The next line."""
        try:
            return super().readline(size)
        except NOT_DECODED as error:
            raise NotCompressed(f"The body is not what Content-Encoding says: {error}") from error


@contextmanager
def reading_an_operation(context: Any) -> Iterator[None]:
    """Around what finds the operation, and its parameters."""
    try:
        yield
        _require_possible(context)
    except ServiceException:
        raise
    except Exception as error:
        _report(error)
        _name_an_operation(context)
        raise refusal(error, context) from error


@contextmanager
def reading(code: str, said: str) -> Iterator[None]:
    """Around what reads a part of a request; the error has this code, and says this and why."""
    try:
        yield
    except ServiceException:
        raise
    except Exception as error:
        _report(error)
        raise _error(code, f"{said}: {_short(error)}") from error


def _require_possible(context: Any) -> None:
    if found := refused_unseen(context):
        code, said = found
        raise _error(code, _cut(said))


def to_be_rendered(exception: Exception, context: Any) -> Exception:
    """What is said of an exception in a service: a body may be read anywhere."""
    if _is_senders(exception):
        _name_an_operation(context)
        return refusal(exception, context)
    return blamed(exception, context)


def blamed(exception: Exception, context: Any) -> Exception:
    """The exception, or what AWS would say of the request that has caused it."""
    if isinstance(exception, (ServiceException, NotImplementedError, *of_moto())):
        return exception
    found = mistake(exception, context)
    if found is None:
        return exception
    _report(exception)
    code, said = found
    return _error(code, _cut(said))


def of_moto() -> tuple[type[Exception], ...]:
    """The errors of AWS's that moto raises, which are rendered as they are."""
    from moto.core.exceptions import RESTError
    from moto.core.exceptions import ServiceException as OfMoto

    return (RESTError, OfMoto)


def refusal(error: Exception, context: Any) -> ServiceException:
    """What AWS would say of a request that could not be parsed, because of `error`."""
    if isinstance(error, OperationNotFoundParserError):
        return _unknown(error, context)
    if context.protocol in FORMS and "Missing Action" in str(error):
        said = "The request is missing an action or a required parameter: Action."
        return _error("MissingAction", said)
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
        said = "The specified method is not allowed against this resource."
        return _error("MethodNotAllowed", said, HTTPStatus.METHOD_NOT_ALLOWED)
    rest = context.protocol in REST
    status = HTTPStatus.NOT_FOUND if rest else HTTPStatus.BAD_REQUEST
    return _error("UnknownOperationException", _short(error), status)


def _is_senders(error: BaseException) -> bool:
    return isinstance(error, HTTPException) and (error.code or 500) < 500


def _name_an_operation(context: Any) -> None:
    """Errors are rendered for an operation, whichever it is."""
    names = context.service.operation_names
    context.operation = context.operation or context.service.operation_model(names[0])


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _short(error: BaseException) -> str:
    return _cut(str(error))


def _cut(said: str) -> str:
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def _report(error: Exception) -> None:
    LOG.info("Refused, because it cannot be read: %s", _short(error))


def _error(
    code: str, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
) -> CommonServiceException:
    # Some protocols are told the name of the class, and others the code.
    named: type[CommonServiceException] = type(code, (CommonServiceException,), {})
    return named(code, text, status_code=status, sender_fault=True)
