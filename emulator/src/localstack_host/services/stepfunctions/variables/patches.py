"""The patches of variables: LocalStack sets them before it evaluates the output of their state."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import patch
from localstack_host.services.stepfunctions.variables import assignments


def apply_patches() -> None:
    """Applies the patches."""
    from localstack.services.stepfunctions.asl.component.common.assign.assign_decl import AssignDecl
    from localstack.services.stepfunctions.asl.component.state.state import CommonStateField
    from localstack.services.stepfunctions.asl.component.state.state_choice.state_choice import (
        StateChoice,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.execute_state import (  # noqa: E501
        ExecutionState,
    )

    patch(AssignDecl._eval_body)(assignments.evaluate)

    @patch(ExecutionState._handle_catch)
    def catch(original: Any, state: Any, env: Any, failure_event: Any) -> None:
        assignments.forget(env)
        original(state, env, failure_event)

    for output in (
        CommonStateField._eval_state_output,
        ExecutionState._eval_state_output,  # of a Catch, too
        StateChoice._eval_state_output,
    ):

        @patch(output)
        def evaluate(original: Any, state: Any, env: Any) -> None:
            original(state, env)
            assignments.commit(env)
