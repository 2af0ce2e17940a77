"""The place for the state, made by plain Terraform: no tflocal, no file of ours, another account.

Only the environment says that it is not AWS.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from lab.core import naming, paths
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import account
from lab.deploy.account import Identity, existing, settings
from lab.deploy.backup_store import bucket

ACCOUNT = "111122223333"
SHOP = naming.shop()
BUCKET, LOCKS, KEY, REGION = (
    f"{SHOP.state_bucket}{ACCOUNT}",
    SHOP.lock_table,
    SHOP.backups_key,
    SHOP.region,
)
LOGS_ROLE = f"api-gateway-logs-{REGION}"

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def identity(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    """Somebody in an account of the emulator, with a copy of our sources to write into."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed")
    root = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns(".terraform", "backend.hcl")
    shutil.copytree(paths.TERRAFORM, root / "terraform", ignore=ignored)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "ROOT", root)
        patch.setattr(paths, "TERRAFORM", root / "terraform")
        # By its number, so that a bucket's name is not looked up as a host.
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{urlsplit(endpoint).port}")
        patch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)  # the emulator's way to name an account
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.delenv("AWS_PROFILE", raising=False)
        yield account.identify()


@pytest.fixture(scope="module")
def backend(identity: Identity) -> Any:
    account.prepare(identity, ACCOUNT, ["dev"], print)
    return identity.client("s3")


def test_the_bucket_is_versioned_encrypted_private_and_refuses_plain_http(backend: Any) -> None:
    encryption = backend.get_bucket_encryption(Bucket=BUCKET)
    rules = encryption["ServerSideEncryptionConfiguration"]["Rules"]
    access = backend.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]

    assert backend.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(access.values()) == {True}
    assert '"aws:SecureTransport":"false"' in backend.get_bucket_policy(Bucket=BUCKET)["Policy"]


def test_backups_have_a_bucket_that_is_as_safe_and_a_key_of_their_own(
    backend: Any, identity: Identity
) -> None:
    target = Target("dev", identity.endpoint)  # of the same emulator, but with keys of its own
    name = f"{SHOP.backups_bucket}{ACCOUNT}"
    rules = backend.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    kms = identity.client("kms")

    for lacking, holds in bucket.REQUIREMENTS.items():
        assert holds(backend, name), lacking
    assert bucket.name_for(target, ACCOUNT) == name
    assert rules[0]["Expiration"]["Days"] == bucket.EXPIRES_DAYS
    assert kms.describe_key(KeyId=KEY)["KeyMetadata"]["KeyState"] == "Enabled"


def test_the_lock_table_is_protected(backend: Any, identity: Identity) -> None:
    dynamodb = identity.client("dynamodb")
    table = dynamodb.describe_table(TableName=LOCKS)["Table"]

    assert table["DeletionProtectionEnabled"]
    assert table["KeySchema"] == [{"AttributeName": "LockID", "KeyType": "HASH"}]


def test_a_second_time_changes_nothing(
    backend: Any, identity: Identity, capfd: pytest.CaptureFixture[str]
) -> None:
    account.prepare(identity, ACCOUNT, ["dev"], print)

    assert "0 added, 0 changed, 0 destroyed" in capfd.readouterr().out


def test_the_state_of_the_bootstrap_is_in_its_own_bucket(backend: Any) -> None:
    assert backend.head_object(Bucket=BUCKET, Key="bootstrap/terraform.tfstate")


def test_terraform_itself_refuses_another_account(
    backend: Any, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "444455556666")
    folder = settings.path_of("dev").parent

    with pytest.raises(LabError, match="init failed"):
        account.terraform.Terraform(folder, identity).run(
            "init", "-input=false", "-reconfigure", "-backend-config=backend.hcl"
        )


STRANGERS = {"Key": "Project", "Value": "payroll"}
OTHER, STATES, BACKUPS = (
    "222233334444",
    f"{SHOP.state_bucket}222233334444",
    f"{SHOP.backups_bucket}222233334444",
)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture
def newcomer(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Identity:
    """Somebody in an account of its own, by the name of localhost."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OTHER)
    monkeypatch.setenv("AWS_ENDPOINT_URL", str(identity.endpoint).replace("127.0.0.1", "localhost"))
    return account.identify()


@pytest.fixture
def crowded(newcomer: Identity) -> Identity:
    """An account where everything is there, from tflocal, by hand and from `lab backup`."""
    s3, iam = newcomer.client("s3"), newcomer.client("iam")
    s3.create_bucket(Bucket=STATES, CreateBucketConfiguration={"LocationConstraint": REGION})
    newcomer.client("dynamodb").create_table(**a_table())
    target = Target("dev", newcomer.endpoint)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Target, "session", newcomer.session)
        bucket.require(target, BACKUPS, OTHER)
    role = LOGS_ROLE
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
    return newcomer


def a_table(key: str = "LockID", **more: Any) -> dict[str, Any]:
    return {
        "TableName": LOCKS,
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }


def test_what_an_account_has_already_is_taken_over(
    crowded: Identity, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    key = crowded.client("kms").describe_key(KeyId=KEY)["KeyMetadata"]["KeyId"]

    account.prepare(crowded, OTHER, ["dev"], said.append)

    assert "6 imported" in capfd.readouterr().out
    for what in (
        LOCKS,
        BACKUPS,
        KEY,
        LOGS_ROLE,
    ):
        assert any(what in line and "imported" in line for line in said), what
    table = crowded.client("dynamodb").describe_table(TableName=LOCKS)["Table"]
    assert table["DeletionProtectionEnabled"]
    assert crowded.client("kms").describe_key(KeyId=KEY)["KeyMetadata"]["KeyId"] == key
    assert not (paths.TERRAFORM / "bootstrap" / "existing.tf").exists()


def a_strangers_bucket(who: Identity, name: str) -> None:
    where = {"LocationConstraint": REGION}
    who.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)


def tagged_states(who: Identity) -> None:
    a_strangers_bucket(who, f"{SHOP.state_bucket}taken")
    tags = {"TagSet": [STRANGERS]}
    who.client("s3").put_bucket_tagging(Bucket=f"{SHOP.state_bucket}taken", Tagging=tags)


def ruled_backups(who: Identity) -> None:
    a_strangers_bucket(who, f"{SHOP.backups_bucket}taken")
    rule = {"ID": "after-a-day", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}
    who.client("s3").put_bucket_lifecycle_configuration(
        Bucket=f"{SHOP.backups_bucket}taken", LifecycleConfiguration={"Rules": [rule]}
    )


def policed_backups(who: Identity) -> None:
    a_strangers_bucket(who, f"{SHOP.backups_bucket}taken")
    arn = f"arn:aws:s3:::{SHOP.backups_bucket}taken/*"
    open_to = {"Sid": "Web", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [open_to]})
    who.client("s3").put_bucket_policy(Bucket=f"{SHOP.backups_bucket}taken", Policy=policy)


def another_table(who: Identity) -> None:
    who.client("dynamodb").create_table(**a_table("id"))


def a_tagged_table(who: Identity) -> None:
    who.client("dynamodb").create_table(**a_table(Tags=[STRANGERS]))


def another_key(who: Identity) -> None:
    made = who.client("kms").create_key(Description="Payroll")["KeyMetadata"]["KeyId"]
    who.client("kms").create_alias(AliasName=KEY, TargetKeyId=made)


def a_key_that_goes(who: Identity) -> None:
    kms = who.client("kms")
    made = kms.create_key(Description="Seals the secrets in backups of the checkout")
    kms.create_alias(AliasName=KEY, TargetKeyId=made["KeyMetadata"]["KeyId"])
    kms.schedule_key_deletion(KeyId=made["KeyMetadata"]["KeyId"], PendingWindowInDays=7)


def another_role(who: Identity) -> None:
    trust = json.dumps(TRUST).replace("apigateway", "ec2")
    who.client("iam").create_role(RoleName=LOGS_ROLE, AssumeRolePolicyDocument=trust)


@pytest.mark.parametrize(
    ("there", "named"),
    [
        (
            tagged_states,
            "terraform-state-taken: it belongs to something else, by its tags (Project=pay",
        ),
        (ruled_backups, "backups-taken: its objects expire by rules"),
        (policed_backups, "backups-taken: it has a policy of its own"),
        (another_table, "the table terraform-state-lock: its key is id"),
        (a_tagged_table, "the table terraform-state-lock: it belongs to something else"),
        (another_key, "the key alias/checkout-backups: its key"),
        (a_key_that_goes, "is PendingDeletion"),
        (another_role, f"the role {LOGS_ROLE}: it does not trust apigateway"),
    ],
)
def test_what_is_somebody_elses_is_refused_by_its_name_and_nothing_is_changed(
    there: Callable[[Identity], None],
    named: str,
    newcomer: Identity,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"{zlib.crc32(request.node.name.encode()):012}")
    stranger = account.identify()
    there(stranger)
    buckets = [one["Name"] for one in stranger.client("s3").list_buckets()["Buckets"]]

    with pytest.raises(LabError) as refused:
        account.prepare(stranger, "taken", ["dev"], print)

    assert named in refused.value.message
    assert [one["Name"] for one in stranger.client("s3").list_buckets()["Buckets"]] == buckets
    for name in buckets:
        s3 = stranger.client("s3")
        for version in s3.list_objects_v2(Bucket=name).get("Contents", ()):
            s3.delete_object(Bucket=name, Key=version["Key"])
        s3.delete_bucket(Bucket=name)  # the next one of these tests takes the same name


def test_another_role_of_api_gateways_and_another_trust_in_github_stay(
    newcomer: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "333344445555")
    who = account.identify()
    role = "arn:aws:iam::333344445555:role/logs-of-all-teams"
    iam, change = who.client("iam"), {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    iam.create_role(RoleName="logs-of-all-teams", AssumeRolePolicyDocument=json.dumps(TRUST))
    who.client("apigateway").update_account(patchOperations=[change])
    provider = iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"]
    )["OpenIDConnectProviderArn"]
    monkeypatch.setattr(existing, "settings", lambda: {"github_repository": "acme/shop"})

    found = existing.inspect(who, f"{SHOP.state_bucket}333344445555")

    assert found.variables == [
        "-var=api_gateway_logs=false",
        f"-var=github_provider_arn={provider}",
    ]
    assert not found.imports
