"""The patches of moto's services, applied when one of them is loaded."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import owner_of_bucket, patch


def apply_to_trails() -> None:
    """A trail looks for its bucket in LocalStack's S3, where moto looks in its own."""
    from moto.cloudtrail.exceptions import S3BucketDoesNotExistException
    from moto.cloudtrail.models import Trail

    @patch(Trail.check_bucket_exists, pass_target=False)
    def check_bucket_exists(trail: Any) -> None:
        if owner_of_bucket(trail.bucket_name) is None:
            raise S3BucketDoesNotExistException(f"S3 bucket {trail.bucket_name} does not exist!")


def apply_to_user_pools() -> None:
    """A user pool has the tier that AWS gives it where none is named; moto names none.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
    """
    from moto.cognitoidp.models import DEFAULT_USER_POOL_CONFIG

    DEFAULT_USER_POOL_CONFIG.setdefault("UserPoolTier", "ESSENTIALS")
