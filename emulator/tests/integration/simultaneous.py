"""Requests at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The responses of calls at the same moment; the error's code of those that were refused."""
    ready = threading.Barrier(len(calls))

    def response(call: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return call()
        except ClientError as refused:
            return refused.response["Error"]["Code"]

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(response, calls))
