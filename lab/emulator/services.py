"""The services that the emulator offers: those that the lab uses, and those that are asked for.

What is not offered is one thing less that somebody else could reach: CloudFormation would make
everything that a template says. `LAB_SERVICES=cloudformation,kinesis lab up` asks for more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.metadata import entry_points

from lab.core.errors import LabError

VARIABLE = "LAB_SERVICES"
PROVIDERS = "localstack.aws.provider"

# `tests/unit/emulator/test_emulator_services.py` holds that this is what terraform/, functions/,
# lab/, tests/ and notebooks/ use.
USED = frozenset(
    {
        "apigateway",
        "cloudwatch",
        "dynamodb",
        "events",
        "iam",
        "kms",
        "lambda",
        "logs",
        "resourcegroupstaggingapi",
        "s3",
        "ses",
        "sns",
        "sqs",
        "ssm",
        "stepfunctions",
        "sts",
    }
)


def wanted() -> frozenset[str]:
    """The services that are asked for besides those used. Raises LabError for an unknown one."""
    names = frozenset(os.environ.get(VARIABLE, "").replace(",", " ").lower().split())
    unknown = sorted(names - known())
    if unknown:
        raise LabError(
            f"{VARIABLE} asks for {', '.join(unknown)}, which the emulator does not have.",
            f"Beside what the lab uses, it has: {', '.join(sorted(known() - USED))}",
            code=2,
        )
    return names - USED


def known() -> frozenset[str]:
    """The services that LocalStack has."""
    return frozenset(entry.name.partition(":")[0] for entry in entry_points(group=PROVIDERS))


def variables() -> dict[str, str]:
    """What tells the emulator which services to offer."""
    asked = wanted()
    return {
        VARIABLE: listed(asked),
        "SERVICES": listed(USED | asked),
        "STRICT_SERVICE_LOADING": "1",
    }


def listed(names: Iterable[str]) -> str:
    """Names as the variables have them."""
    return ",".join(sorted(names))


def hint(service: str, asked: Iterable[str]) -> str:
    """How to start an emulator that offers this service as well as those asked for before."""
    return f"lab down && {VARIABLE}={listed({*asked, service})} lab up"
