"""IAM's policy simulator decides as requests are decided."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud, document
from tests.integration.roles import Role, allow

ORDERS, STOCK = (f"arn:aws:dynamodb:us-east-2:000000000000:table/{t}" for t in ("orders", "stock"))


def decided(answer: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (result["EvalActionName"], result["EvalResourceName"]): result["EvalDecision"]
        for result in answer["EvaluationResults"]
    }


def test_a_role_is_simulated_with_wildcards_conditions_and_its_boundary(cloud: Cloud) -> None:
    from_us = {"StringEquals": {"ses:FromAddress": "shop@example.com"}}
    role = Role(
        cloud,
        allow("dynamodb:*Item", ORDERS),
        allow("ses:SendEmail", Condition=from_us),
        allow("sqs:*"),
        {"Effect": "Deny", "Action": "dynamodb:DeleteItem", "Resource": "*"},
    )
    limit = cloud.client("iam").create_policy(
        PolicyName=f"limit-{role.name}",
        PolicyDocument=document(allow("dynamodb:*"), allow("ses:*")),
    )["Policy"]["Arn"]
    cloud.client("iam").put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=limit)
    simulate = cloud.client("iam").simulate_principal_policy

    actions = ["dynamodb:GetItem", "dynamodb:DeleteItem", "sqs:SendMessage"]
    assert decided(
        simulate(PolicySourceArn=role.arn, ActionNames=actions, ResourceArns=[ORDERS, STOCK])
    ) == {
        ("dynamodb:GetItem", ORDERS): "allowed",
        ("dynamodb:GetItem", STOCK): "implicitDeny",
        ("dynamodb:DeleteItem", ORDERS): "explicitDeny",
        ("dynamodb:DeleteItem", STOCK): "explicitDeny",
        ("sqs:SendMessage", ORDERS): "implicitDeny",
        ("sqs:SendMessage", STOCK): "implicitDeny",
    }
    mail: dict[str, Any] = {"PolicySourceArn": role.arn, "ActionNames": ["ses:SendEmail"]}
    sender = {"ContextKeyName": "ses:FromAddress", "ContextKeyType": "string"}
    sender |= {"ContextKeyValues": ["shop@example.com"]}
    assert decided(simulate(**mail)) == {("ses:SendEmail", "*"): "implicitDeny"}
    assert decided(simulate(**mail, ContextEntries=[sender])) == {("ses:SendEmail", "*"): "allowed"}


def test_a_group_is_simulated_and_a_user_has_what_its_groups_have(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    group = iam.create_group(GroupName="readers")["Group"]["Arn"]
    user = iam.create_user(UserName="reader")["User"]["Arn"]
    named = {"GroupName": "readers", "PolicyName": "reading"}
    iam.put_group_policy(**named, PolicyDocument=document(allow("dynamodb:GetItem", ORDERS)))
    asked = {"ActionNames": ["dynamodb:GetItem"], "ResourceArns": [ORDERS]}

    def decision(arn: str) -> str:
        (found,) = decided(iam.simulate_principal_policy(PolicySourceArn=arn, **asked)).values()
        return found

    assert [decision(arn) for arn in (group, user)] == ["allowed", "implicitDeny"]
    iam.add_user_to_group(GroupName="readers", UserName="reader")
    assert decision(user) == "allowed"
    iam.remove_user_from_group(GroupName="readers", UserName="reader")
    iam.delete_group_policy(**named)
    iam.delete_user(UserName="reader")
    iam.delete_group(GroupName="readers")


def test_policies_are_simulated_without_anybody(cloud: Cloud) -> None:
    answer = cloud.client("iam").simulate_custom_policy(
        PolicyInputList=[document(allow("s3:Get*", "arn:aws:s3:::b/*"))],
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::b/k"],
    )

    assert list(decided(answer).values()) == ["allowed", "implicitDeny"]


def test_nobody_is_told_as_nobody(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="cannot be found"):
        cloud.client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::000000000000:role/none", ActionNames=["s3:GetObject"]
        )
