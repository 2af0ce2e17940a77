"""The emulator in the foreground: the main process of a container.

`localstack-host run` replaces its process with LocalStack, in the same environment as `start`.
"""

from __future__ import annotations

import os
import sys

from localstack_host.host import environment, run_state

PORT = 4566
# Publishing the port decides who can reach the container.
EVERYWHERE = f"0.0.0.0:{PORT}"


def become_localstack() -> None:
    """Replaces this process with LocalStack. Raises HostError for an invalid variable."""
    environment.make_folders()
    os.chdir(environment.state_folder())
    iam = os.environ.get(environment.IAM_VARIABLE) != "off"
    variables = environment.variables(PORT, iam)
    variables["GATEWAY_LISTEN"] = EVERYWHERE
    os.execve(sys.executable, [sys.executable, *run_state.PROGRAM], variables)  # noqa: S606
