"""LocalStack's entry point for this executor: LAMBDA_RUNTIME_EXECUTOR=process."""

from __future__ import annotations

from typing import Any

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """Provides the executor class to LocalStack."""

    name = "process"

    def load(self, *_args: Any, **_kwargs: Any) -> type:
        """Returns the executor class; imported only when Lambda is used."""
        from localstack_host.services.lambda_.executor import ProcessExecutor

        return ProcessExecutor
