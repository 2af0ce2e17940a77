"""The interpreter for functions."""

from __future__ import annotations

import sys

# Without `site` a process can import only AWS's packages and the function's.
OPTIONS = ("-S", "-X", "utf8")


def python() -> str:
    """The path of the interpreter itself, not of the virtual environment's link to it."""
    return str(getattr(sys, "_base_executable", sys.executable))
