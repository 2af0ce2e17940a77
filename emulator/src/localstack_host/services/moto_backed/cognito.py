"""Amazon Cognito: what moto keeps but does not list, change or delete: tags, resource servers."""

from __future__ import annotations

from typing import Any

from localstack_host.services.moto_backed.errors import client_error
from localstack_host.services.tag_operations import tag_operations


def _tags(context: Any, request: Any) -> dict[str, str]:
    from moto.cognitoidp.models import cognitoidp_backends

    arn = request["ResourceArn"]
    pools = cognitoidp_backends[context.account_id][context.region].user_pools
    pool = pools.get(arn.rpartition("/")[2])
    if pool is None or pool.arn != arn:
        raise client_error("ResourceNotFoundException", f"User pool {arn} does not exist.")
    tags: dict[str, str] = pool.extended_config.setdefault("UserPoolTags", {})
    return tags


def _resource_server(context: Any, request: Any) -> tuple[dict[str, Any], Any]:
    """The resource servers of a user pool, and one of them."""
    from moto.cognitoidp.models import cognitoidp_backends

    name, identifier = request["UserPoolId"], request["Identifier"]
    pool = cognitoidp_backends[context.account_id][context.region].user_pools.get(name)
    if pool is None:
        raise client_error("ResourceNotFoundException", f"User pool {name} does not exist.")
    if identifier not in pool.resource_servers:
        text = f"Resource server {identifier} does not exist."
        raise client_error("ResourceNotFoundException", text)
    return pool.resource_servers, pool.resource_servers[identifier]


def update_resource_server(context: Any, request: Any) -> Any:
    """Replaces the name and the scopes of a resource server."""
    _, server = _resource_server(context, request)
    server.name, server.scopes = request["Name"], request.get("Scopes") or []
    return {"ResourceServer": server.to_json()}


def delete_resource_server(context: Any, request: Any) -> Any:
    """Deletes a resource server."""
    servers, server = _resource_server(context, request)
    del servers[server.identifier]
    return {}


HANDLERS = {
    **tag_operations(_tags),
    "DeleteResourceServer": delete_resource_server,
    "UpdateResourceServer": update_resource_server,
}
