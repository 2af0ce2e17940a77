"""The tags of APIs, stages, domain names and VPC links, by their ARNs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging.html
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote

from localstack_host.services.apigatewayv2.apis import find_store
from localstack_host.services.apigatewayv2.errors import bad_request, not_found
from localstack_host.services.apigatewayv2.models import Api, HttpApiStore


def _place(store: HttpApiStore, arn: str) -> tuple[Any, str]:
    """Where a tagged resource is: what holds it, and its name there."""
    kind, _, path = unquote(arn).partition("::/")[2].partition("/")
    if kind == "apis":
        api_id, _, stage = path.partition("/stages/")
        api = store.apis.get(api_id)
        if api is not None:
            return (api.stages, stage) if stage else (api, "settings")
    holders = {"domainnames": store.domain_names, "vpclinks": store.vpc_links}
    return holders.get(kind, {}), path


def _find(context: Any, request: Any) -> tuple[Any, str, dict[str, Any]]:
    arn = request.get("ResourceArn") or ""
    holder, name = _place(find_store(context), arn)
    if isinstance(holder, Api):
        return holder, name, dict(holder.settings)
    if name not in holder:
        raise not_found("resource", arn)
    return holder, name, dict(holder[name])


def _set(context: Any, request: Any, tags: dict[str, str]) -> Any:
    holder, name, resource = _find(context, request)
    new = {**resource, "Tags": tags}
    if isinstance(holder, MutableMapping):
        holder[name] = new
    else:
        holder.settings = new
    return {}


def get_tags(context: Any, request: Any) -> Any:
    """The tags of a resource."""
    return {"Tags": _find(context, request)[2].get("Tags") or {}}


def tag_resource(context: Any, request: Any) -> Any:
    """Adds tags to a resource, or changes them."""
    if not request.get("Tags"):
        raise bad_request("Tags are required")
    tags = get_tags(context, request)["Tags"] | request["Tags"]
    return _set(context, request, tags)


def untag_resource(context: Any, request: Any) -> Any:
    """Removes tags of a resource."""
    removed = request.get("TagKeys") or ()
    tags = get_tags(context, request)["Tags"]
    return _set(context, request, {key: tags[key] for key in tags if key not in removed})


HANDLERS = {
    "GetTags": get_tags,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}
