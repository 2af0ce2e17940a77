"""What plain Terraform makes, as in an AWS account: tests with `--plain` run on it.

No tflocal, no override file, no setting of ours: only the environment says that it is not AWS. The
account is another one than the emulator's usual 000000000000, the state is in S3, and permissions
are enforced.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lab.core import naming, paths
from lab.core.target import Target
from lab.deploy import account, package
from lab.deploy.account import BackendSettings, Identity
from lab.deploy.account.terraform import Terraform, has_native_locks
from lab.deploy.backup_store import bucket
from lab.shop import token_keys

ACCOUNT = "111122223333"
BUCKET = naming.shop().state_bucket + ACCOUNT


@contextmanager
def somebody(endpoint: str, folder: Path, number: str = ACCOUNT) -> Iterator[Identity]:
    """Somebody in an account of the emulator, with a copy of our sources to write into."""
    ignored = shutil.ignore_patterns(".terraform", "backend.hcl", "*_override.tf")
    shutil.copytree(paths.TERRAFORM, folder / "terraform", ignore=ignored)
    definition = Path("functions/checkout_api/openapi.json")
    (folder / definition).parent.mkdir(parents=True)
    shutil.copy(paths.ROOT / definition, folder / definition)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "TERRAFORM", folder / "terraform")
        # By its number, so that a bucket's name is not looked up as a host.
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{urlsplit(endpoint).port}")
        patch.setenv("AWS_ACCESS_KEY_ID", number)  # the emulator's way to name an account
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.delenv("AWS_PROFILE", raising=False)
        patch.setattr("lab.deploy.terraform.state.BUCKET", BUCKET)  # `lab cost` reads the state
        yield account.identify()


def apply(identity: Identity, environment: str = "dev") -> Target:
    """Applies the environment as `scripts/deploy.sh` does, without the questions."""
    make_backend(identity, environment)
    terraform = Terraform(paths.TERRAFORM / "environments" / environment, identity)
    terraform.run("init", "-input=false", "-backend-config=backend.hcl")
    terraform.run("apply", "-auto-approve", f"-var=functions_package={package.build()}")
    target = Target(environment, identity.endpoint)
    token_keys.ensure(target)
    return target


def make_backend(identity: Identity, environment: str) -> None:
    """What `scripts/setup-backend.sh` makes, without its safety, which takes a minute to make."""
    BackendSettings(BUCKET, ACCOUNT, has_native_locks()).write(environment)
    s3, dynamodb = identity.client("s3"), identity.client("dynamodb")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET, **bucket.in_region(identity.region))
    with suppress(dynamodb.exceptions.ResourceInUseException):
        dynamodb.create_table(
            TableName=naming.shop().lock_table,
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
