"""Which failures of a service are mistakes of the request that it was sent.

LocalStack and moto check little of what they are given: a parameter that is missing, an expression
that is none or a token of somebody's own making ends in whatever Python says of it, as a 500, which
SDKs send again. This looks only at requests that have failed, so it refuses nothing that is served;
but for lists: what they say to a limit of -1 depends on what there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from botocore.validate import ParamValidator, ValidationErrors

# What is raised for a value of the wrong form: JSON, base64, text, ARNs, numbers.
READING = (ValueError, RecursionError)
LISTING = ("List", "Describe")
TOO_SMALL = "invalid range"  # as botocore calls a number that is below the least
INVOKE = "Invoke"  # its parameters are few, and what it is sent is the function's to read
CODES = {
    "s3": "InvalidArgument",
    "sqs": "InvalidParameterValue",
    "sns": "InvalidParameter",
    "lambda": "InvalidParameterValueException",
    "logs": "InvalidParameterException",
    "apigateway": "BadRequestException",
    "cloudwatch": "InvalidParameterValue",
}
CODE = "ValidationException"
QUERY_CODE = "ValidationError"  # CommonErrors of the services that are spoken to by forms


# What no XML can hold, and so no answer of the services that answer in it.
# https://www.w3.org/TR/xml/#charsets
FORMS = ("query", "ec2")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def refused_unseen(context: Any) -> tuple[str, str] | None:
    """The code and the words for a request that is not served, whatever is there."""
    said = _unanswerable(context)
    if not said and getattr(context.operation, "name", "").startswith(LISTING):
        said = _broken_rules(context, only=TOO_SMALL)
    return (_code(context), said) if said else None


def _unanswerable(context: Any) -> str:
    """What a form has that its answer could not repeat."""
    if context.protocol in FORMS:
        for value in _texts(context.service_request):
            if NOT_IN_XML.search(value):
                return f"The value {value!r} has a character that XML does not allow."
    return ""


def mistake(error: Exception, context: Any) -> tuple[str, str] | None:
    """The code and the words for what is wrong with the request; None if nothing is."""
    if getattr(context.operation, "name", "") == INVOKE:
        return None
    said = _broken_rules(context) or _of_reading(error) or _of_a_key(error, context)
    return (_code(context), said) if said else None


def _broken_rules(context: Any, only: str = "") -> str:
    """What AWS's own description of the operation says against the request: all, or one kind."""
    shape = getattr(context.operation, "input_shape", None)
    if shape is None or context.service_request is None:
        return ""
    report = ParamValidator().validate(_given(context.service_request), shape)
    wanted = ValidationErrors()
    for kind, name, facts in report._errors:
        if only in ("", kind):
            wanted.report(name, kind, **facts)
    return str(wanted.generate_report())


def _given(value: Any) -> Any:
    """A request without the parameters that LocalStack's parsers write down as None."""
    if isinstance(value, dict):
        return {name: _given(part) for name, part in value.items() if part is not None}
    return [_given(part) for part in value] if isinstance(value, list) else value


def _of_reading(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "The request is nested too deeply, or has too many parts."
    if isinstance(error, READING):
        return f"The request cannot be read: {_in_words(error)}"
    return ""


def _of_a_key(error: Exception, context: Any) -> str:
    """Something was looked for and is not there: what was sent, or a parameter that was not."""
    key = error.args[0] if isinstance(error, KeyError) and error.args else None
    if not isinstance(key, str):
        return ""
    if not {key, unquote(key)}.isdisjoint(_texts(context.service_request)):
        return f"There is no {key!r}."
    if key in _parameters(getattr(context.operation, "input_shape", None), set()):
        return f"The parameter {key} is missing."
    return ""


def _parameters(shape: Any, seen: set[str]) -> Iterator[str]:
    """The names of all that a shape can have in it."""
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    for name, member in getattr(shape, "members", {}).items():
        yield name
        yield from _parameters(member, seen)
    for part in ("member", "value"):
        yield from _parameters(getattr(shape, part, None), seen)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__} {error}".strip()


def _code(context: Any) -> str:
    original = QUERY_CODE if context.protocol in FORMS else CODE
    return CODES.get(context.service.service_name, original)
