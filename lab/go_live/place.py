"""Checks the account, the region, and the backend of Terraform's state."""

from __future__ import annotations

from botocore.exceptions import ClientError

from lab.deploy.account import BackendSettings, Identity
from lab.go_live.steps import Step, done, refused, to_do, unknown

ACCOUNT, BACKEND = "account and region", "backend"


def look(environment: str, identity: Identity) -> Step:
    """Checks that the account is the environment's, and that it is not the root user."""
    facts = [f"account {identity.account}, as {identity.arn}", f"region {identity.region}"]
    if identity.endpoint:
        facts.append(f"the endpoint is {identity.endpoint}, which is not AWS")
    settings = BackendSettings.of(environment)
    if settings and settings.account != identity.account:
        why = f"{environment} belongs to account {settings.account}"
        command = f"lab promote {environment} --profile ANOTHER"
        return refused(ACCOUNT, why, command, *facts)
    if identity.arn.endswith(":root") and not identity.endpoint:
        why = "this is the root user, whose permissions cannot be limited"
        return refused(ACCOUNT, why, "aws configure sso --profile my-profile", *facts)
    return done(ACCOUNT, *facts)


def look_for_backend(environment: str, identity: Identity) -> Step:
    """Checks that the bucket of the state exists and that the environment has its settings."""
    command = " ".join(
        ["scripts/setup-backend.sh", *([identity.profile] if identity.profile else [])]
    )
    backend = BackendSettings.of(environment)
    if backend is None:
        return to_do(BACKEND, f"{environment} has no backend.hcl", command)
    try:
        identity.client("s3").head_bucket(
            Bucket=backend.bucket, ExpectedBucketOwner=backend.account
        )
    except ClientError as error:
        return _without_bucket(backend, error.response["Error"]["Code"], command)
    return done(BACKEND, f"bucket {backend.bucket}")


def _without_bucket(backend: BackendSettings, code: str, command: str) -> Step:
    if code == "404":
        return to_do(BACKEND, f"the bucket {backend.bucket} does not exist", command)
    return unknown(BACKEND, f"AWS returned {code} for the bucket {backend.bucket}", command)
