"""Which changes of a function and its aliases are refused, before anything of them is stored.

https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
LocalStack stores an update and looks after that whether another one is in progress. It checks the
role of a function and the routing of an alias when they are created, not when they are updated.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from localstack.aws.api.lambda_ import (
    InvalidParameterValueException,
    LastUpdateStatus,
    ResourceConflictException,
    State,
)
from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider_utils import get_function_version

from localstack_host.localstack_api import RequestContext
from localstack_host.services.simultaneous_requests import one_at_a_time

LATEST = "$LATEST"
UNAVAILABLE = "The operation cannot be performed at this time."


@contextmanager
def changing(
    context: RequestContext, function_name: str, starting: Container[str]
) -> Iterator[Any | None]:
    """A context in which nobody else changes the function (LocalStack's), if there is one.

    `starting` has the ARNs of the versions that are being started. Raises ResourceConflictException
    while the function is created or updated.
    """
    account, region, name = named(context, function_name)
    with one_at_a_time("function", f"{account}:{region}:{name}"):
        function = lambda_stores[account][region].functions.get(name)
        if function is not None:
            _require_settled(function.latest(), starting)
        yield function


def named(context: RequestContext, function_name: str) -> tuple[str, str, str]:
    """Account, region and name of a function, which a request may name by an ARN or a part."""
    account, region = api_utils.get_account_and_region(function_name, context)
    name, _ = api_utils.get_name_and_qualifier(function_name, None, context)
    return account, region, name


def require_role(service: Any, role: str | None, region: str) -> None:
    """Raises AWS's error for a role that Lambda cannot assume, by LocalStack's `service`."""
    if role and api_utils.is_role_arn(role) and not service.can_assume_role(role, region):
        raise InvalidParameterValueException(
            "The role defined for the function cannot be assumed by Lambda.", Type="User"
        )


def require_alias(provider: Any, context: RequestContext, request: Mapping[str, Any]) -> None:
    """Raises the errors of CreateAlias for an update of an alias that there is."""
    account, region, name = named(context, request["function_name"])
    function: Any = lambda_stores[account][region].functions.get(name)
    alias = function and function.aliases.get(request["name"])
    if not alias:
        return
    version = request.get("function_version")
    target = get_function_version(name, version or alias.function_version, account, region)
    weights = (request.get("routing_config") or {}).get("AdditionalVersionWeights")
    if weights:
        provider._create_routing_config_model(weights, target)


def _require_settled(latest: Any, starting: Container[str]) -> None:
    configuration = latest.config
    if configuration.state.state == State.Pending:
        raise ResourceConflictException(
            f"{UNAVAILABLE} The function is currently in the following state: Pending",
            Type="User",
        )
    update = configuration.last_update
    in_progress = update is not None and update.status == LastUpdateStatus.InProgress
    if in_progress or latest.id.qualified_arn() in starting:
        raise ResourceConflictException(
            f"{UNAVAILABLE} An update is in progress for resource: {latest.id.unqualified_arn()}",
            Type="User",
        )
