"""What a bucket gives to everybody: by its policy, or by an access control list.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localstack_host.services.iam import public_access
from localstack_host.services.iam.required_permissions import Permission

EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
FULL = "FULL_CONTROL"
OF_THE_BUCKET = {
    "s3:DeleteObject": "WRITE",
    "s3:GetBucketAcl": "READ_ACP",
    "s3:ListBucket": "READ",
    "s3:ListBucketMultipartUploads": "READ",
    "s3:ListBucketVersions": "READ",
    "s3:PutBucketAcl": "WRITE_ACP",
    "s3:PutObject": "WRITE",
}
OF_THE_OBJECT = {
    "s3:GetObject": "READ",
    "s3:GetObjectAcl": "READ_ACP",
    "s3:GetObjectVersion": "READ",
    "s3:PutObjectAcl": "WRITE_ACP",
}


def serves(context: Any, needs: Sequence[Permission]) -> bool:
    """Whether everybody may do all of it. Raises NoSuchBucket, which AWS tells everybody."""
    from localstack.aws.api.s3 import NoSuchBucket

    name = (context.service_request or {}).get("Bucket")
    bucket = find(name) if name else None
    if bucket:
        return bool(needs) and all(gives(bucket, need, context) for need in needs)
    if name and context.operation.name != "CreateBucket":
        raise NoSuchBucket("The specified bucket does not exist", BucketName=name)
    return False


def gives(bucket: Any, need: Permission, context: Any) -> bool:
    """Whether everybody may do this with a bucket (LocalStack's S3Bucket) or its object."""
    decision = public_access.decision(need, context)
    blocked = bucket.public_access_block or {}
    if decision.allowed:
        return not blocked.get("RestrictPublicBuckets")
    if "explicit deny" in decision.reason or blocked.get("IgnorePublicAcls"):
        return False
    return bucket.object_ownership != "BucketOwnerEnforced" and _listed(bucket, need)


def find(name: str) -> Any | None:
    """The bucket of a name, whichever account's it is."""
    from localstack.services.s3.models import s3_stores

    stores = s3_stores["000000000000"]["us-east-1"]
    owner = stores.global_bucket_map.get(name)
    return s3_stores[owner]["us-east-1"].buckets.get(name) if owner else None


def _listed(bucket: Any, need: Permission) -> bool:
    if need.action in OF_THE_BUCKET:
        return _grants(bucket.acl, OF_THE_BUCKET[need.action])
    wanted = OF_THE_OBJECT.get(need.action)
    key = need.resource.partition("/")[2]
    found = bucket.objects.get(key) if wanted else None
    return bool(wanted and _grants(getattr(found, "acl", None), wanted))


def _grants(acl: Any, permission: str) -> bool:
    grants = (acl or {}).get("Grants") or ()
    return any(
        grant["Permission"] in (permission, FULL) and grant["Grantee"].get("URI") == EVERYBODY
        for grant in grants
    )
