"""How many children of a distributed Map may fail before the Map does.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#maprun-fail-threshold
"""

from __future__ import annotations

from typing import Any

EXCEEDED = "The specified tolerated failure threshold was exceeded"


def is_exceeded(failed: int, total: int, count: int, percentage: float) -> bool:
    """Whether too many of `total` items have failed; 0 for a limit that is not set."""
    limits = [
        *([failed > count] if count else []),
        *([failed * 100 > percentage * total] if percentage else []),
    ]
    return any(limits) if limits else failed > 0


def failure(environment: Any) -> Exception:
    """The failure of a Map whose run has too many failed items."""
    from localstack.aws.api.stepfunctions import HistoryEventType
    from localstack.services.stepfunctions.asl.component.common.error_name import (
        failure_event,
        states_error_name,
        states_error_name_type,
    )

    types: Any = states_error_name_type.StatesErrorNameType
    name = states_error_name.StatesErrorName(typ=types.StatesExceedToleratedFailureThreshold)
    details: Any = {"mapRunFailedEventDetails": {"error": name.error_name, "cause": EXCEEDED}}
    event = failure_event.FailureEvent(environment, name, HistoryEventType.MapRunFailed, details)
    raised: Exception = failure_event.FailureEventException(event)
    return raised
