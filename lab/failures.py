"""Turns whatever went wrong into the one message that a user sees."""

from __future__ import annotations

import traceback
from pathlib import Path

import httpx
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from lab import paths
from lab.errors import LabError

NOT_DEPLOYED = frozenset(
    {
        "NotFoundException",
        "ParameterNotFound",
        "ResourceNotFoundException",
        "StateMachineDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
    }
)
UNREACHABLE = (
    EndpointConnectionError,
    ConnectionClosedError,
    ConnectTimeoutError,
    httpx.ConnectError,
    httpx.RemoteProtocolError,
)
TOO_SLOW = (ReadTimeoutError, httpx.TimeoutException)


def explain(error: Exception) -> LabError:
    """What to tell the user about `error`; the traceback of a surprise goes to a file."""
    if isinstance(error, LabError):
        return error
    if isinstance(error, UNREACHABLE):
        return not_running(_url(error))
    if isinstance(error, TOO_SLOW):
        return LabError(
            f"No answer in time: {_one_line(error)}", "See `lab status`, then try again."
        )
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, NoCredentialsError):
        return LabError(
            "AWS credentials are missing.", "Set AWS_PROFILE, or `lab up` to stay local."
        )
    return _surprise(error)


def not_running(url: str = "") -> LabError:
    """The error for an endpoint where nothing listens."""
    where = f" at {url}" if url else ""
    return LabError(
        f"Nothing answers{where}: the emulator is not running.",
        "Start it with `lab up`. If it runs elsewhere, set AWS_ENDPOINT_URL.",
    )


def _url(error: Exception) -> str:
    if isinstance(error, BotoCoreError):
        return _origin(str(error.kwargs.get("endpoint_url", "")))
    request = getattr(error, "_request", None)
    return _origin(str(request.url)) if request else ""


def _origin(url: str) -> str:
    if not url:
        return ""
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"


def _refused(error: ClientError) -> LabError:
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "") or str(error)
    what = f"{error.operation_name} says {code}: {message}"
    if code in NOT_DEPLOYED:
        return LabError(
            f"The checkout is not deployed here. {what}", "Deploy it with `lab deploy`."
        )
    return LabError(what, "`lab status` shows what is deployed and healthy.")


def _surprise(error: Exception) -> LabError:
    return LabError(
        f"Something unexpected went wrong: {type(error).__name__}: {_one_line(error)}",
        f"This is a bug of the lab. The traceback is in {_write_traceback(error)}",
    )


def _write_traceback(error: Exception) -> Path:
    path = paths.home() / "last-error.txt"
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return path


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "no message"
