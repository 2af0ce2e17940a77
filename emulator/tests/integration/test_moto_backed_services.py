"""The services that moto answers, with what Terraform asks of them: made, told again, and gone."""

from __future__ import annotations

import uuid

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.integration.roles import ACCOUNT, Role, allow

TAGS = [{"Key": "Stack", "Value": "shop"}]


def test_a_vault_is_locked_unlocked_and_deleted(cloud: Cloud) -> None:
    backup, name = cloud.client("backup"), f"vault-{uuid.uuid4().hex[:8]}"
    made = backup.create_backup_vault(BackupVaultName=name, BackupVaultTags={"Stack": "shop"})
    assert backup.list_tags(ResourceArn=made["BackupVaultArn"])["Tags"] == {"Stack": "shop"}
    assert "MinRetentionDays" not in backup.describe_backup_vault(BackupVaultName=name)

    backup.put_backup_vault_lock_configuration(BackupVaultName=name, MinRetentionDays=35)
    described = backup.describe_backup_vault(BackupVaultName=name)
    assert (described["Locked"], described["MinRetentionDays"]) == (True, 35)

    backup.delete_backup_vault_lock_configuration(BackupVaultName=name)
    assert not backup.describe_backup_vault(BackupVaultName=name)["Locked"]
    assert backup.list_recovery_points_by_backup_vault(BackupVaultName=name)["RecoveryPoints"] == []
    backup.delete_backup_vault(BackupVaultName=name)
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.describe_backup_vault(BackupVaultName=name)


def test_a_plan_is_deleted_when_it_selects_nothing(cloud: Cloud) -> None:
    backup = cloud.client("backup")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "v", "Lifecycle": {"DeleteAfterDays": 35}}
    name = f"plan-{uuid.uuid4().hex[:8]}"
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule]})
    selected = {
        "SelectionName": "tables",
        "IamRoleArn": "arn:aws:iam::1:role/r",
        "Resources": ["*"],
    }
    made = backup.create_backup_selection(
        BackupPlanId=plan["BackupPlanId"], BackupSelection=selected
    )
    wanted = {"BackupPlanId": plan["BackupPlanId"], "SelectionId": made["SelectionId"]}

    assert backup.get_backup_selection(**wanted)["BackupSelection"] == selected
    with pytest.raises(backup.exceptions.InvalidRequestException):
        backup.delete_backup_plan(BackupPlanId=plan["BackupPlanId"])
    changed = {"BackupPlanName": name, "Rules": [rule | {"RuleName": "nightly"}]}
    updated = backup.update_backup_plan(BackupPlanId=plan["BackupPlanId"], BackupPlan=changed)
    assert updated["VersionId"] != plan["VersionId"]
    found = backup.get_backup_plan(BackupPlanId=plan["BackupPlanId"])["BackupPlan"]
    assert found["Rules"][0]["RuleName"] == "nightly"

    backup.delete_backup_selection(**wanted)
    backup.delete_backup_plan(BackupPlanId=plan["BackupPlanId"])
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.get_backup_selection(**wanted)


def test_a_budget_tells_whom_it_notifies(cloud: Cloud) -> None:
    budgets, name = cloud.client("budgets"), f"budget-{uuid.uuid4().hex[:8]}"
    named = {"AccountId": ACCOUNT, "BudgetName": name}
    limit = {"Amount": "250", "Unit": "USD"}
    budget = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
    alert = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 50.0}
    topic = {"SubscriptionType": "SNS", "Address": "arn:aws:sns:us-east-2:1:t"}
    budgets.create_budget(
        AccountId=ACCOUNT,
        Budget=budget,
        NotificationsWithSubscribers=[{"Notification": alert, "Subscribers": [topic]}],
        ResourceTags=TAGS,
    )
    whole = alert | {"ThresholdType": "PERCENTAGE"}  # the default, which AWS tells

    asked = budgets.describe_subscribers_for_notification(**named, Notification=whole)
    assert asked["Subscribers"] == [topic]
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/{name}"
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == TAGS
    budgets.update_budget(
        AccountId=ACCOUNT, NewBudget=budget | {"BudgetLimit": limit | {"Amount": "300"}}
    )
    assert budgets.describe_budget(**named)["Budget"]["BudgetLimit"]["Amount"].startswith("300")
    budgets.delete_notification(**named, Notification=alert)
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.describe_subscribers_for_notification(**named, Notification=alert)
    budgets.delete_budget(**named)
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.describe_budget(**named)


def test_a_trail_finds_its_bucket_and_goes_by_its_arn(cloud: Cloud) -> None:
    trails, bucket = cloud.client("cloudtrail"), f"records-{uuid.uuid4().hex[:8]}"
    with pytest.raises(trails.exceptions.S3BucketDoesNotExistException):
        trails.create_trail(Name="shop", S3BucketName=bucket)
    region = {"LocationConstraint": "us-east-2"}
    cloud.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=region)
    arn = trails.create_trail(Name="shop", S3BucketName=bucket, TagsList=TAGS)["TrailARN"]

    trails.start_logging(Name=arn)
    assert trails.get_trail_status(Name=arn)["IsLogging"]
    trails.stop_logging(Name="shop")
    assert not trails.get_trail_status(Name=arn)["IsLogging"]
    trails.delete_trail(Name=arn)
    assert trails.describe_trails()["trailList"] == []


def test_a_user_pool_has_the_tier_of_aws_and_keeps_it_through_an_update(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="shop")["UserPool"]
    assert pool["UserPoolTier"] == "ESSENTIALS"
    cognito.update_user_pool(UserPoolId=pool["Id"], UserPoolTags={"Stack": "shop"})
    described = cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    assert described["UserPoolTier"] == "ESSENTIALS"
    cognito.delete_user_pool(UserPoolId=pool["Id"])


def test_the_tags_of_a_user_pool_are_listed_changed_and_asked_for(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    mine, theirs = (
        cognito.create_user_pool(PoolName="shop", UserPoolTags={"Stack": stack})["UserPool"]
        for stack in ("mine", "theirs")
    )
    cognito.tag_resource(ResourceArn=mine["Arn"], Tags={"Owner": "ada", "Old": "1"})
    cognito.untag_resource(ResourceArn=mine["Arn"], TagKeys=["Old"])
    cognito.update_user_pool(UserPoolId=mine["Id"], MfaConfiguration="OFF")
    tags = cognito.list_tags_for_resource(ResourceArn=mine["Arn"])["Tags"]
    assert tags == {"Stack": "mine", "Owner": "ada"}

    tagged = {"StringEquals": {"aws:ResourceTag/Stack": "mine"}}
    role = Role(cloud, allow("cognito-idp:DescribeUserPool", Condition=tagged))
    assert role.client("cognito-idp").describe_user_pool(UserPoolId=mine["Id"])
    with pytest.raises(ClientError, match="is not authorized to perform"):
        role.client("cognito-idp").describe_user_pool(UserPoolId=theirs["Id"])
    with pytest.raises(cognito.exceptions.ResourceNotFoundException):
        cognito.list_tags_for_resource(ResourceArn=f"{mine['Arn']}x")
    for pool in (mine, theirs):
        cognito.delete_user_pool(UserPoolId=pool["Id"])


def test_their_permissions_are_enforced(cloud: Cloud) -> None:
    role = Role(cloud, allow("wafv2:ListWebACLs"), allow("backup:ListBackupPlans"))

    assert role.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert role.client("backup").list_backup_plans()
    for refused in (
        lambda: role.client("wafv2").list_ip_sets(Scope="REGIONAL"),
        lambda: role.client("backup").list_backup_vaults(),
        lambda: role.client("budgets").describe_budgets(AccountId=ACCOUNT),
        lambda: role.client("cloudtrail").describe_trails(),
    ):
        with pytest.raises(ClientError, match="is not authorized to perform"):
            refused()
