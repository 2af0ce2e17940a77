"""AWS::IAM::User: a stack that is deleted empties its users first, as IAM deletes empty ones only.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html
Access keys that no stack has made are left, and so is their user, as on AWS.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def leave_everything(iam: Any, name: str) -> None:
    """Takes a user out of its groups, and removes its policies and its password.

    `iam` is a client with the rights of the stack. Raises ClientError.
    """
    user = {"UserName": name}
    with suppress(iam.exceptions.NoSuchEntityException):
        for group in iam.list_groups_for_user(**user)["Groups"]:
            iam.remove_user_from_group(**user, GroupName=group["GroupName"])
        for attached in iam.list_attached_user_policies(**user)["AttachedPolicies"]:
            iam.detach_user_policy(**user, PolicyArn=attached["PolicyArn"])
        for policy in iam.list_user_policies(**user)["PolicyNames"]:
            iam.delete_user_policy(**user, PolicyName=policy)
        iam.delete_login_profile(**user)  # last: there is none more often than not
