"""The line that LocalStack logs for each request, at half its cost.

Before each line, LocalStack gathers headers and bodies that only a log of level DEBUG shows, and
Python looks for the line of code that logs, which no format here shows.
https://docs.python.org/3/howto/logging.html#optimization
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from localstack.runtime import hooks


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def log_lightly() -> None:
    """The hook `localstack.hooks.on_infra_start`."""
    from localstack.aws.handlers.logging import ResponseLogger

    settings: Any = logging
    settings._srcfile = None
    for part in ("logProcesses", "logMultiprocessing", "logAsyncioTasks"):
        setattr(settings, part, False)
    logger: Any = ResponseLogger
    logger._log = lightly(logger._log)


def lightly(log: Callable[[Any, Any, Any], None]) -> Callable[[Any, Any, Any], None]:
    """`log` for what has more to say; for an AWS call the same line without the rest."""

    @wraps(log)
    def logged(loggers: Any, context: Any, response: Any) -> None:
        logger = loggers.internal_aws_logger if context.is_internal_call else loggers.aws_logger
        if not context.operation or logger.isEnabledFor(logging.DEBUG):
            log(loggers, context, response)
        elif logger.isEnabledFor(logging.INFO):
            failed = context.service_exception
            called = (context.service.service_name, context.operation.name, response.status_code)
            logger.info("AWS %s.%s => %s%s", *called, f" ({failed.code})" if failed else "")

    return logged
