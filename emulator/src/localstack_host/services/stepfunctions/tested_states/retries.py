"""The retriers of a state that is tested: they are looked at, and nothing is tried again.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionErrorDetails.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def looked_at(retrier: Any, index: int) -> Callable[[Any], None]:
    """How a retrier is evaluated. Replaces LocalStack's, which waits for the interval.

    `index` is the retrier's place in the state.
    """
    from localstack.services.stepfunctions.asl.component.common.retry.retrier_outcome import (
        RetrierOutcome,
    )

    def evaluate(env: Any) -> None:
        retrier.error_equals.eval(env)
        if not env.stack.pop():
            env.stack.append(RetrierOutcome.Skipped)
            return
        tries = (env.mock._state_configuration or {}).get("retrierRetryCount") or 0
        details = env.inspection_data.setdefault("errorDetails", {})
        details["retryIndex"] = index
        if tries >= retrier.max_attempts.attempts:
            env.stack.append(RetrierOutcome.Failed)
            return
        details["retryBackoffIntervalSeconds"] = backoff(retrier, tries)
        env.stack.append(RetrierOutcome.Executed)

    return evaluate


def backoff(retrier: Any, tries: int) -> int:
    """The seconds until a retrier that has tried so many times would try again."""
    most = retrier.max_delay_seconds.max_delays_seconds
    try:
        interval = retrier.interval_seconds.seconds * float(retrier.backoff_rate.rate) ** tries
    except OverflowError:
        return int(most)
    return int(min(interval, most))
