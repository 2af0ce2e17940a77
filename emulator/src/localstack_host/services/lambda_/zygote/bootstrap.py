"""Runs AWS's runtime client for Python, as /var/runtime/bootstrap.py does in Lambda.

The address of the Runtime API ends with a secret here (`127.0.0.1:4001/SECRET`), without which
requests are refused. `runtime_client` accepts such an address. The part of the client that reports
initialization errors is patched to split it into host and path.

AWS's client waits for each invocation in a new thread, as its compiled part would not let the main
thread handle signals. This project's `runtime_client` does, so it needs no thread.

This module also runs as a program, without this package: it imports only the standard library and
the client.
"""

from __future__ import annotations

import os
import re
import runpy
import socket
import sys
from typing import Any

RUNTIME_CLIENT = "awslambdaric"
OWN_NAME = re.compile(
    r"(.+\.)?localhost\.localstack\.cloud|.+-localhost\.localstack\.cloud"
    r"|.+[.-](127\.0\.0\.1|localhost)",
    re.IGNORECASE,
)
"""The emulator's domain, and what begins with an operation's prefix of the host."""


def main(handler: str) -> None:
    """Runs the function until the process is killed."""
    _show_search_path_as_on_aws()
    _resolve_names_of_the_emulator()
    _allow_path_in_address()
    _wait_without_thread()
    _leave_out_own_frames()
    sys.argv[:] = [RUNTIME_CLIENT, handler]
    runpy.run_module(RUNTIME_CLIENT, run_name="__main__", alter_sys=True)


def _show_search_path_as_on_aws() -> None:
    """Leaves AWS's packages in PYTHONPATH, and what the function's configuration adds.

    The interpreter has read the code's and the layers' folders before them.
    """
    runtime, search = os.environ["LAMBDA_RUNTIME_DIR"], os.environ["PYTHONPATH"].split(":")
    os.environ["PYTHONPATH"] = ":".join(search[search.index(runtime) :])


def _resolve_names_of_the_emulator() -> None:
    """Resolves the emulator's names to this machine, as DNS does on AWS with the names there.

    botocore puts a prefix before the endpoint's host for some operations, such as `sync-` for
    StartSyncExecution: no DNS has `sync-127.0.0.1`.
    """
    original = socket.getaddrinfo

    def resolve(host: Any, *arguments: Any, **named: Any) -> Any:
        own = isinstance(host, str) and OWN_NAME.fullmatch(host)
        return original("127.0.0.1" if own else host, *arguments, **named)

    socket.getaddrinfo = resolve


def _allow_path_in_address() -> None:
    from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient, LambdaRuntimeClient

    original: Any = BaseLambdaRuntimeClient.call_rapid

    def call(client: Any, method: str, endpoint: str, *rest: Any, **named: Any) -> None:
        host, _, secret = client.lambda_runtime_address.partition("/")
        original(LambdaRuntimeClient(host), method, f"/{secret}{endpoint}", *rest, **named)

    BaseLambdaRuntimeClient.call_rapid = call


def _wait_without_thread() -> None:
    from awslambdaric.lambda_config import LambdaConfigProvider

    provider: Any = LambdaConfigProvider
    provider.use_thread_polling = False  # a property, which is True since Python 3.12


def _leave_out_own_frames() -> None:
    """Leaves out of the errors of a function where this package stands in for botocore."""
    from awslambdaric import bootstrap

    client: Any = bootstrap
    original, own = client.extract_traceback, __file__.removesuffix("bootstrap.py")

    def extract_traceback(traceback: Any) -> list[Any]:
        return [frame for frame in original(traceback) if not frame[0].startswith(own)]

    client.extract_traceback = extract_traceback


if __name__ == "__main__":
    sys.path[0] = os.getcwd()  # noqa: PTH109 - the function's code comes first, as with `-m`
    main(sys.argv[1] if sys.argv[1:] else os.environ["_HANDLER"])
