"""A function that is created or updated at the moment is not changed."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api.lambda_ import LastUpdateStatus, ResourceConflictException, State
from localstack.services.lambda_.invocation.models import lambda_stores

from localstack_host.services.lambda_.changes import changing

ACCOUNT, REGION, NAME = "000000000000", "us-east-2", "created"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}"
CONTEXT: Any = SimpleNamespace(
    account_id=ACCOUNT, region=REGION, operation=SimpleNamespace(name="UpdateFunctionCode")
)
NAMES = [NAME, ARN, f"{ACCOUNT}:function:{NAME}"]


@pytest.fixture
def configuration() -> Iterator[Any]:
    """That of a function which can be changed."""
    stored: dict[str, Any] = lambda_stores[ACCOUNT][REGION].functions
    settings = SimpleNamespace(state=SimpleNamespace(state=State.Active), last_update=None)
    arns = SimpleNamespace(unqualified_arn=lambda: ARN, qualified_arn=lambda: f"{ARN}:$LATEST")
    version = SimpleNamespace(config=settings, id=arns)
    stored[NAME] = SimpleNamespace(latest=lambda: version)
    yield settings
    stored.pop(NAME, None)


def change(name: str, *starting: str) -> None:
    with changing(CONTEXT, name, starting):
        pass


@pytest.mark.parametrize("name", NAMES)
def test_it_is_not_changed_before_it_is_active(configuration: Any, name: str) -> None:
    configuration.state.state = State.Pending
    with pytest.raises(ResourceConflictException, match="in the following state: Pending"):
        change(name)
    configuration.state.state = State.Active
    change(name)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_not_changed_while_an_update_is_in_progress(configuration: Any, name: str) -> None:
    refused = f"An update is in progress for resource: {ARN}$"
    configuration.last_update = SimpleNamespace(status=LastUpdateStatus.InProgress)
    with pytest.raises(ResourceConflictException, match=refused):
        change(name)
    configuration.last_update.status = LastUpdateStatus.Successful
    change(name)
    with pytest.raises(ResourceConflictException, match=refused):
        change(name, f"{ARN}:$LATEST")


def test_one_that_is_not_there_is_for_the_operation_to_refuse() -> None:
    with changing(CONTEXT, "none", ()) as function:
        assert function is None
