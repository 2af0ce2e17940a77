"""The servers that suites run against, each new, on a free port, with a home of its own."""

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from conformance.programs import (
    ConformanceError,
    background,
    python_environment,
    run,
    suite_variables,
    tail,
)
from conformance.suites import EMULATOR, ENGINE, LOCALSTACK, MINISTACK, STANDALONE, STOCK
from localstack_host.host import ports

_READY_TIMEOUT = 120.0
_STOP_TIMEOUT = 60.0
_HOST = "127.0.0.1"
# LocalStack pins nothing that it needs. These versions are of its requirements-runtime.txt: with
# later ones it does not start, or answers otherwise.
_STOCK = (
    *("localstack-core[runtime]==4.14.0", "localstack-twisted==25.5.0", "moto-ext==5.1.24"),
    *("cbor2==5.8.0", "cryptography==46.0.5", "pyopenssl==25.3.0", "service-identity"),
)


@dataclass(frozen=True)
class Plan:
    """What a server needs to know: folders, the services besides the default ones, permissions."""

    folder: Path
    environments: Path
    services: tuple[str, ...] = ()
    iam: bool = True

    @property
    def log(self) -> Path:
        """The server's output."""
        return self.folder / "server.log"

    @property
    def home(self) -> Path:
        """The server's home, empty when it starts."""
        return self.folder / "server"


@dataclass(frozen=True)
class Server:
    """A kind of server. Those that are not ours are measured, and held against no list."""

    title: str
    kind: str
    start: Callable[[Plan], AbstractContextManager[str]]
    is_ours: bool = False


@contextmanager
def _engine(plan: Plan) -> Iterator[str]:
    port = ports.any_free()
    command = [sys.executable, "-m", "embedded_dynamodb", "--port", str(port)]
    with background(command, suite_variables(plan.home), plan.log) as server:
        yield _answering(server, port, "/", plan.log)


@contextmanager
def _emulator(plan: Plan) -> Iterator[str]:
    port = ports.any_free()
    program = [sys.executable, "-m", "localstack_host"]
    variables = suite_variables(
        plan.folder / "home",
        LOCALSTACK_HOST_HOME=str(plan.home),
        LOCALSTACK_HOST_SERVICES=",".join(plan.services),
        LOCALSTACK_HOST_STATE="off",
    )
    start = [*program, "start", "--port", str(port), "--owner", str(os.getpid())]
    start += [] if plan.iam else ["--no-iam"]
    plan.home.mkdir(parents=True, exist_ok=True)
    if run(start, plan.folder, variables, plan.log, _READY_TIMEOUT):
        raise ConformanceError(f"The emulator did not start. {tail(plan.log)}")
    try:
        yield f"http://localhost:{port}"
    finally:
        run([*program, "stop"], plan.folder, variables, plan.folder / "stop.log", _STOP_TIMEOUT)
        shutil.copy(plan.home / "emulator.log", plan.log)


@contextmanager
def _stock(plan: Plan) -> Iterator[str]:
    """LocalStack as it is, without Docker and without the Internet."""
    port = ports.any_free()
    python = python_environment(plan.environments / "stock", _STOCK)
    variables = suite_variables(
        plan.home,
        GATEWAY_LISTEN=f"{_HOST}:{port}",
        FILESYSTEM_ROOT=str(plan.home / "files"),
        TMPDIR=str(_made(plan.home / "tmp")),
        OVERRIDE_IN_DOCKER="0",
        DNS_ADDRESS="0",
        DISABLE_EVENTS="1",
        SKIP_SSL_CERT_DOWNLOAD="1",
    )
    with background([str(python), "-m", "localstack.runtime.main"], variables, plan.log) as server:
        yield _answering(server, port, "/_localstack/health", plan.log)


@contextmanager
def _ministack(plan: Plan) -> Iterator[str]:
    port = ports.any_free()
    python = python_environment(plan.environments / "ministack", ("ministack==1.5.33", "boto3"))
    variables = suite_variables(
        plan.home,
        GATEWAY_PORT=str(port),
        BIND_HOST=_HOST,
        MINISTACK_REGION="us-east-1",
        TMPDIR=str(_made(plan.home / "tmp")),
        PATH=f"{python.parent}{os.pathsep}{os.environ['PATH']}",
    )
    with background([str(python.parent / "ministack")], variables, plan.log) as server:
        yield _answering(server, port, "/_localstack/health", plan.log)


SERVERS = {
    ENGINE: Server("embedded_dynamodb", STANDALONE, _engine, is_ours=True),
    EMULATOR: Server("this emulator", LOCALSTACK, _emulator, is_ours=True),
    STOCK: Server("LocalStack 4.14.0", LOCALSTACK, _stock),
    MINISTACK: Server("MiniStack 1.5.33", LOCALSTACK, _ministack),
}


@contextmanager
def running(name: str, plan: Plan) -> Iterator[str]:
    """The endpoint of a new server of this name, which ends afterwards."""
    shutil.rmtree(plan.home, ignore_errors=True)
    plan.folder.mkdir(parents=True, exist_ok=True)
    with SERVERS[name].start(plan) as endpoint:
        yield endpoint


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _answering(server: subprocess.Popen[bytes], port: int, path: str, log: Path) -> str:
    """The address of a server as soon as it answers there."""
    deadline = time.monotonic() + _READY_TIMEOUT
    while not _answers(port, path):
        if server.poll() is not None or time.monotonic() > deadline:
            raise ConformanceError(f"The server did not answer. {tail(log)}")
        time.sleep(0.1)
    return f"http://localhost:{port}"


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(_HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
