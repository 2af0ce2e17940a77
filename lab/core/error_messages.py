"""Turns whatever went wrong into the one message that a user sees."""

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

from lab.core import invocation, paths, preconditions, run_state
from lab.core.errors import LabError
from lab.core.target import REGION

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
IN_THE_WAY = (
    errno.EEXIST,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.ENOTEMPTY,
    errno.ELOOP,
    errno.ENAMETOOLONG,
)
OF_THE_USERS_SETTINGS = (
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
    """What to tell the user about `error`; the traceback of a surprise goes to a file."""
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
    if problem := _of_files(error):
        return problem
    if isinstance(error, OF_THE_USERS_SETTINGS):
        return _of_settings(error)
    return _surprise(error)


def _too_slow(error: Exception) -> LabError:
    return LabError(
        f"No answer in time: {_one_line(error)}",
        advise(
            ("status", "See `lab status`, then try again."),
            ("", f"The emulator is there and does not answer. The end of its log: {_log()}"),
        ),
    )


def advise(*choices: tuple[str, str]) -> str:
    """The first advice that is not the command that has just failed.

    Each choice is the name of the command that it advises, or nothing, and what it says.
    """
    return next((said for name, said in choices if name != invocation.running().name), "")


def _log() -> Path:
    return paths.home_path() / "emulator.log"


def _of_files(error: Exception) -> LabError | None:
    """What a user can do about a file that cannot be written; None if that is not the matter."""
    if isinstance(error, sqlite3.Error):
        full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
        return preconditions.no_space(tempfile.gettempdir(), _one_line(error)) if full else None
    if not isinstance(error, OSError):
        return None
    file = error.filename or paths.home_path()
    if error.errno in NO_SPACE:
        return preconditions.no_space(file, f"{file} could not be written")
    if error.errno in NOT_WRITABLE:
        return LabError(
            f"{file} cannot be written: {os.strerror(error.errno)}.",
            "Keep the lab's files in a folder of your own: LAB_HOME=~/checkout-lab lab …",
        )
    return _in_the_way(error) if error.errno in IN_THE_WAY else None


def _in_the_way(error: OSError) -> LabError | None:
    """A file where the lab has a folder, or the other way round: only somebody can have put it."""
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


def _of_settings(error: Exception) -> LabError:
    return LabError(
        f"What your environment says of proxies or of AWS cannot be used: {_one_line(error)}",
        "Look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, at the AWS_ variables, and at"
        " ~/.aws. On the emulator the lab uses none of them: leave --aws and --profile out.",
    )


def says_no_space(text: str) -> bool:
    """Whether a program's own words say that a disk is full."""
    return any(os.strerror(number).lower() in text.lower() for number in NO_SPACE)


def not_running(url: str = "") -> LabError:
    """The error for an endpoint where nothing listens, though perhaps something should."""
    died = run_state.load()
    if died and died.process() is None and url in ("", died.endpoint, died.endpoint + "/"):
        return LabError(
            f"The emulator at {died.endpoint} (pid {died.pid}) has died: it was running since"
            f" {died.started_at}, and nobody stopped it.",
            "It keeps nothing: `lab up`, `lab deploy` and `lab seed` bring everything back."
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
            f"The checkout is not deployed here, in {REGION}. {what}",
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


def _surprise(error: Exception) -> LabError:
    return LabError(
        f"Something unexpected went wrong: {type(error).__name__}: {_one_line(error)}",
        f"This is a bug of the lab. The traceback is in {_write_traceback(error)}",
    )


def _write_traceback(error: Exception) -> Path:
    """In the lab's home; where that cannot be written, in the folder for temporary files."""
    text = "".join(traceback.format_exception(error))
    try:
        path = paths.home() / "last-error.txt"
        path.write_text(text, encoding="utf-8")
    except OSError:
        # A name that nobody can have taken before, in a folder where everybody may write.
        descriptor, name = tempfile.mkstemp(prefix="lab-last-error-", suffix=".txt", text=True)
        path = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    return path


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "no message"
