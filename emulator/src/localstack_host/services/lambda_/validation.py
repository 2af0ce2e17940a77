"""Validates events and variables, with AWS's errors.

The size of an event, and that it is JSON:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

The names of variables, which must not be reserved or malformed:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html and
https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html. LocalStack itself limits their
size to 4 KB.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from localstack.aws.api.lambda_ import (
    Environment,
    InvalidParameterValueException,
    InvalidRequestContentException,
    InvocationType,
    PackageType,
)

from localstack_host.localstack_api import CommonServiceException

RESERVED = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
NAME = "[a-zA-Z]([a-zA-Z0-9_])+"


MAX_REQUEST_BYTES = 6 * 2**20
MAX_EVENT_BYTES = 2**20


def require_event(payload: bytes, kind: str | None) -> None:
    """Raises AWS's error for an event that is not JSON, or too large for the invocation type."""
    if kind == InvocationType.Event and len(payload) > MAX_EVENT_BYTES:
        _refuse_size(
            f"{len(payload)} byte payload is too large for the Event invocation type"
            f" (limit {MAX_EVENT_BYTES} bytes)"
        )
    if len(payload) > MAX_REQUEST_BYTES:
        _refuse_size(
            f"Request must be smaller than {MAX_REQUEST_BYTES} bytes"
            " for the InvokeFunction operation"
        )
    if payload:
        _require_json(payload)


def require_client_context(encoded: str | None) -> None:
    """Raises AWS's error for a client context that is not the Base64 of a JSON object."""
    if encoded and client_context(encoded) is None:
        message = "Client context must be a valid Base64-encoded JSON object."
        raise InvalidRequestContentException(message)


def client_context(encoded: str) -> dict[str, Any] | None:
    """The client context of an invocation; None if it is not one."""
    try:
        decoded = json.loads(base64.b64decode(encoded, validate=True))
    except ValueError:
        return None
    return decoded if isinstance(decoded, dict) else None


def _refuse_size(message: str) -> None:
    raise CommonServiceException(
        "RequestEntityTooLargeException", message, status_code=413, sender_fault=True
    )


def _require_json(payload: bytes) -> None:
    try:
        json.loads(payload)
    except ValueError as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {error}",
            Type="User",
        ) from error


def require_package(request: Mapping[str, Any]) -> None:
    """Raises AWS's error for a function without a runtime, a handler or a code."""
    if request.get("PackageType", PackageType.Zip) != PackageType.Zip:
        return
    if not request.get("Runtime") or not request.get("Handler"):
        _refuse(
            "Runtime and Handler are mandatory parameters for functions created with deployment"
            " packages."
        )
    require_code(request["Code"])


def require_code(code: Mapping[str, Any]) -> None:
    """Raises AWS's error for a code that is none, or a zip with nothing in it."""
    if not code.keys() & {"ImageUri", "S3Bucket", "ZipFile"}:
        _refuse("Please provide a source for function code.")
    packed = code.get("ZipFile")
    if packed is not None and _is_empty(packed):
        _refuse("Uploaded file must be a non-empty zip")


def _is_empty(packed: bytes) -> bool:
    """False also for what is no zip, which LocalStack refuses."""
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return not archive.namelist()
    return not packed


def _refuse(message: str) -> None:
    raise InvalidParameterValueException(message, Type="User")


def require_variables(environment: Environment | None) -> None:
    """Raises AWS's error for variables with reserved or invalid names."""
    names = (environment or {}).get("Variables") or {}
    if used := [name for name in names if name in RESERVED]:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment"
            " variables you have provided contains reserved keys that are currently not supported"
            f" for modification. Reserved keys used in this request: {', '.join(used)}",
            Type="User",
        )
    if not all(re.fullmatch(NAME, name) for name in names):
        raise CommonServiceException(
            "ValidationException",
            "1 validation error detected: Value at 'environment.variables' failed to satisfy"
            " constraint: Map keys must satisfy constraint: [Member must satisfy regular expression"
            f" pattern: {NAME}, Member must not be null]",
            sender_fault=True,
        )
