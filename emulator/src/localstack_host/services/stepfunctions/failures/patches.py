"""The patches of errors while a state machine runs.

Without them LocalStack catches with `States.ALL` what AWS lets fail, goes to the default of a
Choice whose variable is not there, names no field whose path leads nowhere, and tells an error or a
cause that is no text.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.services.stepfunctions.failures.runtime_error import (
    NO_NEXT_STATE,
    StatesRuntimeError,
    failure,
    invalid_variable,
    is_caught,
    missing_path,
    no_text,
)
from localstack_host.services.stepfunctions.failures.service_errors import name_and_cause

NO_BRANCH = "No branching option reached"  # LocalStack's


def apply_patches() -> None:
    """Applies the patches."""
    _patch_states()
    _patch_catching()
    _patch_retriers()
    _patch_paths()
    _patch_choices()
    _patch_fail_states()
    _patch_service_errors()


def _patch_states() -> None:
    from localstack.services.stepfunctions.asl.component.state import state as states

    module: Any = states
    replace(module, "to_json_str", partial(module.to_json_str, separators=(",", ":")))

    @patch(module.CommonStateField._eval_body)
    def evaluate(original: Any, state: Any, env: Any) -> None:
        try:
            original(state, env)
        except StatesRuntimeError as error:
            raise failure(str(error), env) from error


def _patch_catching() -> None:
    from localstack.services.stepfunctions.asl.component.common.error_name.error_equals_decl import (  # noqa: E501
        ErrorEqualsDecl,
    )

    @patch(ErrorEqualsDecl._eval_body)
    def evaluate(original: Any, declaration: Any, env: Any) -> None:
        caught = is_caught(declaration.error_names, env.stack[-1])
        if caught is None:
            original(declaration, env)
        else:
            env.stack[-1] = caught


def _patch_retriers() -> None:
    from localstack.services.stepfunctions.asl.component.common.retry.interval_seconds_decl import (
        IntervalSecondsDecl,
    )

    @patch(IntervalSecondsDecl.__init__)
    def interval(original: Any, declaration: Any, seconds: int = 1) -> None:
        original(declaration, seconds or 1)
        declaration.seconds = seconds  # AWS takes 0, says cdk-preflight, which measured it


def _patch_paths() -> None:
    from localstack.services.stepfunctions.asl.component.common.payload.payloadvalue.payloadbinding.payload_binding import (  # noqa: E501
        PayloadBindingStringExpressionSimple,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.execute_state import (  # noqa: E501
        ExecutionState,
    )
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    @patch(PayloadBindingStringExpressionSimple._eval_val)
    def value(original: Any, binding: Any, env: Any) -> Any:
        try:
            return original(binding, env)
        except NoSuchJsonPathError as error:
            error.field = f"{binding.field}.$"  # type: ignore[attr-defined]
            raise

    @patch(ExecutionState._evaluate_with_timeout)
    def evaluate(original: Any, state: Any, env: Any) -> None:
        try:
            original(state, env)
        except NoSuchJsonPathError as error:
            raise missing_path(error) from error


def _patch_choices() -> None:
    from localstack.services.stepfunctions.asl.component.state.state_choice import state_choice
    from localstack.services.stepfunctions.asl.component.state.state_choice.comparison import (
        comparison_operator_type,
        comparison_variable,
        variable,
    )
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    is_present = comparison_operator_type.ComparisonOperatorType.IsPresent

    @patch(comparison_variable.ComparisonVariable._eval_body)
    def compare(_original: Any, comparison: Any, env: Any) -> None:
        comparison.variable.eval(env)
        function = comparison.comparison_function
        missing = isinstance(env.stack[-1], variable.NoSuchVariable)
        if missing and function.operator_type is not is_present:
            raise invalid_variable(comparison.variable.string_sampler.literal_value)
        try:
            function.eval(env)
        except NoSuchJsonPathError as error:  # of an operator such as NumericEqualsPath
            raise invalid_variable(error.json_path) from error

    @patch(state_choice.StateChoice._eval_state)
    def choose(original: Any, state: Any, env: Any) -> None:
        try:
            original(state, env)
        except RuntimeError as error:
            if str(error.args[0]).startswith(NO_BRANCH):
                raise StatesRuntimeError(NO_NEXT_STATE) from error
            raise


def _patch_fail_states() -> None:
    from localstack.services.stepfunctions.asl.component.state.state_fail.cause_decl import Cause
    from localstack.services.stepfunctions.asl.component.state.state_fail.error_decl import Error

    for field in (Cause, Error):

        @patch(field._eval_body)
        def evaluate(original: Any, declaration: Any, env: Any) -> None:
            original(declaration, env)
            value = env.stack[-1]
            if not isinstance(value, str):
                raise no_text(type(declaration).__name__, value)


def _patch_service_errors() -> None:
    from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import (  # noqa: E501
        CustomErrorName,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E501
        state_task_service_dynamodb,
        state_task_service_events,
        state_task_service_lambda,
        state_task_service_sfn,
        state_task_service_sns,
        state_task_service_sqs,
    )

    integrations: tuple[Any, ...] = (
        state_task_service_dynamodb.StateTaskServiceDynamoDB,
        state_task_service_events.StateTaskServiceEvents,
        state_task_service_lambda.StateTaskServiceLambda,
        state_task_service_sfn.StateTaskServiceSfn,
        state_task_service_sns.StateTaskServiceSns,
        state_task_service_sqs.StateTaskServiceSqs,
    )
    for integration in integrations:

        @patch(integration._from_error)
        def from_error(original: Any, task: Any, env: Any, ex: Any) -> Any:
            failed = original(task, env, ex)
            if named := name_and_cause(type(task).__name__, ex):
                name, cause = named
                failed.error_name = CustomErrorName(name)
                failed.event_details["taskFailedEventDetails"] |= {"error": name, "cause": cause}
            return _with_text(failed)


def _with_text(failed: Any) -> Any:
    """A failure whose cause is a text: that of entries that EventBridge refused is their JSON."""
    details = (failed.event_details or {}).get("taskFailedEventDetails") or {}
    if isinstance(details.get("cause"), dict):
        details["cause"] = json.dumps(details["cause"], separators=(",", ":"))
    return failed
