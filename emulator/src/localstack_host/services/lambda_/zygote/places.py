"""The paths of a function's code, its layers and AWS's packages."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from localstack_host.services.lambda_.zygote.launch import Launch


@dataclass(frozen=True)
class Places:
    """The folders in the function's process; `opt` is empty if there are no layers."""

    task: str
    opt: str
    runtime: str

    def search(self, launch: Launch) -> list[str]:
        """The search path of modules, without the standard library."""
        python = f"python{sys.version_info.major}.{sys.version_info.minor}"
        layers = [f"{self.opt}/python/lib/{python}/site-packages", f"{self.opt}/python"]
        existing = [folder for folder in layers if self.opt and os.path.isdir(folder)]  # noqa: PTH112
        own = launch.variables.get("PYTHONPATH", "")
        return [self.task, *existing, self.runtime, *filter(None, own.split(":"))]

    def variables(self, launch: Launch) -> dict[str, str]:
        """The whole environment of the process."""
        return launch.variables | {
            "LAMBDA_TASK_ROOT": self.task,
            "LAMBDA_RUNTIME_DIR": self.runtime,
            "PYTHONPATH": ":".join(self.search(launch)),
        }


ON_AWS = Places("/var/task", "/opt", "/var/runtime")


def on_this_machine(launch: Launch) -> Places:
    """The folders for a process that is not confined."""
    return Places(launch.code, launch.opt, launch.runtime)
