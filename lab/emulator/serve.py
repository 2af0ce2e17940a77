"""The emulator in the foreground: the main process of a container.

`python -m lab.emulator.serve` becomes LocalStack, with the environment that `lab up` gives it.
"""

from __future__ import annotations

import os
import sys

from lab.core.errors import LabError
from lab.emulator import environment
from lab.emulator.dynamodb import engine

PORT = 4566
# Who reaches a container is decided where its port is published.
EVERYWHERE = f"0.0.0.0:{PORT}"


def main() -> None:
    """Does not return: this process is LocalStack from here on, or ends with what is wrong."""
    try:
        _become_localstack()
    except LabError as error:
        sys.exit(f"{error} {error.hint}")


def _become_localstack() -> None:
    environment.make_folders()
    os.chdir(environment.state_folder())
    iam = os.environ.get("LAB_IAM") != "off"
    variables = environment.variables(PORT, engine.choose(), iam) | {"GATEWAY_LISTEN": EVERYWHERE}
    os.execve(sys.executable, [sys.executable, *environment.PROGRAM], variables)  # noqa: S606


if __name__ == "__main__":
    main()
