"""Permissions are enforced: what is taken from a role is missed, and the refusal says where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import logs, permissions
from tests.deployed_shop import DeployedShop, order_of
from tests.e2e.conftest import FORBIDDEN
from tests.waiting import eventually

TEA = ("TEA-BREAKFAST-100", 1)
FUNCTION, ACTION, TABLE = FORBIDDEN, "dynamodb:BatchGetItem", "products"


@pytest.fixture(autouse=True)
def enforcing(shop: DeployedShop) -> None:
    try:
        permissions.look(shop.target)
    except LabError:
        pytest.skip("This emulator does not enforce permissions")


@contextmanager
def without(target: Target, function: str, action: str) -> Iterator[None]:
    """The function's role may not do this, on whatever resource."""
    iam = target.client("iam")
    policy = {"RoleName": target.named(function), "PolicyName": "permissions"}
    usual = iam.get_role_policy(**policy)["PolicyDocument"]
    statements = [_but(action, statement) for statement in usual["Statement"]]
    less = usual | {"Statement": [statement for statement in statements if statement]}
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(less))
    try:
        yield
    finally:
        iam.put_role_policy(**policy, PolicyDocument=json.dumps(usual))


def _but(action: str, statement: dict[str, Any]) -> dict[str, Any]:
    """The statement without the action; nothing if that was all."""
    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    others = [other for other in actions if other != action]
    return statement | {"Action": others} if others else {}


def test_a_permission_that_is_missing_fails_the_order_and_names_role_action_and_resource(
    shop: DeployedShop,
) -> None:
    with without(shop.target, FUNCTION, ACTION):
        order = shop.buy(order_of(TEA))
    assert order["status"] == "FAILED"
    assert shop.buy(order_of(TEA))["status"] == "CONFIRMED"

    role = shop.target.named(FUNCTION)
    account = shop.target.client("sts").get_caller_identity()["Account"]
    table = f"arn:aws:dynamodb:{shop.target.region}:{account}:table/{shop.target.table(TABLE)}"
    said = (
        f"User: arn:aws:sts::{account}:assumed-role/{role}/{role} is not authorized to perform:"
        f" {ACTION} on resource: {table}"
        f" because no identity-based policy allows the {ACTION} action"
    )
    eventually(lambda: said in logged(shop.target, FUNCTION), "line about it in the log")
    (refused,) = refusals(shop.target, role)
    assert (refused.action, refused.resource) == (ACTION, table)


def logged(target: Target, function: str) -> str:
    return "".join(line.message for line in logs.read(target, function))


def refusals(target: Target, role: str) -> tuple[permissions.Refusal, ...]:
    (found,) = (r for r in permissions.look(target).roles if r.role == role)
    return found.refused
