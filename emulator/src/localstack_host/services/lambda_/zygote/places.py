"""The paths of a function's code, its layers and AWS's packages."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from localstack_host.services.lambda_.zygote.launch import Launch

WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
"""The variable that names the script which starts the runtime:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
"""
SEARCH_PATHS = ("PATH", "LD_LIBRARY_PATH")
"""Variables with folders of AWS's, which are elsewhere in a function that is not confined."""


@dataclass(frozen=True)
class Places:
    """The folders in the function's process; `opt` is empty if there are no layers.

    `lang` has the interpreter, in bin, and its library, in lib.
    """

    task: str
    opt: str
    runtime: str
    lang: str

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
            **{name: self._searched(launch.variables.get(name, "")) for name in SEARCH_PATHS},
            "LAMBDA_TASK_ROOT": self.task,
            "LAMBDA_RUNTIME_DIR": self.runtime,
            "PYTHONPATH": ":".join(self.search(launch)),
            "PWD": self.task,
            "SHLVL": "0",
        }

    def program(self, launch: Launch, interpreter: list[str]) -> list[str]:
        """The program that runs the function: the interpreter, or the function's wrapper of it.

        A wrapper finds the bootstrap as the last argument, as on AWS; the handler is a variable.
        """
        program = [*interpreter, f"{self.runtime}/bootstrap.py"]
        wrapper = launch.variables.get(WRAPPER)
        return [self.here(wrapper), *program] if wrapper else [*program, launch.handler]

    def here(self, path: str) -> str:
        """Where a path of AWS's, such as /opt/wrapper, is in the function's process."""
        for theirs, ours in (
            (ON_AWS.task, self.task),
            (ON_AWS.opt, self.opt),
            (ON_AWS.runtime, self.runtime),
            (ON_AWS.lang, self.lang),
        ):
            if f"{path}/".startswith(f"{theirs}/") and ours:
                return ours + path.removeprefix(theirs)
        return path

    def _searched(self, search: str) -> str:
        return ":".join(map(self.here, search.split(":")))


ON_AWS = Places("/var/task", "/opt", "/var/runtime", "/var/lang")


def on_this_machine(launch: Launch) -> Places:
    """The folders for a process that is not confined."""
    return Places(launch.code, launch.opt, launch.runtime, sys.base_prefix)
