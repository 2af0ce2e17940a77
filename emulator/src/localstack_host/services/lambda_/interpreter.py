"""The interpreter that functions run on."""

from __future__ import annotations

import sys

# Without `site` a process sees AWS's packages and the function's, and no others.
OPTIONS = ("-S", "-X", "utf8")


def python() -> str:
    """The interpreter itself, not the virtual environment's link to it."""
    return str(getattr(sys, "_base_executable", sys.executable))
