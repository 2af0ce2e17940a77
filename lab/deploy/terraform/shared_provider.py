"""One process of Terraform's AWS provider for everything that a command does.

Terraform itself compares the provider (700 MB) with the lock file for each command, and starts it
for its schemas, to validate, to plan and to apply. A provider that runs already is used as it is
(https://developer.hashicorp.com/terraform/plugin/debugging). `init` compares it in any case.
docs/performance.md says what that saves.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from lab.core import child_processes
from lab.deploy.terraform.provider import PROVIDER

READY_TIMEOUT_S = 30.0

# Ends when nobody can write to its standard input any more, however the writers have ended. SIGINT
# lets the provider delete its socket.
SCRIPT = '"$0" -debug & provider=$!; exec >&-; cat >/dev/null; kill -INT $provider; wait $provider'


@dataclass(frozen=True)
class SharedProvider:
    """A running provider: the variables with which Terraform uses it.

    It runs at least as long as a process that has inherited `descriptors`.
    """

    variables: dict[str, str] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()


WITHOUT = ("init", "state", "force-unlock")

NONE = SharedProvider()
"""Terraform starts its own."""


@contextmanager
def shared_provider(
    command: str, folder: Path, variables: child_processes.Variables
) -> Iterator[SharedProvider]:
    """Runs the provider that `init` has installed, for a command of Terraform.

    `folder` and `variables` are those of Terraform: the provider reads files by relative paths.
    `init` has no shared provider, which it would not compare with the lock file, and neither has
    `state` or `force-unlock`, which hardly ask it anything. Without a provider, or with one that
    does not start, Terraform starts its own, or says why it cannot.
    """
    data = folder / variables.get("TF_DATA_DIR", ".terraform")
    program = next(data.glob(f"providers/{PROVIDER}/*/*/terraform-provider-aws_*"), None)
    if command in WITHOUT or program is None:
        yield NONE
        return
    with child_processes.start(
        ["/bin/sh", "-c", SCRIPT, program.resolve()],
        variables,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for Terraform
    ) as process:
        held, output = (cast(BinaryIO, file).fileno() for file in (process.stdin, process.stdout))
        yield SharedProvider(_found(output), (held,))


def _found(output: int) -> dict[str, str]:
    """Returns the variables that the provider prints once it is ready; none if it ends before."""
    text = ""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while select.select([output], [], [], max(0.0, deadline - time.monotonic()))[0]:
        read = os.read(output, 4096).decode()
        text += read
        if found := re.search(r"TF_REATTACH_PROVIDERS='(\{.*\})'", text):
            return {"TF_REATTACH_PROVIDERS": found[1]}
        if not read:
            break
    return {}
