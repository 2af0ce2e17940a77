"""The place for the state, made by plain Terraform: no tflocal, no file of ours, another account.

Only the environment says that it is not AWS.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from lab import account, paths
from lab.account import Identity, settings
from lab.errors import LabError
from lab.recovery import bucket
from lab.target import Target

ACCOUNT = "111122223333"
BUCKET = f"ecommerce-checkout-terraform-state-{ACCOUNT}"

pytestmark = pytest.mark.timeout(600)


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
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert set(access.values()) == {True}
    assert '"aws:SecureTransport":"false"' in backend.get_bucket_policy(Bucket=BUCKET)["Policy"]


def test_backups_have_a_bucket_that_is_as_safe_and_a_key_of_their_own(
    backend: Any, identity: Identity
) -> None:
    target = Target("dev", identity.endpoint)  # of the same emulator, but with keys of its own
    name = f"ecommerce-checkout-backups-{ACCOUNT}"
    rules = backend.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    kms = identity.client("kms")

    for lacking, holds in bucket.SAFE.items():
        assert holds(backend, name), lacking
    assert bucket.name_for(target, ACCOUNT) == name
    assert rules[0]["Expiration"]["Days"] == bucket.EXPIRES_DAYS
    assert kms.describe_key(KeyId=bucket.KEY)["KeyMetadata"]["KeyState"] == "Enabled"


def test_the_lock_table_is_protected(backend: Any, identity: Identity) -> None:
    dynamodb = identity.client("dynamodb")
    table = dynamodb.describe_table(TableName="terraform-state-lock")["Table"]

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
