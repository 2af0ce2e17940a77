"""Names that a function's variables may not have: Lambda's own, and what is no name.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html and
https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html. LocalStack itself refuses more
than 4 KB.
"""

from __future__ import annotations

import re

from localstack.aws.api import CommonServiceException
from localstack.aws.api.lambda_ import Environment, InvalidParameterValueException

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


def check(environment: Environment | None) -> None:
    """Refuses, in AWS's words, variables that the function could not have on AWS."""
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
