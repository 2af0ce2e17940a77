"""`lab promote`: whether the account has room for an environment."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from lab.core import paths
from lab.docs import generated_pages
from lab.go_live import State, Step, quotas
from tests.unit.lab.go_live.somebody import Somebody, refuse


class Missing(Exception):
    """The function is not there."""


def pages(*found: dict[str, Any]) -> Callable[[str], Any]:
    return lambda _: SimpleNamespace(paginate=lambda **_: found)


def a_lambda(limit: int, free: int, reserved: dict[str, int] | None = None) -> Any:
    def concurrency(**asked: str) -> dict[str, int]:
        name = asked["FunctionName"]
        if name not in (reserved or {}):
            raise Missing
        return {"ReservedConcurrentExecutions": (reserved or {})[name]}

    limits = {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": free}
    return SimpleNamespace(
        get_account_settings=lambda: {"AccountLimit": limits},
        get_function_concurrency=concurrency,
        exceptions=SimpleNamespace(ResourceNotFoundException=Missing),
    )


def a_gateway(rate: float = 10_000, burst: int = 5_000) -> Any:
    throttle = {"rateLimit": rate, "burstLimit": burst}
    return SimpleNamespace(get_account=lambda: {"throttleSettings": throttle})


def a_dynamodb(*tables: str) -> Any:
    return SimpleNamespace(get_paginator=pages({"TableNames": list(tables)}))


def service_quotas(value: float = 2_500, *names: str) -> Any:
    listed = [{"QuotaName": name, "Value": value} for name in names]
    return SimpleNamespace(
        get_service_quota=lambda **_: {"Quota": {"Value": value}},
        get_paginator=pages({"Quotas": listed}),
    )


def the_quota(name: str, environment: str = "prod", **clients: Any) -> Step:
    named = {service.replace("_", "-").rstrip("-"): fake for service, fake in clients.items()}
    usual = {
        "lambda": a_lambda(1_000, 1_000),
        "apigateway": a_gateway(),
        "dynamodb": a_dynamodb(),
        "service-quotas": service_quotas(),
    }
    somebody: Any = Somebody(usual | named)
    found = quotas.look(environment, somebody, generated_pages.settings_of(environment))
    return next(step for step in found if name in step.name)


def test_a_new_account_cannot_reserve_what_prod_reserves() -> None:
    step = the_quota("Lambda", lambda_=a_lambda(10, 10))

    assert step.state == State.TO_DO
    assert "220 cannot be reserved" in step.why
    assert step.command == (
        "aws service-quotas request-service-quota-increase --service-code lambda"
        " --quota-code L-B99A9384 --desired-value 320 --region us-east-2 --profile mine"
    )


@pytest.mark.parametrize(("limit", "state"), [(319, State.TO_DO), (320, State.DONE)])
def test_a_hundred_invocations_must_stay_free_for_other_functions(limit: int, state: State) -> None:
    assert the_quota("Lambda", lambda_=a_lambda(limit, limit)).state == state


def test_what_the_environment_has_reserved_already_counts_as_free() -> None:
    there = {"checkout-prod-checkout-api": 200, "checkout-prod-notifier": 20}

    assert the_quota("Lambda", lambda_=a_lambda(320, 100, there)).state == State.DONE
    assert the_quota("Lambda", lambda_=a_lambda(320, 100)).state == State.TO_DO


def test_dev_reserves_nothing_and_fits_into_a_new_account_with_a_remark() -> None:
    step = the_quota("Lambda", "dev", lambda_=a_lambda(10, 10))

    assert step.state == State.DONE
    assert "too few for many orders" in step.facts[-1]


@pytest.mark.parametrize(("rate", "burst"), [(499, 5_000), (10_000, 999)])
def test_an_account_that_lets_in_less_than_the_api_is_told(rate: float, burst: int) -> None:
    step = the_quota("API Gateway", apigateway=a_gateway(rate, burst))

    assert step.state == State.TO_DO
    assert "L-8A5B8E43" in step.command


def test_tables_that_are_there_already_need_no_room() -> None:
    ours = [f"{name}-prod" for name in "abcdefg"]

    full = the_quota("DynamoDB", dynamodb=a_dynamodb("x"), service_quotas=service_quotas(7))
    there = the_quota("DynamoDB", dynamodb=a_dynamodb(*ours), service_quotas=service_quotas(7))

    assert full.state == State.TO_DO
    assert "--desired-value 8" in full.command
    assert there.state == State.DONE


def test_the_number_of_tables_is_that_of_the_configuration() -> None:
    stored = paths.ROOT / "tests" / "terraform" / "plans" / "prod.txt"

    assert stored.read_text().count(".aws_dynamodb_table.this |") == quotas.TABLES


def test_the_rate_of_state_transitions_is_told_where_the_account_tells_it() -> None:
    name = "StateTransition throttle token refill rate per second"

    told = the_quota("Step Functions", service_quotas=service_quotas(800, "Activities", name))

    assert told.facts == (f"{name}: 800",)
    assert the_quota("Step Functions").state == State.UNKNOWN


def test_a_quota_that_we_may_not_see_stops_nothing() -> None:
    step = the_quota("API Gateway", apigateway=SimpleNamespace(get_account=refuse("AccessDenied")))

    assert step.state == State.UNKNOWN
    assert not step.stops
