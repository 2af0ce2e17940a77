"""Completes running invocations before a version stops after an update or deletion, as in Lambda.

LocalStack ends the environments of a replaced version at once, with their invocations, and refuses
invocations that arrive at that moment.
"""

from __future__ import annotations

import threading
from typing import Any

from localstack.aws.api.lambda_ import TooManyRequestsException
from localstack.services.lambda_.invocation.lambda_models import Invocation, InvocationResult

from localstack_host.services.lambda_.monitoring import metrics
from localstack_host.services.lambda_.monitoring.logs import LogDelivery
from localstack_host.services.lambda_.provisioned_concurrency import ProvisionedVersionManager


class DrainingVersionManager(ProvisionedVersionManager):
    """A version of a function that stops when its last invocation has ended."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.log_handler = LogDelivery(self.log_handler.role_arn, self.log_handler.region)
        self._running = 0
        self._change = threading.Condition()

    def invoke(self, *, invocation: Invocation) -> InvocationResult:
        """Invokes the function, and counts running invocations."""
        metrics.running(self.function_version.id, self._count(1))
        try:
            return super().invoke(invocation=invocation)
        except TooManyRequestsException:
            metrics.throttled(self.function_version.id)
            raise
        finally:
            self._count(-1)

    def stop(self) -> None:
        """Stops the version in a thread, as running invocations may take minutes."""
        threading.Thread(target=self._stop_when_idle, name="lambda-stop", daemon=True).start()

    def _stop_when_idle(self) -> None:
        with self._change:
            self._change.wait_for(lambda: self._running == 0)
        super().stop()

    def _count(self, difference: int) -> int:
        with self._change:
            self._running += difference
            self._change.notify_all()
            return self._running
