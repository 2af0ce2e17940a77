"""The bucket that stores backups, and the key that encrypts secrets in it.

In an account, `terraform/bootstrap` creates both beside the bucket of the states: they outlive
every environment. On an emulator there is no bootstrap, so they are created when first needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from lab.core import naming
from lab.core.errors import LabError
from lab.core.target import Target

EXPIRES_DAYS = 90
"""As in terraform/bootstrap; a test compares them."""

NAMES = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""The bucket names that S3 accepts."""

MISSING = frozenset({"404", "NoSuchBucket", "NotFoundException"})
FORBIDDEN = frozenset({"403", "AccessDenied"})
UNSET = frozenset(
    {
        "NoSuchBucketPolicy",
        "NoSuchPublicAccessBlockConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)


def account_of(target: Target) -> str:
    """Returns the twelve digits of the target's account."""
    return str(target.client("sts").get_caller_identity()["Account"])


def name_for(target: Target, account: str) -> str:
    """Returns the name of the environment's bucket: the sibling of the one with its state."""
    from lab.deploy.account.settings import BackendSettings

    settings = BackendSettings.of(target.environment) if target.endpoint is None else None
    shop = naming.shop()
    suffix = settings.bucket.removeprefix(shop.state_bucket) if settings else account
    return shop.backups_bucket + suffix


def in_region(region: str) -> dict[str, Any]:
    """Returns the arguments of CreateBucket for a region; us-east-1 must not be named.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
    """
    if region == "us-east-1":
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": region}}


def require(target: Target, bucket: str, account: str) -> None:
    """Raises LabError if the bucket is missing or not ours. Creates it on an emulator."""
    if not NAMES.fullmatch(bucket):
        raise _no_name(bucket)
    try:
        target.client("s3").head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in FORBIDDEN:
            raise _not_ours(bucket, account) from error
        if code not in MISSING:
            raise
        if target.endpoint is None:
            raise _none(bucket) from error
        _create(target, bucket)


def exists(target: Target, bucket: str, account: str) -> bool:
    """Whether this account has the bucket."""
    try:
        target.client("s3").head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING | FORBIDDEN:
            return False
        raise
    return True


def require_safe(target: Target, bucket: str) -> None:
    """Raises LabError unless the bucket is versioned, encrypted, private and requires TLS."""
    s3 = target.client("s3")
    if failed := [fault for fault, check in REQUIREMENTS.items() if not _is_met(check, s3, bucket)]:
        raise LabError(
            f"Backups do not go to {bucket}: {', '.join(failed)}.",
            "It would hold customers' addresses. scripts/setup-backend.sh creates a safe one.",
        )


def ensure_key(target: Target) -> str:
    """Returns the alias of the key for secrets. Raises LabError if an account has none."""
    kms, alias = target.client("kms"), naming.shop().backups_key
    try:
        kms.describe_key(KeyId=alias)
    except ClientError as error:
        if error.response["Error"]["Code"] not in MISSING:
            raise
        if target.endpoint is None:
            raise _no_key() from error
        key = kms.create_key(Description="Seals the secrets in backups of the checkout")
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyMetadata"]["KeyId"])
    return alias


def _create(target: Target, bucket: str) -> None:
    """Creates the same bucket as terraform/bootstrap, in the target's region."""
    s3 = target.client("s3")
    s3.create_bucket(Bucket=bucket, **in_region(target.region))
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_private())
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [_encryption(target)]}
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_tls_only(bucket)))
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [_lifecycle()]}
    )


def _encryption(target: Target) -> dict[str, Any]:
    ours = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": ensure_key(target)}
    return {"ApplyServerSideEncryptionByDefault": ours, "BucketKeyEnabled": True}


def _private() -> dict[str, bool]:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return dict.fromkeys(names, True)


def _tls_only(bucket: str) -> dict[str, Any]:
    refuse = {
        "Sid": "RefusePlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [refuse]}


def _lifecycle() -> dict[str, Any]:
    return {
        "ID": "old-backups",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": EXPIRES_DAYS},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }


def _is_met(check: Callable[[Any, str], bool], s3: Any, bucket: str) -> bool:
    try:
        return check(s3, bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in UNSET:
            return False
        raise


def _is_versioned(s3: Any, bucket: str) -> bool:
    return bool(s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled")


def _is_encrypted(s3: Any, bucket: str) -> bool:
    configuration = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    algorithms = [
        rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
        for rule in configuration["Rules"]
    ]
    return bool(algorithms) and all(algorithm.startswith("aws:kms") for algorithm in algorithms)


def _is_private(s3: Any, bucket: str) -> bool:
    configuration = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    return all(configuration.get(name) for name in _private())


def _requires_tls(s3: Any, bucket: str) -> bool:
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    return any(_refuses_plain_http(statement) for statement in policy["Statement"])


def _refuses_plain_http(statement: dict[str, Any]) -> bool:
    configuration = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    return statement["Effect"] == "Deny" and configuration in ("false", ["false"])


REQUIREMENTS: dict[str, Callable[[Any, str], bool]] = {
    "it keeps no versions": _is_versioned,
    "it does not encrypt with KMS": _is_encrypted,
    "it could be made public": _is_private,
    "it takes plain HTTP": _requires_tls,
}
"""The faults of a bucket, each with the check that rules it out."""


def _no_name(bucket: str) -> LabError:
    return LabError(
        f"{bucket!r} is not the name of a bucket.",
        "A name is 3 to 63 lower-case letters, digits, dots and hyphens; not a URL or an ARN.",
        code=2,
    )


def _none(bucket: str) -> LabError:
    return LabError(
        f"There is no bucket {bucket} for backups.",
        "scripts/setup-backend.sh [profile] creates it; --to names another.",
    )


def _not_ours(bucket: str, account: str) -> LabError:
    return LabError(
        f"The bucket {bucket} does not belong to account {account}, or access to it is denied.",
        "Name another with --to.",
    )


def _no_key() -> LabError:
    return LabError(
        f"There is no key {naming.shop().backups_key} to encrypt secrets with.",
        "scripts/setup-backend.sh [profile] creates it.",
    )
