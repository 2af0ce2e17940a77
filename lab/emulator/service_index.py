"""The index of AWS's services, made by a process that ends.

LocalStack makes it at the first start in a home, from the descriptions of all of AWS's services. It
is small and is kept on the disk; but making it took the emulator 280 MB that it never gave back.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from localstack.runtime import hooks

from lab.emulator.service_models import FIRST


@hooks.on_infra_start(priority=FIRST)  # type: ignore[untyped-decorator]
def make_index_elsewhere() -> None:
    """The hook `localstack.hooks.on_infra_start`: puts `made_elsewhere` in LocalStack's place."""
    from localstack.aws import spec

    untyped: Any = spec
    untyped.build_service_index_cache = made_elsewhere


def made_elsewhere(path: str) -> Any:
    """The index, which is then at `path`. Raises CalledProcessError if it cannot be made."""
    from localstack.aws.spec import load_service_index_cache

    subprocess.run([sys.executable, "-m", __name__, path], check=True)
    return load_service_index_cache(path)


def _make(path: str) -> None:
    from localstack.aws.spec import build_service_index_cache

    build_service_index_cache(path)


if __name__ == "__main__":
    _make(sys.argv[1])
