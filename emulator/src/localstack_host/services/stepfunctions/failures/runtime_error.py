"""States.Runtime: an error that no Retry and no Catch sees, and that always fails the execution.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from typing import Any

# The documentation has States.DataLimitExceeded as well, which AWS catches in two tests that
# LocalStack recorded there.
NOT_CAUGHT_BY_ALL = ("States.Runtime",)
ALL = "States.ALL"
NO_NEXT_STATE = "Failed to transition out of the state. The state does not point to a next state."


class StatesRuntimeError(BaseException):
    """On its way past the retriers and catchers of a state; the text is the end of AWS's cause.

    LocalStack retries and catches every `Exception`.
    """


def missing_path(error: Any) -> StatesRuntimeError:
    """The error of a field of a payload whose path leads nowhere in the data."""
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    data = to_json_str(error.data, separators=(",", ":"))
    field = getattr(error, "field", None)
    where = f" specified for the field '{field}'" if field else ""
    return StatesRuntimeError(
        f"The JSONPath '{error.json_path}'{where} could not be found in the input '{data}'"
    )


def invalid_variable(path: str) -> StatesRuntimeError:
    """The error of a Choice whose variable is not there; only IsPresent asks for such a one."""
    return StatesRuntimeError(
        f"Invalid path '{path}': The choice state's condition path references an invalid value."
    )


def no_text(field: str, value: Any) -> StatesRuntimeError:
    """The error of a Fail state whose ErrorPath or CausePath leads to something else than a text.

    https://states-language.net/spec.html has no words for it.
    """
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    shown = to_json_str(value, separators=(",", ":"))
    return StatesRuntimeError(f"The field '{field}' must select a string, but was: {shown}")


def is_caught(names: list[Any], error: Any) -> bool | None:
    """Whether `States.ALL` among the names of a retrier or catcher is for the name of an error.

    None if it is not among them.
    """
    if not any(name.error_name == ALL for name in names):
        return None
    return getattr(error, "error_name", None) not in NOT_CAUGHT_BY_ALL


def failure(cause: str, environment: Any) -> Exception:
    """The failure that ends an execution with States.Runtime."""
    from localstack.aws.api.stepfunctions import HistoryEventType
    from localstack.services.stepfunctions.asl.component.common.error_name import (
        failure_event,
        states_error_name,
        states_error_name_type,
    )

    name = states_error_name.StatesErrorName(
        typ=states_error_name_type.StatesErrorNameType.StatesRuntime
    )
    details: Any = {"executionFailedEventDetails": {"error": name.error_name, "cause": cause}}
    event = failure_event.FailureEvent(environment, name, HistoryEventType.ExecutionFailed, details)
    raised: Exception = failure_event.FailureEventException(event)
    return raised
