"""Deploys the bare workflow of the checkout to any emulator, by the same API calls.

Copies tables, settings, event bus, roles, functions and state machine of a deployed environment, as
its APIs describe them. Leaves out the REST API and the consumers of the bus, so that a comparison
covers functions and executions only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from lab.core.errors import LabError
from lab.core.target import Target
from lab.measure.bench.checkouts import stock_up

STEPS = ("cart-validator", "stock-checker", "payment-processor", "order-generator")
FUNCTIONS = (*STEPS, "checkout-api")
ALIAS = "live"
READY_TIMEOUT_S = 120.0
POLL_S = 0.1


def build(source: Target, to: Target, package: bytes) -> str:
    """Creates the workflow of `source` on `to`, with stock. Returns the state machine's ARN."""
    _tables(source, to)
    _settings(source, to)
    to.client("events").create_event_bus(Name=_machine_name(source))
    for name in FUNCTIONS:
        _function(source, to, name, package)
    stock_up(to)
    return _machine(source, to)


def _machine_name(target: Target) -> str:
    return target.prefix


def _role(source: Target, to: Target, arn: str) -> str:
    """Copies a role: whom it trusts and what it may do are the deployed one's. Returns its ARN."""
    name, iam, client = arn.rpartition("/")[2], source.client("iam"), to.client("iam")
    trust = json.dumps(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])
    try:
        made = client.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    except client.exceptions.EntityAlreadyExistsException:
        return arn
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        client.put_role_policy(
            RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document)
        )
    return str(made["Arn"])


def _tables(source: Target, to: Target) -> None:
    source_client, client = source.client("dynamodb"), to.client("dynamodb")
    suffix = source.table("")
    for name in source_client.list_tables()["TableNames"]:
        if name.endswith(suffix):
            description = source_client.describe_table(TableName=name)["Table"]
            client.create_table(**_table_request(description))
            client.get_waiter("table_exists").wait(TableName=name)


def _table_request(description: dict[str, Any]) -> dict[str, Any]:
    request = {
        key: description[key] for key in ("TableName", "KeySchema", "AttributeDefinitions")
    } | {"BillingMode": "PAY_PER_REQUEST"}
    indexes = [
        {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
        for index in description.get("GlobalSecondaryIndexes", ())
    ]
    return request | ({"GlobalSecondaryIndexes": indexes} if indexes else {})


def _settings(source: Target, to: Target) -> None:
    client = to.client("ssm")
    path = f"{source.settings_path}/"
    pages = source.client("ssm").get_paginator("get_parameters_by_path")
    for page in pages.paginate(Path=path, Recursive=True, WithDecryption=True):
        for parameter in page["Parameters"]:
            client.put_parameter(**{key: parameter[key] for key in ("Name", "Value", "Type")})


def _function(source: Target, to: Target, name: str, package: bytes) -> None:
    full_name = source.named(name)
    configuration = source.client("lambda").get_function_configuration(FunctionName=full_name)
    # As Terraform does: the roles may write to their log group, and not make one.
    to.client("logs").create_log_group(logGroupName=f"/aws/lambda/{full_name}")
    client = to.client("lambda")
    client.create_function(
        FunctionName=full_name,
        Role=_role(source, to, configuration["Role"]),
        Code={"ZipFile": package},
        **{key: configuration[key] for key in ("Runtime", "Handler", "Timeout", "MemorySize")},
        Environment={"Variables": configuration["Environment"]["Variables"]},
    )
    _wait(lambda: _state(client, full_name) == "Active", f"{full_name} does not become active")
    version = client.publish_version(FunctionName=full_name)["Version"]
    client.create_alias(FunctionName=full_name, Name=ALIAS, FunctionVersion=version)
    _wait(lambda: _state(client, full_name, version) == "Active", f"{full_name} stays {version}")


def _state(client: Any, name: str, version: str = "$LATEST") -> str:
    configuration = client.get_function_configuration(FunctionName=name, Qualifier=version)
    return str(configuration.get("State", "Active"))


def _wait(done: Callable[[], bool], message: str) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not done():
        if time.monotonic() > deadline:
            raise LabError(f"{message} within {READY_TIMEOUT_S:.0f} s.")
        time.sleep(POLL_S)


def _machine(source: Target, to: Target) -> str:
    """Copies the definition unchanged: names, region and account are equal on both sides."""
    name = _machine_name(source)
    arn = next(_machines(source, name))
    definition = source.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    created = to.client("stepfunctions").create_state_machine(
        name=name,
        definition=definition["definition"],
        roleArn=_role(source, to, definition["roleArn"]),
    )
    return str(created["stateMachineArn"])


def _machines(source: Target, name: str) -> Iterator[str]:
    for page in source.client("stepfunctions").get_paginator("list_state_machines").paginate():
        yield from (m["stateMachineArn"] for m in page["stateMachines"] if m["name"] == name)
