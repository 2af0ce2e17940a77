"""Determines which failures of a service are client errors.

LocalStack and moto validate little of their input: a missing parameter, an invalid expression or an
invalid token raises some exception of Python's, which becomes a 500, and SDKs retry that. This
module checks requests that have failed, so it refuses none that would be served. The exceptions are
limits of lists, as the response to a limit of -1 depends on the stored data, characters that an XML
response cannot contain, and services that are checked as on AWS (`constraints.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from botocore.validate import ParamValidator, ValidationErrors

from localstack_host.gateway import constraints

# Raised for malformed values: JSON, base64, text, ARNs, numbers.
READING = (ValueError, RecursionError)
LISTING = ("List", "Describe")
TOO_SMALL = "invalid range"  # botocore's name for a number below the minimum
INVOKE = "Invoke"  # it has few parameters, and its payload is the function's to validate
CODES = {
    "s3": "InvalidArgument",
    "sqs": "InvalidParameterValue",
    "sns": "InvalidParameter",
    "lambda": "InvalidParameterValueException",
    "logs": "InvalidParameterException",
    "cognito-idp": "InvalidParameterException",
    "apigateway": "BadRequestException",
    "apigatewayv2": "BadRequestException",
    "cloudwatch": "InvalidParameterValue",
}
CODE = "ValidationException"
QUERY_CODE = "ValidationError"  # of services with a form protocol


# Characters that XML, the format of the responses to forms, cannot contain.
# https://www.w3.org/TR/xml/#charsets
FORMS = ("query", "ec2")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# SQS refuses such a body itself, of a batch only the entry that has it: InvalidMessageContents.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
VALIDATED_LATER = ("MessageBody",)


def refused_beforehand(context: Any) -> tuple[str, str] | None:
    """Code and message if a request must be refused before it is served; else None."""
    message = _not_in_xml(context) or _broken(context)
    if not message and getattr(context.operation, "name", "").startswith(LISTING):
        message = _violations(context, only=TOO_SMALL)
    return (_code(context), message) if message else None


def _broken(context: Any) -> str:
    """Of the requests of services nothing is checked: they are LocalStack's, not the caller's."""
    if context.internal_request_params is not None:
        return ""
    shape = getattr(context.operation, "input_shape", None)
    return constraints.broken(context.service.service_name, context.service_request, shape)


def _not_in_xml(context: Any) -> str:
    """The message about a value that an XML response could not contain; empty if there is none."""
    if context.protocol in FORMS:
        for value in _texts(context.service_request, without=VALIDATED_LATER):
            if NOT_IN_XML.search(value):
                return f"The value {value!r} has a character that XML does not allow."
    return ""


def client_error(error: Exception, context: Any) -> tuple[str, str] | None:
    """Code and message if the request has caused the error; else None."""
    if getattr(context.operation, "name", "") == INVOKE:
        return None
    message = _violations(context) or _about_reading(error) or _about_key(error, context)
    return (_code(context), message) if message else None


def _violations(context: Any, only: str = "") -> str:
    """The request's violations of the operation's model: all, or those of one kind."""
    shape = getattr(context.operation, "input_shape", None)
    if shape is None or context.service_request is None:
        return ""
    report = ParamValidator().validate(_without_none(context.service_request), shape)
    selected = ValidationErrors()
    for kind, name, facts in report._errors:
        if only in ("", kind):
            selected.report(name, kind, **facts)
    return str(selected.generate_report())


def _without_none(value: Any) -> Any:
    """A request without the parameters that LocalStack's parsers set to None."""
    if isinstance(value, dict):
        return {name: _without_none(part) for name, part in value.items() if part is not None}
    return [_without_none(part) for part in value] if isinstance(value, list) else value


def _about_reading(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "The request is nested too deeply, or has too many parts."
    if isinstance(error, READING):
        return f"The request cannot be read: {_described(error)}"
    return ""


def _about_key(error: Exception, context: Any) -> str:
    """The message for a KeyError: a value of the request, or a parameter that it lacks."""
    key = error.args[0] if isinstance(error, KeyError) and error.args else None
    if not isinstance(key, str):
        return ""
    if not {key, unquote(key)}.isdisjoint(_texts(context.service_request)):
        return f"There is no {key!r}."
    if key in _parameters(getattr(context.operation, "input_shape", None), set()):
        return f"The parameter {key} is missing."
    return ""


def _parameters(shape: Any, seen: set[str]) -> Iterator[str]:
    """The names of all members of a shape, nested ones included."""
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    for name, member in getattr(shape, "members", {}).items():
        yield name
        yield from _parameters(member, seen)
    for part in ("member", "value"):
        yield from _parameters(getattr(shape, part, None), seen)


def _texts(value: Any, without: tuple[str, ...] = ()) -> Iterator[str]:
    """The texts of a request, but for those of members with these names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in without:
                yield from _texts(each, without)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, without)


def _described(error: BaseException) -> str:
    return f"{type(error).__name__} {error}".strip()


def _code(context: Any) -> str:
    original = QUERY_CODE if context.protocol in FORMS else CODE
    return CODES.get(context.service.service_name, original)
