"""The patches of moto's services, applied when one of them is loaded."""

from __future__ import annotations

import time
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
    """A user pool has AWS's tier if none is named and keeps its tags; its tokens have `iat`.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    """
    from moto.cognitoidp.models import DEFAULT_USER_POOL_CONFIG, CognitoIdpUserPool

    DEFAULT_USER_POOL_CONFIG.setdefault("UserPoolTier", "ESSENTIALS")

    @patch(CognitoIdpUserPool.update_extended_config)
    def update(original: Any, pool: Any, config: dict[str, Any]) -> None:
        kept = vars(pool).get("extended_config", {}).get("UserPoolTags")
        original(pool, config)
        if kept and "UserPoolTags" not in config:
            pool.extended_config["UserPoolTags"] = kept

    @patch(CognitoIdpUserPool.create_jwt)
    def create_jwt(
        original: Any,
        pool: Any,
        *arguments: Any,
        extra_data: dict[str, Any] | None = None,
        **options: Any,
    ) -> Any:
        issued = {"iat": int(time.time())} | (extra_data or {})
        return original(pool, *arguments, extra_data=issued, **options)
