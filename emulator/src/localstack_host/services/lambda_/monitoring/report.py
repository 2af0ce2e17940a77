"""The log lines that Lambda adds to an invocation, and the errors that Lambda itself returns.

Formats as observed on AWS, and as in LocalStack's snapshots of it:
https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-logs-api.html
"""

from __future__ import annotations

import json
import math
import signal
from dataclasses import dataclass
from datetime import UTC, datetime

TIMED_OUT = "Sandbox.Timedout"
EXITED = "Runtime.ExitError"
OUT_OF_MEMORY = "Runtime.OutOfMemory"


@dataclass(frozen=True)
class Failure:
    """Why an invocation has no response of the function."""

    error_type: str
    message: str

    def payload(self, request_id: str) -> bytes:
        """The response to the caller."""
        message = f"RequestId: {request_id} Error: {self.message}"
        return json.dumps({"errorType": self.error_type, "errorMessage": message}).encode()

    def line(self, request_id: str) -> str:
        """The lines in the log."""
        if self.error_type == TIMED_OUT:
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            return f"{now} {request_id} {self.message}\n\n"
        return f"RequestId: {request_id} Error: {self.message}\n{self.error_type}\n"


def timed_out(seconds: float) -> Failure:
    """The failure of a function that exceeded its timeout."""
    return Failure(TIMED_OUT, f"Task timed out after {seconds:.2f} seconds")


def out_of_memory() -> Failure:
    """The failure of a function that exceeded its memory limit, and was killed."""
    return Failure(OUT_OF_MEMORY, "Runtime exited with error: signal: killed")


def exited(status: int) -> Failure:
    """The failure of a process that ended; a negative status is minus the signal's number."""
    if status < 0:
        name = signal.strsignal(-status) or f"signal {-status}"
        return Failure(EXITED, f"Runtime exited with error: signal: {name.lower()}")
    if status > 0:
        return Failure(EXITED, f"Runtime exited with error: exit status {status}")
    return Failure(EXITED, "Runtime exited without providing a reason")


@dataclass(frozen=True)
class Usage:
    """Duration and memory of an invocation, in milliseconds and MB of 2^20 bytes."""

    duration_ms: float
    memory_mb: int
    max_memory_mb: int
    init_ms: float | None = None

    @property
    def billed_ms(self) -> int:
        """Rounded up; since August 2025 the initialization is billed, too."""
        return math.ceil(self.duration_ms + (self.init_ms or 0))


def start_line(request_id: str, version: str) -> str:
    """The line before the function's output."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end_lines(request_id: str, usage: Usage, error_type: str | None = None) -> str:
    """The lines after the function's output."""
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {usage.duration_ms:.2f} ms",
        f"Billed Duration: {usage.billed_ms} ms",
        f"Memory Size: {usage.memory_mb} MB",
        f"Max Memory Used: {usage.max_memory_mb} MB",
    ]
    if usage.init_ms is not None:
        fields.append(f"Init Duration: {usage.init_ms:.2f} ms")
    fields += _status(error_type)
    return f"END RequestId: {request_id}\n" + "\t".join(fields) + "\t\n"


def init_report_line(init_ms: float, error_type: str) -> str:
    """The line after a failed initialization."""
    status = "\t".join(_status(error_type))
    return f"INIT_REPORT Init Duration: {init_ms:.2f} ms\tPhase: init\t{status}\n"


def _status(error_type: str | None) -> list[str]:
    if error_type is None:
        return []
    if error_type == TIMED_OUT:
        return ["Status: timeout"]
    return ["Status: error", f"Error Type: {error_type}"]
