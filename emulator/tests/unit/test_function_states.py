"""A function that is still created is not changed."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api.lambda_ import ResourceConflictException, State
from localstack.services.lambda_.invocation.models import lambda_stores

from localstack_host.services.lambda_.provider import require_created

ACCOUNT, REGION, NAME = "000000000000", "us-east-2", "created"
CONTEXT: Any = SimpleNamespace(
    account_id=ACCOUNT, region=REGION, operation=SimpleNamespace(name="UpdateFunctionCode")
)


@pytest.fixture
def functions() -> Iterator[dict[str, Any]]:
    stored: dict[str, Any] = lambda_stores[ACCOUNT][REGION].functions
    yield stored
    stored.pop(NAME, None)


@pytest.mark.parametrize(
    "named",
    [NAME, f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}", f"{ACCOUNT}:function:{NAME}"],
)
def test_it_is_not_changed_before_it_is_active(functions: dict[str, Any], named: str) -> None:
    state = SimpleNamespace(state=State.Pending)
    version = SimpleNamespace(config=SimpleNamespace(state=state))
    functions[NAME] = SimpleNamespace(latest=lambda: version)
    with pytest.raises(ResourceConflictException, match="in the following state: Pending"):
        require_created(CONTEXT, named)
    state.state = State.Active
    require_created(CONTEXT, named)


def test_one_that_is_not_there_is_for_the_operation_to_refuse() -> None:
    require_created(CONTEXT, "none")
