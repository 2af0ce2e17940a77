"""The patches of moto's services, applied when one of them is loaded."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import owner_of_bucket, patch


def apply_patches() -> None:
    """A trail looks for its bucket in LocalStack's S3, where moto looks in its own."""
    from moto.cloudtrail.exceptions import S3BucketDoesNotExistException
    from moto.cloudtrail.models import Trail

    @patch(Trail.check_bucket_exists, pass_target=False)
    def check_bucket_exists(trail: Any) -> None:
        if owner_of_bucket(trail.bucket_name) is None:
            raise S3BucketDoesNotExistException(f"S3 bucket {trail.bucket_name} does not exist!")
