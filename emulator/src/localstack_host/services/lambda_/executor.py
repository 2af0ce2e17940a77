"""A Lambda execution environment. A failed process is replaced by a new one, as in Lambda."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from functools import partial

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from localstack_host.localstack_api import config
from localstack_host.services.lambda_.launching import folder, launch, prepare, spawner
from localstack_host.services.lambda_.monitoring import metrics, report
from localstack_host.services.lambda_.monitoring.output import Output
from localstack_host.services.lambda_.monitoring.report import Failure, Usage
from localstack_host.services.lambda_.runtime_api import (
    TOO_LARGE,
    Event,
    Exited,
    FunctionError,
    InitError,
    OutOfMemory,
    Ready,
    Request,
    Response,
)
from localstack_host.services.lambda_.runtime_process import RuntimeProcess
from localstack_host.services.lambda_.validation import client_context
from localstack_host.services.lambda_.zygote.launch import Launch

# Lambda's limit is 10 s. Here many environments may start at once on a few cores.
INIT_TIMEOUT_S = 60.0
INITIALIZATION_TYPE = "AWS_LAMBDA_INITIALIZATION_TYPE"
PROVISIONED = "provisioned-concurrency"


class InitFailedError(Exception):
    """An environment of provisioned concurrency is not ready."""


@dataclass(frozen=True)
class Start:
    """The start of a process: its result (None: timeout), its duration and its output."""

    event: Event | None
    duration_ms: float
    printed: str

    @property
    def failed(self) -> bool:
        """Whether the function cannot be invoked."""
        return not isinstance(self.event, Ready)


class ProcessExecutor(RuntimeExecutor):
    """Runs a function version in an operating-system process."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self._config = function_version.config
        self._output = Output(folder("output") / id)
        self._tmp = folder("tmp") / id
        self._launch: Launch | None = None
        self._process: RuntimeProcess | None = None
        self._start: Start | None = None  # until an invocation has reported it
        self.client_context: str | None = None
        """That of the next invocation, in Base64."""
        self._access_key = ""

    def start(self, env_vars: dict[str, str]) -> None:
        """Starts the process. A failure is reported by the first invocation, as in Lambda.

        Raises InitFailedError if the environment is one of provisioned concurrency, which fails.
        """
        self._access_key = env_vars.get("AWS_ACCESS_KEY_ID", "")
        self._launch = launch(self.function_version, env_vars, self._output.path, self._tmp)
        self._boot()
        provisioned = env_vars.get(INITIALIZATION_TYPE) == PROVISIONED
        if provisioned and self._start and self._start.failed:
            self._discard_process()
            raise InitFailedError

    def stop(self) -> None:
        """Kills the process, and removes its files and the session of its role."""
        if self._process:
            self._process.kill()
        from localstack_host.services.iam import expiry  # moto takes a second to load

        expiry.end(self._config.role.split(":")[4], self._access_key)
        self._output.remove()
        shutil.rmtree(self._tmp, ignore_errors=True)

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Runs one invocation, in a new process if the previous one has failed."""
        process = self._usable_process()
        start, self._start = self._start, None
        request = _request(payload, self._config.timeout, self.client_context)
        if start and start.failed:
            return self._result_of_failed_start(request, start)
        started_at = time.monotonic()
        event = process.invoke(request, self._config.timeout)
        return self._result(request, event, _milliseconds_since(started_at), start)

    def get_address(self) -> str:
        """The address of the environment: the loopback address."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """The host part of the function's AWS_ENDPOINT_URL."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """LocalStack's own protocol with containers, which is not used here."""
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}"

    def get_logs(self) -> str:
        """The output since the last invocation."""
        return self._output.take()

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpacks and compiles the code, and preloads its libraries."""
        prepare(function_version)

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Does nothing: other functions may use the same code."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Always true: the executor has no prerequisites."""
        return True

    def _usable_process(self) -> RuntimeProcess:
        if self._process and (self._start or self._process.alive):
            return self._process
        return self._boot()

    def _boot(self) -> RuntimeProcess:
        assert self._launch is not None  # noqa: S101 - LocalStack starts before it invokes
        started_at = time.monotonic()
        start = partial(spawner().start, self._launch)
        self._process = RuntimeProcess(start, self._config.memory_size)
        event = self._process.wait_until_ready(INIT_TIMEOUT_S)
        self._start = Start(event, _milliseconds_since(started_at), self._output.take())
        return self._process

    def _result(
        self, request: Request, event: Event | None, duration_ms: float, start: Start | None
    ) -> InvocationResult:
        failure = _failure(event, self._config.timeout)
        metrics.invoked(self.function_version.id, duration_ms, isinstance(event, Response))
        usage = self._usage(duration_ms, start.duration_ms if start else None)
        if (
            failure or event is TOO_LARGE
        ):  # whose runtime ends with an error, as its response was refused
            self._discard_process()
        printed = self._output.take() + (failure.line(request.request_id) if failure else "")
        logs = (start.printed if start else "") + self._lines(request, printed, usage, failure)
        payload = _payload(event, failure, request)
        return InvocationResult(request.request_id, payload, not isinstance(event, Response), logs)

    def _result_of_failed_start(self, request: Request, start: Start) -> InvocationResult:
        failure = _failure(start.event, INIT_TIMEOUT_S)
        payload = _payload(start.event, failure, request)
        error_type = json.loads(payload)["errorType"]
        usage = self._usage(0.0)
        metrics.invoked(self.function_version.id, None, well=False)
        self._discard_process()
        logs = "".join(
            [
                start.printed,
                report.init_report_line(start.duration_ms, error_type),
                report.start_line(request.request_id, self._version),
                failure.line(request.request_id) if failure else "",
                report.end_lines(request.request_id, usage, error_type),
            ]
        )
        return InvocationResult(request.request_id, payload, True, logs)

    def _lines(self, request: Request, printed: str, usage: Usage, failure: Failure | None) -> str:
        error_type = failure.error_type if failure else None
        return (
            report.start_line(request.request_id, self._version)
            + printed
            + report.end_lines(request.request_id, usage, error_type)
        )

    def _usage(self, duration_ms: float, init_ms: float | None = None) -> Usage:
        peak = self._process.peak_memory_mb if self._process else 0
        return Usage(duration_ms, self._config.memory_size, peak, init_ms)

    def _discard_process(self) -> None:
        if self._process:
            self._process.kill()
            self._process = None

    @property
    def _version(self) -> str:
        return str(self.function_version.id.qualifier)


def _request(payload: dict[str, str], timeout_s: float, encoded: str | None) -> Request:
    return Request(
        request_id=payload["invoke-id"],
        payload=payload["payload"].encode(),
        function_arn=payload["invoked-function-arn"],
        deadline_ms=int((time.time() + timeout_s) * 1000),
        trace_id=payload["trace-id"],
        client_context=client_context(encoded) if encoded else None,
    )


def _failure(event: Event | None, timeout_s: float) -> Failure | None:
    if event is None:
        return report.timed_out(timeout_s)
    if isinstance(event, OutOfMemory):
        return report.out_of_memory()
    if isinstance(event, Exited):
        return report.exited(event.status)
    return None


def _payload(event: Event | None, failure: Failure | None, request: Request) -> bytes:
    if isinstance(event, Response | FunctionError | InitError):
        return event.payload
    return failure.payload(request.request_id) if failure else b""


def _milliseconds_since(started_at: float) -> float:
    return (time.monotonic() - started_at) * 1000
