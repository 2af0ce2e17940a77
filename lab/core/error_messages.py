"""Converts any exception into the message that the user sees."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
import traceback
from pathlib import Path

import httpx
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    InvalidConfigError,
    InvalidProxiesConfigError,
    InvalidRetryConfigurationError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)

from lab.core import invocation, naming, paths, preconditions, run_state
from lab.core.errors import LabError

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
PATH_CONFLICTS = (
    errno.EEXIST,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.ENOTEMPTY,
    errno.ELOOP,
    errno.ENAMETOOLONG,
)
SETTINGS_ERRORS = (
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    InvalidConfigError,
    InvalidProxiesConfigError,
    InvalidRetryConfigurationError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
    httpx.InvalidURL,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
NOT_WRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
TOO_SLOW = (ReadTimeoutError, httpx.TimeoutException)


def explain(error: Exception) -> LabError:
    """The LabError for `error`. Writes the traceback of an unexpected error to a file."""
    if isinstance(error, LabError):
        return error
    if isinstance(error, UNREACHABLE):
        return not_running(_url(error))
    if isinstance(error, TOO_SLOW):
        return _too_slow(error)
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, NoCredentialsError):
        return LabError(
            "AWS credentials are missing.", "Set AWS_PROFILE, or `lab up` to stay local."
        )
    if problem := _file_error(error):
        return problem
    if isinstance(error, SETTINGS_ERRORS):
        return _settings_error(error)
    return _unexpected(error)


def _too_slow(error: Exception) -> LabError:
    return LabError(
        f"No answer in time: {_one_line(error)}",
        advise(
            ("status", "See `lab status`, then try again."),
            ("", f"The emulator is there and does not answer. The end of its log: {_log()}"),
        ),
    )


def advise(*choices: tuple[str, str]) -> str:
    """The first advice that does not name the command that has just failed.

    Each choice is the name of the advised command (or empty), and the text.
    """
    return next((text for name, text in choices if name != invocation.running().name), "")


def _log() -> Path:
    return paths.home_path() / "emulator.log"


def _file_error(error: Exception) -> LabError | None:
    """The LabError for a file that cannot be written; None for other errors."""
    if isinstance(error, sqlite3.Error):
        full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
        return preconditions.no_space(tempfile.gettempdir(), _one_line(error)) if full else None
    if not isinstance(error, OSError):
        return None
    file = error.filename or paths.home_path()
    if error.errno in NO_SPACE and error.filename is None:
        return preconditions.no_space_somewhere()
    if error.errno in NO_SPACE:
        return preconditions.no_space(file, f"{file} could not be written")
    if error.errno in NOT_WRITABLE:
        return LabError(
            f"{file} cannot be written: {os.strerror(error.errno)}.",
            "Keep the lab's files in a folder of your own: LAB_HOME=~/checkout-lab lab …",
        )
    return _path_conflict(error) if error.errno in PATH_CONFLICTS else None


def _path_conflict(error: OSError) -> LabError | None:
    """The LabError for a file where the lab needs a folder, or the reverse."""
    names = [Path(os.fsdecode(name)) for name in (error.filename, error.filename2) if name]
    home = paths.home_path()
    if not any(name == home or home in name.parents or name in home.parents for name in names):
        return None
    file = next((name for name in reversed(names) if name.exists()), names[-1])
    kind = "a folder" if file.is_dir() else "a file"
    return LabError(
        f"{file} is in the way: {error.strerror}. It is {kind}, and the lab keeps"
        " something else there.",
        "Move it away, or keep the lab's files elsewhere: LAB_HOME=~/checkout-lab lab …",
    )


def _settings_error(error: Exception) -> LabError:
    return LabError(
        f"The settings for proxies or AWS in your environment are invalid: {_one_line(error)}",
        "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, at the AWS_ variables, and at"
        " ~/.aws. On the emulator the lab uses none of them: leave --aws and --profile out.",
    )


def says_no_space(text: str) -> bool:
    """Whether the message of a program says that a disk is full."""
    return any(os.strerror(number).lower() in text.lower() for number in NO_SPACE)


def not_running(url: str = "") -> LabError:
    """The LabError for an endpoint that does not respond, or whose emulator has died."""
    record = run_state.load()
    died = record is not None and record.process() is None and not record.stopping
    if record and died and url in ("", record.endpoint, record.endpoint + "/"):
        return LabError(
            f"The emulator at {record.endpoint} (pid {record.pid}) has died: it was running since"
            f" {record.started_at}, and nobody stopped it.",
            "`lab up` starts it as it was two seconds before at most. Or `lab up --fresh`,"
            " `lab deploy` and `lab seed` build it anew."
            f" The end of its log: {paths.home() / 'emulator.log'}",
        )
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
    if says_no_space(message):
        return preconditions.no_space(paths.home_path(), what)
    if code in NOT_DEPLOYED:
        return LabError(
            f"The checkout is not deployed here, in {naming.shop().region}. {what}",
            advise(
                ("deploy", "Deploy it with `lab deploy`."),
                ("", "Something was removed while this ran. `lab status` shows what is there."),
            ),
        )
    return LabError(
        what,
        advise(
            ("status", "`lab status` shows what is deployed and healthy."),
            ("", f"The emulator's log may tell more: {_log()}"),
        ),
    )


def _unexpected(error: Exception) -> LabError:
    return LabError(
        f"Something unexpected went wrong: {type(error).__name__}: {_one_line(error)}",
        f"This is a bug of the lab. The traceback is in {_write_traceback(error)}",
    )


def _write_traceback(error: Exception) -> Path:
    """Writes the traceback to the lab's home, or to the temporary folder if that fails."""
    text = "".join(traceback.format_exception(error))
    try:
        path = paths.home() / "last-error.txt"
        path.write_text(text, encoding="utf-8")
    except OSError:
        # An unpredictable name, because others may write to the temporary folder, too.
        descriptor, name = tempfile.mkstemp(prefix="lab-last-error-", suffix=".txt", text=True)
        path = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    return path


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "no message"
