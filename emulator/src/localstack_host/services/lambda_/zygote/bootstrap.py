"""Runs AWS's runtime client for Python, as /var/runtime/bootstrap.py does in Lambda.

The address of the Runtime API ends with a secret here (`127.0.0.1:4001/SECRET`), without which
requests are refused. The compiled part of the client accepts such an address. The Python part,
which reports initialization errors, is patched to split it into host and path.

This module also runs as a program, without this package: it imports only the standard library and
the client.
"""

from __future__ import annotations

import os
import runpy
import sys
from typing import Any

RUNTIME_CLIENT = "awslambdaric"


def main(handler: str) -> None:
    """Runs the function until the process is killed."""
    _allow_path_in_address()
    sys.argv[:] = [RUNTIME_CLIENT, handler]
    runpy.run_module(RUNTIME_CLIENT, run_name="__main__", alter_sys=True)


def _allow_path_in_address() -> None:
    from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient, LambdaRuntimeClient

    original: Any = BaseLambdaRuntimeClient.call_rapid

    def call(client: Any, method: str, endpoint: str, *rest: Any, **named: Any) -> None:
        host, _, secret = client.lambda_runtime_address.partition("/")
        original(LambdaRuntimeClient(host), method, f"/{secret}{endpoint}", *rest, **named)

    BaseLambdaRuntimeClient.call_rapid = call


if __name__ == "__main__":
    sys.path[0] = os.getcwd()  # noqa: PTH109 - the function's code comes first, as with `-m`
    main(sys.argv[1])
