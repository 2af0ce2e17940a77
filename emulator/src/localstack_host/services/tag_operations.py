"""Operations for the tags of a service that keeps them in a map, the same in several APIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Operation = Callable[[Any, Any], Any]


def tag_operations(tags_of: Callable[[Any, Any], dict[str, str]]) -> dict[str, Operation]:
    """ListTagsForResource, TagResource and UntagResource.

    `tags_of` finds the map of tags of the resource that a request names, for a context and the
    request; it raises the service's error if there is no such resource.
    """

    def listed(context: Any, request: Any) -> Any:
        return {"Tags": dict(tags_of(context, request))}

    def tag(context: Any, request: Any) -> Any:
        tags_of(context, request).update(request["Tags"])
        return {}

    def untag(context: Any, request: Any) -> Any:
        tags = tags_of(context, request)
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    return {"ListTagsForResource": listed, "TagResource": tag, "UntagResource": untag}
