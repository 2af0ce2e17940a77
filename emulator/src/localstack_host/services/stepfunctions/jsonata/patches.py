"""The patches of JSONata: LocalStack evaluates it in Java, which it would download.

LocalStack also writes the variables into the text of an expression, where a quotation mark in a
string ends it, and does not tell where in a state an expression has failed.
"""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import patch
from localstack_host.services.stepfunctions.jsonata.evaluation import (
    QueryEvaluationError,
    value_of,
    value_or_none,
)
from localstack_host.services.stepfunctions.jsonata.locations import location_of


def apply_patches() -> None:
    """Applies the patches."""
    _patch_expressions()
    _patch_locations()
    _patch_variables()
    _patch_events()


def _patch_expressions() -> None:
    from localstack.services.stepfunctions.asl.component.common.string.string_expression import (
        StringJSONata,
        StringVariableSample,
    )

    @patch(StringJSONata._eval_body)
    def evaluate(_original: Any, string: Any, env: Any) -> None:
        location, also = getattr(string, "location", ""), getattr(string, "also", "")
        try:
            env.stack.append(value_of(string.expression, env, location, also))
        except QueryEvaluationError as error:
            _fail(
                env,
                location,
                f"The JSONata expression '{string.expression}' specified for "
                f"the field '{location}' {error}",
            )

    @patch(StringVariableSample._eval_body)
    def sample(_original: Any, string: Any, env: Any) -> None:
        env.stack.append(value_or_none(string.expression, env))


def _fail(env: Any, location: str, cause: str) -> None:
    """Adds the event EvaluationFailed, and raises the failure of the state."""
    from localstack.aws.api.stepfunctions import HistoryEventType
    from localstack.services.stepfunctions.asl.component.common.error_name import (
        failure_event,
        states_error_name,
        states_error_name_type,
    )

    name = states_error_name.StatesErrorName(
        typ=states_error_name_type.StatesErrorNameType.StatesQueryEvaluationError
    )
    details = {"error": name.error_name, "cause": cause, "location": location}
    event: Any = {"evaluationFailedEventDetails": details}
    failure = failure_event.FailureEventException(
        failure_event.FailureEvent(env, name, HistoryEventType.EvaluationFailed, event)
    )
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.EvaluationFailed,
        event_details={
            "evaluationFailedEventDetails": failure.get_evaluation_failed_event_details()
        },
    )
    raise failure


def _patch_locations() -> None:
    from localstack.services.stepfunctions.asl.parse.preprocessor import Preprocessor

    @patch(Preprocessor.visitString_jsonata)
    def visit(original: Any, visitor: Any, ctx: Any) -> Any:
        string = original(visitor, ctx)
        string.location = location_of(ctx)
        return string


def _patch_variables() -> None:
    from localstack.services.stepfunctions.asl.eval.variable_store import VariableStore
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    @patch(VariableStore.get_assigned_variables)
    def assigned(_original: Any, store: Any) -> dict[str, str]:
        return {
            name: to_json_str(store.get(name), separators=(",", ":"))
            for name in store._declaration_tracing
        }


def _patch_events() -> None:
    """An evaluation fails once: the state that it belongs to would add a second event."""
    from localstack.aws.api.stepfunctions import HistoryEventType
    from localstack.services.stepfunctions.asl.eval.event.event_manager import EventManager

    @patch(EventManager.add_event)
    def add_event(
        original: Any, manager: Any, context: Any, event_type: Any, *rest: Any, **named: Any
    ) -> Any:
        if event_type is HistoryEventType.EvaluationFailed:
            last = manager._history_event_list[-1]
            if last["type"] == event_type and last["id"] == context.source_event_id:
                return last["id"]
        return original(manager, context, event_type, *rest, **named)
