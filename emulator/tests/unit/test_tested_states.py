"""What TestState says of a retrier and of a state's data."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.stepfunctions.asl.component.common.retry.backoff_rate_decl import (
    BackoffRateDecl,
)
from localstack.services.stepfunctions.asl.component.common.retry.interval_seconds_decl import (
    IntervalSecondsDecl,
)
from localstack.services.stepfunctions.asl.component.common.retry.max_delay_seconds_decl import (
    MaxDelaySecondsDecl,
)

from localstack_host.services.stepfunctions.tested_states import inspection, retries


@pytest.mark.parametrize(
    ("interval", "rate", "most", "tries", "seconds"),
    [(1, 2.0, None, 0, 1), (1, 2.0, None, 4, 16), (3, 1.5, None, 1, 4), (5, 2.0, 8, 3, 8)],
)
def test_the_backoff_of_a_retrier_that_has_tried_some_times(
    interval: int, rate: float, most: int | None, tries: int, seconds: int
) -> None:
    kinds: Any = (IntervalSecondsDecl, BackoffRateDecl, MaxDelaySecondsDecl)
    retrier = SimpleNamespace(
        interval_seconds=kinds[0](interval),
        backoff_rate=kinds[1](rate),
        max_delay_seconds=kinds[2](most) if most else kinds[2](),
    )
    assert retries.backoff(retrier, tries) == seconds


def test_a_backoff_has_an_end() -> None:
    kinds: Any = (IntervalSecondsDecl, BackoffRateDecl, MaxDelaySecondsDecl)
    interval, rate, most = (kind() for kind in kinds)
    retrier = SimpleNamespace(interval_seconds=interval, backoff_rate=rate, max_delay_seconds=most)
    assert retries.backoff(retrier, 99999) == most.max_delays_seconds


def test_the_data_of_a_pass_state_with_a_result_has_no_input() -> None:
    data = {"input": "{}", "afterInputPath": "{}", "result": '{"a": 1}'}
    inspection.of_pass(data, SimpleNamespace(result_obj={"a": 1}))
    after = {"afterResultSelector": '{"a": 1}', "afterResultPath": '{"a": 1}'}
    assert data == {"input": "{}", "result": '{"a": 1}'} | after


def test_numbers_that_are_told_as_numbers_stay() -> None:
    none = SimpleNamespace(_outer_scope={}, _inner_scope={})
    data = {"afterInputPath": 2, "maxConcurrency": 3, "toleratedFailurePercentage": 1.5}
    assert inspection.told(data, none) == data | {"afterInputPath": "2"}
