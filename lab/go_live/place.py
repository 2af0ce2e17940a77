"""Where we are about to build: the account, the region, and the place for Terraform's state."""

from __future__ import annotations

from botocore.exceptions import ClientError

from lab.deploy.account import BackendSettings, Identity
from lab.go_live.steps import Step, done, refused, to_do, unknown

ACCOUNT, BACKEND = "account and region", "backend"


def look(environment: str, identity: Identity) -> Step:
    """The account that the environment belongs to, its region, and not as the root user."""
    facts = [f"account {identity.account}, as {identity.arn}", f"region {identity.region}"]
    if identity.endpoint:
        facts.append(f"{identity.endpoint} answers, which is not AWS")
    there = BackendSettings.of(environment)
    if there and there.account != identity.account:
        why = f"{environment} belongs to account {there.account}"
        command = f"lab promote {environment} --profile ANOTHER"
        return refused(ACCOUNT, why, command, *facts)
    if identity.arn.endswith(":root") and not identity.endpoint:
        why = "this is the root user, whose keys can do everything and cannot be limited"
        return refused(ACCOUNT, why, "aws configure sso --profile my-profile", *facts)
    return done(ACCOUNT, *facts)


def look_for_backend(environment: str, identity: Identity) -> Step:
    """Whether the bucket for the state is there and the environment knows it."""
    command = " ".join(
        ["scripts/setup-backend.sh", *([identity.profile] if identity.profile else [])]
    )
    there = BackendSettings.of(environment)
    if there is None:
        return to_do(BACKEND, f"{environment} has no backend.hcl", command)
    try:
        identity.client("s3").head_bucket(Bucket=there.bucket, ExpectedBucketOwner=there.account)
    except ClientError as error:
        return _without_bucket(there, error.response["Error"]["Code"], command)
    return done(BACKEND, f"bucket {there.bucket}")


def _without_bucket(there: BackendSettings, code: str, command: str) -> Step:
    if code == "404":
        return to_do(BACKEND, f"the bucket {there.bucket} is not there", command)
    return unknown(BACKEND, f"AWS answers {code} about the bucket {there.bucket}", command)
