"""Provisioned concurrency that is changed again while a change is on its way.

LocalStack refuses a change while another is in progress, but lets one begin while environments of
a deleted configuration still stop. Their end then takes the state away from the new configuration,
and each invocation of the version fails.
"""

from __future__ import annotations

import concurrent.futures
import logging
from concurrent.futures import Future
from typing import Any, cast

from localstack.aws.api.lambda_ import ProvisionedConcurrencyStatusEnum
from localstack.services.lambda_.invocation.lambda_models import ProvisionedConcurrencyState
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager
from localstack.utils.threads import FuncThread, start_thread

LOG = logging.getLogger(__name__)
STARTED_WITHIN_S = 20 * 60
"""Longer than the longest start of an environment, as in LocalStack."""
INIT_FAILURE = "FUNCTION_ERROR_INIT_FAILURE"


class ProvisionedVersionManager(LambdaVersionManager):
    """A version of a function whose provisioned concurrency is what was asked for last."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # A configuration is stored before its environments are asked for, and read in between.
        self.provisioned_state = ProvisionedConcurrencyState()

    def update_provisioned_concurrency_config(
        self, provisioned_concurrent_executions: int
    ) -> Future[None]:
        """Starts so many environments in place of those there are. 0 stops them all.

        Returns what is done when they have started or failed to. Changes follow each other; one
        that another has replaced before its turn starts nothing.
        """
        state = ProvisionedConcurrencyState()
        with self.provisioned_state_lock:
            self.provisioned_state = state
            before = self.provisioning_thread

            def scale(*_: Any) -> None:
                if before is not None:
                    concurrent.futures.wait([before.result_future])
                if self.provisioned_state is state:
                    self._scale(state, provisioned_concurrent_executions)

            thread: FuncThread = start_thread(scale, name="lambda-provisioning")
            self.provisioning_thread = thread
            return cast("Future[None]", thread.result_future)

    def _scale(self, state: ProvisionedConcurrencyState, wanted: int) -> None:
        futures = self.assignment_service.scale_provisioned_concurrency(
            self.id, self.function_version, wanted
        )
        concurrent.futures.wait(futures, timeout=STARTED_WITHIN_S)
        errors = [_error(future) for future in futures[:wanted]]  # those after them stop the others
        failed = [error for error in errors if error is not None]
        if self.shutdown_event.is_set():
            self.assignment_service.stop_environments_for_version(self.id)
        if wanted == 0:
            return  # what is stopped must not count as ready for the next configuration
        state.available = state.allocated = wanted - len(failed)
        if failed:
            state.status_reason = INIT_FAILURE
            LOG.warning(
                "%d of %d environments of provisioned concurrency of %s did not start. Error: %s",
                len(failed),
                wanted,
                self.function_arn,
                failed[0],
            )
        state.status = (
            ProvisionedConcurrencyStatusEnum.FAILED
            if failed
            else ProvisionedConcurrencyStatusEnum.READY
        )


def _error(future: Future[None]) -> BaseException | None:
    return future.exception() if future.done() else TimeoutError(f"{STARTED_WITHIN_S} seconds")
