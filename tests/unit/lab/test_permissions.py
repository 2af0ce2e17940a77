"""What was granted beside what was used, without an emulator."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lab.cli.permissions_report import draw
from lab.console.render import Console
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import permissions
from lab.shop.permissions import Grant, Permissions, Refusal, RoleUse

TABLE = "arn:aws:dynamodb:us-east-2:000000000000:table/orders-dev"
EXECUTIONS = "arn:aws:states:us-east-2:000000000000:execution:checkout-dev:*"
STREAMS = "arn:aws:logs:us-east-2:000000000000:log-group:/aws/lambda/checkout-dev-sweeper:*"
REFUSED = Refusal("me", "checkout-dev-sweeper", "s3:GetObject", "arn:aws:s3:::b/k", "because", 2)


class Roles:
    """An IAM of one role of the checkout, and one of somebody else's."""

    def __init__(self, *statements: dict[str, Any]) -> None:
        self.statements = list(statements)

    def get_paginator(self, _name: str) -> Any:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        names = ("checkout-dev-sweeper", "another")
        return [{"Roles": [{"RoleName": name} for name in names]}]

    def list_role_policies(self, **_: str) -> dict[str, Any]:
        return {"PolicyNames": ["permissions"]}

    def get_role_policy(self, **_: str) -> dict[str, Any]:
        return {"PolicyDocument": {"Statement": self.statements}}

    def list_attached_role_policies(self, **_: str) -> dict[str, Any]:
        return {"AttachedPolicies": []}


def look(monkeypatch: pytest.MonkeyPatch, roles: Roles, **noted: Any) -> Permissions:
    answer = httpx.Response(200, json={"used": [], "refused": []} | noted)
    monkeypatch.setattr(httpx.Client, "request", lambda *_, **__: answer)
    monkeypatch.setattr(Target, "client", lambda *_: roles)
    return permissions.look(Target())


def allow(action: Any, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def test_every_action_on_every_resource_is_a_grant_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roles = Roles(allow(["dynamodb:GetItem", "dynamodb:Query"], [TABLE, f"{TABLE}/index/open"]))
    used = {
        "role": "checkout-dev-sweeper",
        "action": "dynamodb:GetItem",
        "resource": TABLE,
        "count": 3,
    }
    (role,) = look(monkeypatch, roles, used=[used]).roles
    assert role.grants[0] == Grant("", "dynamodb:GetItem", TABLE, used=3)
    assert [(g.action, g.resource) for g in role.unused] == [
        ("dynamodb:GetItem", f"{TABLE}/index/open"),
        ("dynamodb:Query", TABLE),
        ("dynamodb:Query", f"{TABLE}/index/open"),
    ]


def test_a_refusal_is_told_with_its_role_or_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    of_role = {
        "caller": "me",
        "role": "checkout-dev-sweeper",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "reason": "because",
        "count": 2,
    }
    by_service = of_role | {"caller": "events.amazonaws.com", "role": ""}
    found = look(monkeypatch, Roles(), refused=[of_role, by_service])
    assert found.roles[0].refused == (REFUSED,)
    assert [r.caller for r in found.others] == ["events.amazonaws.com"]
    assert not found.good


def test_a_deny_grants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    deny = allow("*", "*") | {"Effect": "Deny"}
    assert look(monkeypatch, Roles(deny)).roles[0].grants == ()


@pytest.mark.parametrize(
    ("action", "resource", "wide"),
    [
        ("dynamodb:GetItem", TABLE, False),
        ("dynamodb:*", TABLE, True),
        ("dynamodb:Get?tem", TABLE, True),
        ("dynamodb:GetItem", "*", True),
        ("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/orders-dev", True),
        ("dynamodb:GetItem", f"{TABLE}*", True),
        ("sqs:SendMessage", "*", True),
        ("xray:PutTraceSegments", "*", False),  # X-Ray has no resources
        ("logs:CreateLogDelivery", "*", False),
        ("logs:PutLogEvents", STREAMS, False),
        ("logs:PutLogEvents", "arn:aws:logs:us-east-2:000000000000:log-group:*:*", True),
        ("states:DescribeExecution", EXECUTIONS, False),
        ("ses:SendRawEmail", f"arn:aws:ses:us-east-2:{12 * '0'}:identity/*", False),  # by condition
        ("ses:SendRawEmail", "*", True),
        ("ses:DeleteIdentity", "arn:aws:ses:us-east-2:000000000000:identity/*", True),
    ],
)
def test_a_wildcard_is_wide_where_aws_lets_one_say_more(
    action: str, resource: str, wide: bool
) -> None:
    assert permissions.is_wide(Grant("", action, resource)) is wide


def test_an_emulator_that_enforces_nothing_has_nothing_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(httpx.Client, "request", lambda *_, **__: httpx.Response(404))
    with pytest.raises(LabError, match="does not enforce permissions"):
        permissions.look(Target())


def test_aws_itself_is_not_asked() -> None:
    with pytest.raises(LabError, match="does not record"):
        permissions.forget(Target(endpoint=None))


def test_the_report_names_what_is_unused_wide_and_refused() -> None:
    grants = (
        Grant("", "dynamodb:GetItem", TABLE, used=3),
        Grant("", "dynamodb:Query", TABLE),
        Grant("", "dynamodb:*", TABLE, used=1),
    )
    role = RoleUse("checkout-dev-sweeper", grants, (REFUSED,))
    console = Console(width=120, record=True)
    console.print(draw(Permissions((role,), (REFUSED,))))
    text = console.export_text()
    assert "3x      dynamodb:GetItem  table/orders-dev" in text
    assert "unused  dynamodb:Query    table/orders-dev" in text
    assert "wide    dynamodb:*        table/orders-dev" in text
    assert "refused 2x  s3:GetObject  me: b/k, because" in text
    assert "1 roles: 1 grants unused, 1 too wide, 2 kinds of requests refused" in text
