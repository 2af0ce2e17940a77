"""Amazon Cognito: the tags of user pools, which moto keeps but does not list or change."""

from __future__ import annotations

from typing import Any

from localstack_host.services.moto_backed.errors import client_error


def _tags(context: Any, request: Any) -> dict[str, str]:
    from moto.cognitoidp.models import cognitoidp_backends

    arn = request["ResourceArn"]
    pools = cognitoidp_backends[context.account_id][context.region].user_pools
    pool = pools.get(arn.rpartition("/")[2])
    if pool is None or pool.arn != arn:
        raise client_error("ResourceNotFoundException", f"User pool {arn} does not exist.")
    tags: dict[str, str] = pool.extended_config.setdefault("UserPoolTags", {})
    return tags


def list_tags_for_resource(context: Any, request: Any) -> Any:
    """Returns the tags of a user pool."""
    return {"Tags": dict(_tags(context, request))}


def tag_resource(context: Any, request: Any) -> Any:
    """Adds tags to a user pool, or changes them."""
    _tags(context, request).update(request["Tags"])
    return {}


def untag_resource(context: Any, request: Any) -> Any:
    """Removes tags of a user pool."""
    tags = _tags(context, request)
    for key in request["TagKeys"]:
        tags.pop(key, None)
    return {}


HANDLERS = {
    "ListTagsForResource": list_tags_for_resource,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}
