"""Runs AWS's runtime client for Python, as /var/runtime/bootstrap.py does in Lambda.

The address of the Runtime API ends in a secret here (`127.0.0.1:4001/SECRET`): only the process
that was given it is answered. The client's compiled half takes such an address as it is; its other
half, which reports that a function cannot be loaded, has to be told where the host ends.

It is run as a program too, without this package: it knows the standard library and the client.
"""

from __future__ import annotations

import os
import runpy
import sys
from typing import Any

RUNTIME_CLIENT = "awslambdaric"


def main(handler: str) -> None:
    """Runs the function until the process is killed."""
    _let_the_address_have_a_path()
    sys.argv[:] = [RUNTIME_CLIENT, handler]
    runpy.run_module(RUNTIME_CLIENT, run_name="__main__", alter_sys=True)


def _let_the_address_have_a_path() -> None:
    from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient, LambdaRuntimeClient

    original: Any = BaseLambdaRuntimeClient.call_rapid

    def call(client: Any, method: str, endpoint: str, *rest: Any, **named: Any) -> None:
        host, _, secret = client.lambda_runtime_address.partition("/")
        original(LambdaRuntimeClient(host), method, f"/{secret}{endpoint}", *rest, **named)

    BaseLambdaRuntimeClient.call_rapid = call


if __name__ == "__main__":
    sys.path[0] = os.getcwd()  # noqa: PTH109 - the function's code comes first, as with `-m`
    main(sys.argv[1])
