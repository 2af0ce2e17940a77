"""What AWS asks of the names and inputs of executions before it starts one.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from localstack.aws.api.stepfunctions import (
    InvalidExecutionInput,
    InvalidName,
    InvalidOutput,
    InvalidToken,
)

from localstack_host.localstack_api import CommonServiceException

LONGEST_NAME = 80
LARGEST_PAGE = 1_000
LARGEST_INPUT = 262_144  # bytes in UTF-8
NOT_IN_NAMES = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]""")
WORD = re.compile(r"\s*(\w+)")
EXPECTED = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

_sent: ContextVar[str | None] = ContextVar("sent_input", default=None)


def check_name(name: str | None) -> None:
    """Raises ValidationException or InvalidName for what is no name."""
    if name is None:
        return
    if len(name) > LONGEST_NAME:
        rule = f"Member must have length less than or equal to {LONGEST_NAME}"
        raise _invalid(f"Value '{name}' at 'name' failed to satisfy constraint: {rule}")
    if not name or NOT_IN_NAMES.search(name):
        raise InvalidName(f"Invalid Name: '{name}'")


def check_input(text: str | None) -> None:
    """Raises ValidationException for an input that is too large."""
    if text and len(text) * 4 > LARGEST_INPUT and len(text.encode()) > LARGEST_INPUT:
        rule = f"Member must have length less than or equal to {LARGEST_INPUT}"
        raise _invalid(f"Value at 'input' failed to satisfy constraint: {rule}")


def check_output(text: str) -> None:
    """Raises InvalidOutput for the output of a task that is no JSON."""
    try:
        json.loads(text)
    except ValueError as error:
        raise InvalidOutput(f"Invalid Output: '{_reason(text, str(error))}'") from error


def page(history: dict[str, Any], size: int | None, token: str | None) -> dict[str, Any]:
    """A page of a history; all of it without a size, where AWS returns a hundred events.

    Raises ValidationException for a page that is too large, InvalidToken for one that is none.
    """
    if size is not None and size > LARGEST_PAGE:
        rule = f"Member must have value less than or equal to {LARGEST_PAGE}"
        raise _invalid(f"Value '{size}' at 'maxResults' failed to satisfy constraint: {rule}")
    if token is not None and not (token.isascii() and token.isdecimal()):
        raise InvalidToken("Invalid Token: 'Invalid token'")
    first = int(token or 0)
    events = history["events"][first:]
    if not size or len(events) <= size:
        return {**history, "events": events}
    return {**history, "events": events[:size], "nextToken": str(first + size)}


def _invalid(what: str) -> CommonServiceException:
    return CommonServiceException(
        "ValidationException", f"1 validation error detected: {what}", 400, sender_fault=True
    )


@contextmanager
def starting(text: str | None) -> Iterator[None]:
    """Keeps the input as it was sent, and words the error of one that is no JSON as AWS does."""
    token = _sent.set(text)
    try:
        yield
    except InvalidExecutionInput as error:
        raise InvalidExecutionInput(
            f"Invalid State Machine Execution Input: '{_reason(text or '', str(error))}'"
        ) from error
    finally:
        _sent.reset(token)


def sent_input() -> str | None:
    """The input of the execution that is being started, as it was sent."""
    return _sent.get()


def _reason(text: str, otherwise: str) -> str:
    word = WORD.match(text)
    return f"Unrecognized token '{word[1]}': {EXPECTED}" if word else otherwise
