"""The patches of variables.

LocalStack sets them before it evaluates the output of their state, and evaluates the Assign and the
Output of a Choice although a rule was chosen, if that leads to the default state.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from localstack_host.localstack_api import patch
from localstack_host.services.stepfunctions.variables import assignments


def apply_patches() -> None:
    """Applies the patches."""
    _patch_assignments()
    _patch_choices()


def _patch_assignments() -> None:
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


def _patch_choices() -> None:
    from localstack.services.stepfunctions.asl.component.state.state_choice.choice_rule import (
        ChoiceRule,
    )
    from localstack.services.stepfunctions.asl.component.state.state_choice.state_choice import (
        StateChoice,
    )

    @patch(ChoiceRule._eval_body)
    def evaluate(original: Any, rule: Any, env: Any) -> None:
        original(rule, env)
        env.has_chosen_a_rule = env.stack[-1] is True

    @patch(StateChoice._eval_state_output)
    def output(original: Any, state: Any, env: Any) -> None:
        if getattr(env, "has_chosen_a_rule", False):
            state = copy(state)
            state.default_state = None
        original(state, env)
