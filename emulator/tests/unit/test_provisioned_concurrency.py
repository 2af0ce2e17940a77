"""Provisioned concurrency that is changed again before its environments have started or stopped."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any
from unittest.mock import Mock

import pytest
from localstack.services.lambda_.invocation.lambda_models import ProvisionedConcurrencyState

from localstack_host.services.lambda_.provisioned_concurrency import ProvisionedVersionManager

WAIT_S = 10


class Environments:
    """Environments that start and stop when the test says so."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.stopped: list[str] = []
        self.futures: list[list[Future[None]]] = []
        self._asked = threading.Semaphore(0)

    def scale_provisioned_concurrency(
        self, version_manager_id: str, version: Any, wanted: int
    ) -> list[Future[None]]:
        """Starts `wanted` environments, and stops one."""
        futures: list[Future[None]] = [Future() for _ in range(wanted + 1)]
        self.asked.append(wanted)
        self.futures.append(futures)
        self._asked.release()
        return futures

    def stop_environments_for_version(self, version_manager_id: str) -> None:
        self.stopped.append(version_manager_id)

    def end(self, number: int, *, failures: int = 0) -> None:
        """Ends what was asked for at this turn, which begins at 0."""
        for future in self.futures[number]:
            if failures:
                future.set_exception(RuntimeError("no"))
                failures -= 1
            else:
                future.set_result(None)

    def wait(self) -> None:
        """Waits until environments are asked for."""
        assert self._asked.acquire(timeout=WAIT_S)


@pytest.fixture
def environments() -> Environments:
    return Environments()


@pytest.fixture
def manager(environments: Environments) -> ProvisionedVersionManager:
    version: Any = Mock()
    return ProvisionedVersionManager(
        "arn:aws:lambda:us-east-1:000000000000:function:f:1",
        version,
        function=Mock(),
        counting_service=Mock(),
        assignment_service=environments,
    )


def _told(state: ProvisionedConcurrencyState | None) -> tuple[str, int, int]:
    assert state is not None
    return str(state.status), state.available, state.allocated


def test_a_version_has_a_state_before_its_environments_are_asked_for(
    manager: ProvisionedVersionManager,
) -> None:
    assert _told(manager.provisioned_state) == ("IN_PROGRESS", 0, 0)


def test_the_end_of_a_deleted_configuration_leaves_the_next_one(
    manager: ProvisionedVersionManager, environments: Environments
) -> None:
    manager.update_provisioned_concurrency_config(0)
    environments.wait()
    done = manager.update_provisioned_concurrency_config(2)
    assert _told(manager.provisioned_state) == ("IN_PROGRESS", 0, 0)
    environments.end(0)
    environments.wait()
    assert _told(manager.provisioned_state) == ("IN_PROGRESS", 0, 0)
    environments.end(1)
    done.result(timeout=WAIT_S)
    assert _told(manager.provisioned_state) == ("READY", 2, 2)


def test_a_change_that_was_replaced_before_its_turn_starts_nothing(
    manager: ProvisionedVersionManager, environments: Environments
) -> None:
    manager.update_provisioned_concurrency_config(1)
    environments.wait()
    manager.update_provisioned_concurrency_config(7)
    done = manager.update_provisioned_concurrency_config(3)
    environments.end(0)
    environments.wait()
    environments.end(1)
    done.result(timeout=WAIT_S)
    assert environments.asked == [1, 3]
    assert _told(manager.provisioned_state) == ("READY", 3, 3)


def test_what_is_stopped_is_not_ready(
    manager: ProvisionedVersionManager, environments: Environments
) -> None:
    for wanted in (1, 0):
        done = manager.update_provisioned_concurrency_config(wanted)
        environments.wait()
        environments.end(len(environments.asked) - 1)
        done.result(timeout=WAIT_S)
    assert _told(manager.provisioned_state) == ("IN_PROGRESS", 0, 0)


def test_environments_that_do_not_start_are_not_available(
    manager: ProvisionedVersionManager, environments: Environments
) -> None:
    done = manager.update_provisioned_concurrency_config(3)
    environments.wait()
    environments.end(0, failures=2)
    done.result(timeout=WAIT_S)
    assert _told(manager.provisioned_state) == ("FAILED", 1, 1)
    state: Any = manager.provisioned_state
    assert state.status_reason == "FUNCTION_ERROR_INIT_FAILURE"


def test_environments_of_a_version_that_stopped_meanwhile_stop(
    manager: ProvisionedVersionManager, environments: Environments
) -> None:
    done = manager.update_provisioned_concurrency_config(1)
    environments.wait()
    manager.shutdown_event.set()
    environments.end(0)
    done.result(timeout=WAIT_S)
    assert environments.stopped == [manager.id]
