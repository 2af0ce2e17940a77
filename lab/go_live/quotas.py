"""Compares the quotas of the account with the needs of the environment.

The quotas of new accounts are often lower than those in the documentation.
https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lab.core.target import Target
from lab.deploy.account import Identity
from lab.go_live.credentials import profile_option
from lab.go_live.steps import Step, done, first_line, to_do, unknown

Settings = dict[str, Any]
Check = Callable[[Identity, str, Settings], Step]

UNRESERVED = 100
"""The concurrency that must stay unreserved.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""

LOW_CONCURRENCY = 50
"""New accounts may start with a concurrency of 10 or 50: enough for a try, not for a load."""

TABLES = 7
CONCURRENCY, RATE, TABLE_COUNT = "L-B99A9384", "L-8A5B8E43", "L-F98FE922"
TRANSITIONS = re.compile(r"state ?transition.*(refill|rate)", re.IGNORECASE)


def look(environment: str, identity: Identity, settings: Settings) -> list[Step]:
    """A step for each quota that could make an apply or the shop fail."""
    checks: dict[str, Check] = {
        "quota: Lambda": _lambda,
        "quota: API Gateway": _api,
        "quota: DynamoDB": _tables,
        "quota: Step Functions": _transitions,
    }
    return [_run(name, check, identity, environment, settings) for name, check in checks.items()]


def _run(name: str, check: Check, identity: Identity, environment: str, settings: Settings) -> Step:
    try:
        step = check(identity, environment, settings)
    except (ClientError, BotoCoreError) as error:
        return unknown(name, f"AWS returned an error: {first_line(error)}")
    return Step(name, step.state, step.facts, step.why, step.command)


def _lambda(identity: Identity, environment: str, settings: Settings) -> Step:
    """Checks the concurrency: if too little is unreserved, an apply fails halfway."""
    client = identity.client("lambda")
    limits = client.get_account_settings()["AccountLimit"]
    limit, free = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    reserved: dict[str, int] = settings.get("reserved_concurrency") or {}
    own_reserved = sum(_reserved(client, Target(environment).named(name)) for name in reserved)
    to_reserve = sum(reserved.values())
    facts: tuple[str, ...] = (
        f"{limit} invocations at a time, {free} of them free; {environment} reserves {to_reserve}",
    )
    missing = to_reserve + UNRESERVED - (free + own_reserved) if to_reserve else 0
    if missing > 0:
        why = f"{to_reserve} cannot be reserved: {UNRESERVED} must stay free for other functions"
        return to_do("", why, increase("lambda", CONCURRENCY, limit + missing, identity), *facts)
    if limit < LOW_CONCURRENCY:
        facts = (*facts, "enough to try it, too few for many orders at once")
    return done("", *facts)


def _reserved(client: Any, function: str) -> int:
    """The reserved concurrency of a function; 0 if it does not exist."""
    try:
        response = client.get_function_concurrency(FunctionName=function)
    except client.exceptions.ResourceNotFoundException:
        return 0
    return int(response.get("ReservedConcurrentExecutions", 0))


def _api(identity: Identity, environment: str, settings: Settings) -> Step:
    """Checks the account's throttle, which applies to all its APIs."""
    limit = identity.client("apigateway").get_account()["throttleSettings"]
    throttling = settings["api_throttling"]
    fact = (
        f"{limit['rateLimit']:.0f} requests a second, {limit['burstLimit']} at once; {environment}"
        f" allows {throttling['rate']} and {throttling['burst']}"
    )
    if limit["rateLimit"] < throttling["rate"] or limit["burstLimit"] < throttling["burst"]:
        why = "the account would throttle requests that the environment allows"
        return to_do("", why, increase("apigateway", RATE, throttling["rate"], identity), fact)
    return done("", fact)


def _tables(identity: Identity, environment: str, _: Settings) -> Step:
    limit = _quota(identity, "dynamodb", TABLE_COUNT)
    pages = identity.client("dynamodb").get_paginator("list_tables").paginate()
    names = [name for page in pages for name in page["TableNames"]]
    ours = Target(environment).table("*")
    others = [name for name in names if not fnmatchcase(name, ours)]
    fact = f"{len(names)} of {limit:.0f} tables; {environment} has {TABLES}"
    if len(others) + TABLES > limit:
        required = len(others) + TABLES
        command = increase("dynamodb", TABLE_COUNT, required, identity)
        return to_do("", "there is no room for its tables", command, fact)
    return done("", fact)


def _quota(identity: Identity, service: str, code: str) -> float:
    client = identity.client("service-quotas")
    response = client.get_service_quota(ServiceCode=service, QuotaCode=code)
    return float(response["Quota"]["Value"])


def _transitions(identity: Identity, *_: Any) -> Step:
    """Reports the quota of state transitions, which AWS raises with use.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    pages = identity.client("service-quotas").get_paginator("list_service_quotas")
    for page in pages.paginate(ServiceCode="states"):
        for quota in page["Quotas"]:
            if TRANSITIONS.search(quota["QuotaName"]):
                return done("", f"{quota['QuotaName']}: {quota['Value']:.0f}")
    return unknown("", "the account has no quota of state transitions")


def increase(service: str, code: str, value: float, identity: Identity) -> str:
    """The command that requests a quota increase."""
    words = ["aws service-quotas request-service-quota-increase", f"--service-code {service}"]
    words += [f"--quota-code {code} --desired-value {value:.0f} --region {identity.region}"]
    return " ".join([*words, *profile_option(identity.profile)])
