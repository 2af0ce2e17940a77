"""Which of the emulator's processes run functions."""

from __future__ import annotations

import psutil

from localstack_host.services.lambda_.zygote.title import WORD

VARIABLE = "AWS_LAMBDA_FUNCTION_NAME"


def function_of(process: psutil.Process) -> str | None:
    """The name of the function that a process runs; None if it runs none or cannot be asked.

    A forked process says it in its command line: its first environment is the zygote's.
    """
    try:
        words = process.cmdline()
        if words[:1] == [WORD]:
            return words[1]
        return process.environ().get(VARIABLE)
    except psutil.Error:
        return None
