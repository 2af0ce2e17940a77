"""The patches of TestState.

Without them LocalStack fails in a retrier if the request has no configuration of the state, calls
nothing if it has one, waits before it says that a state can be retried, returns objects where AWS
returns texts, and refuses a Fail state without a cause.
"""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.services.stepfunctions.tested_states import inspection, retries


def apply_patches() -> None:
    """Applies the patches."""
    _patch_retriers()
    _patch_inspection()


def _patch_retriers() -> None:
    from localstack.services.stepfunctions.asl.component.test_state.state.execution import (
        MockedStateExecution,
    )
    from localstack.services.stepfunctions.backend.test_state.test_state_mock import TestStateMock

    replace(MockedStateExecution, "with_retry_state_id", staticmethod(retries.looked_at))

    @patch(TestStateMock.is_mocked)
    def is_mocked(_original: Any, mock: Any) -> bool:
        # A configuration alone says how often a retrier has tried: the task is called.
        return bool(mock._mock_input)


def _patch_inspection() -> None:
    from localstack.services.stepfunctions.asl.component.state.state_continue_with import (
        ContinueWithEnd,
    )
    from localstack.services.stepfunctions.asl.component.state.state_pass.state_pass import (
        StatePass,
    )
    from localstack.services.stepfunctions.asl.component.test_state.state.common import (
        MockedCommonState,
    )
    from localstack.services.stepfunctions.asl.eval.program_state import ProgramError
    from localstack.services.stepfunctions.backend.test_state.execution import TestStateExecution

    @patch(MockedCommonState._add_jsonpath_inspection_data)
    def add(_original: Any, mocked: Any, env: Any) -> None:
        state = mocked._wrapped
        if isinstance(state, StatePass):
            if isinstance(state.continue_with, ContinueWithEnd):
                inspection.of_pass(env.inspection_data, state.result)
        elif mocked.is_single_state:
            inspection.of_other_state(env.inspection_data)

    @patch(TestStateExecution.to_test_state_output)
    def output(original: Any, execution: Any, inspection_level: Any) -> Any:
        env = execution.exec_worker.env
        state = env._program_state
        if isinstance(state, ProgramError):  # of a Fail state, which needs neither
            state.error = {"error": None, "cause": None, **(state.error or {})}  # type: ignore[misc]
        response = original(execution, inspection_level)
        response = {name: value for name, value in response.items() if value is not None}
        if "inspectionData" in response:
            data = inspection.told(response["inspectionData"], env.variable_store)
            response["inspectionData"] = data
        return response
