"""What the account may use, against what the environment asks for.

An account's own quotas count, and a new account's are often smaller than the ones in the
documentation. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lab.core.target import Target
from lab.deploy.account import Identity
from lab.go_live.credentials import named
from lab.go_live.steps import Step, done, first_line, to_do, unknown

Settings = dict[str, Any]
Look = Callable[[Identity, str, Settings], Step]

UNRESERVED = 100
"""Of the account's concurrency, what Lambda keeps for functions without a share of their own.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""

FEW = 50
"""New accounts may start with 10 or 50 invocations at a time: enough to try, not for a load."""

TABLES = 7
CONCURRENCY, RATE, TABLE_COUNT = "L-B99A9384", "L-8A5B8E43", "L-F98FE922"
TRANSITIONS = re.compile(r"state ?transition.*(refill|rate)", re.IGNORECASE)


def look(environment: str, identity: Identity, settings: Settings) -> list[Step]:
    """A step for every quota that can keep an apply or the shop from working."""
    looks: dict[str, Look] = {
        "quota: Lambda": _lambda,
        "quota: API Gateway": _api,
        "quota: DynamoDB": _tables,
        "quota: Step Functions": _transitions,
    }
    return [_asked(name, ask, identity, environment, settings) for name, ask in looks.items()]


def _asked(name: str, ask: Look, identity: Identity, environment: str, settings: Settings) -> Step:
    try:
        step = ask(identity, environment, settings)
    except (ClientError, BotoCoreError) as error:
        return unknown(name, f"the account does not tell: {first_line(error)}")
    return Step(name, step.state, step.facts, step.why, step.command)


def _lambda(identity: Identity, environment: str, settings: Settings) -> Step:
    """Reserving more than is free fails the apply, after half of the environment is there."""
    client = identity.client("lambda")
    limits = client.get_account_settings()["AccountLimit"]
    limit, free = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    reserved: dict[str, int] = settings.get("reserved_concurrency") or {}
    ours = sum(_reserved(client, Target(environment).named(name)) for name in reserved)
    wanted = sum(reserved.values())
    facts: tuple[str, ...] = (
        f"{limit} invocations at a time, {free} of them free; {environment} reserves {wanted}",
    )
    missing = wanted + UNRESERVED - (free + ours) if wanted else 0
    if missing > 0:
        why = f"{wanted} cannot be reserved: {UNRESERVED} must stay free for other functions"
        return to_do("", why, increase("lambda", CONCURRENCY, limit + missing, identity), *facts)
    if limit < FEW:
        facts = (*facts, "enough to try it, too few for many orders at once")
    return done("", *facts)


def _reserved(client: Any, function: str) -> int:
    """What a function has reserved already; 0 if it is not there."""
    try:
        said = client.get_function_concurrency(FunctionName=function)
    except client.exceptions.ResourceNotFoundException:
        return 0
    return int(said.get("ReservedConcurrentExecutions", 0))


def _api(identity: Identity, environment: str, settings: Settings) -> Step:
    """The account's throttle is above that of every API in it."""
    limit = identity.client("apigateway").get_account()["throttleSettings"]
    wanted = settings["api_throttling"]
    fact = (
        f"{limit['rateLimit']:.0f} requests a second, {limit['burstLimit']} at once; {environment}"
        f" lets in {wanted['rate']} and {wanted['burst']}"
    )
    if limit["rateLimit"] < wanted["rate"] or limit["burstLimit"] < wanted["burst"]:
        why = "the account would refuse requests that the environment would let in"
        return to_do("", why, increase("apigateway", RATE, wanted["rate"], identity), fact)
    return done("", fact)


def _tables(identity: Identity, environment: str, _: Settings) -> Step:
    limit = _quota(identity, "dynamodb", TABLE_COUNT)
    pages = identity.client("dynamodb").get_paginator("list_tables").paginate()
    names = [name for page in pages for name in page["TableNames"]]
    ours = Target(environment).table("*")
    others = [name for name in names if not fnmatchcase(name, ours)]
    fact = f"{len(names)} of {limit:.0f} tables; {environment} has {TABLES}"
    if len(others) + TABLES > limit:
        wanted = len(others) + TABLES
        command = increase("dynamodb", TABLE_COUNT, wanted, identity)
        return to_do("", "there is no room for its tables", command, fact)
    return done("", fact)


def _quota(identity: Identity, service: str, code: str) -> float:
    client = identity.client("service-quotas")
    said = client.get_service_quota(ServiceCode=service, QuotaCode=code)
    return float(said["Quota"]["Value"])


def _transitions(identity: Identity, *_: Any) -> Step:
    """New accounts have fewer; AWS raises them with use.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    pages = identity.client("service-quotas").get_paginator("list_service_quotas")
    for page in pages.paginate(ServiceCode="states"):
        for quota in page["Quotas"]:
            if TRANSITIONS.search(quota["QuotaName"]):
                return done("", f"{quota['QuotaName']}: {quota['Value']:.0f}")
    return unknown("", "the account names no quota of state transitions")


def increase(service: str, code: str, value: float, identity: Identity) -> str:
    """The command that asks AWS for a larger quota."""
    words = ["aws service-quotas request-service-quota-increase", f"--service-code {service}"]
    words += [f"--quota-code {code} --desired-value {value:.0f} --region {identity.region}"]
    return " ".join([*words, *named(identity.profile)])
