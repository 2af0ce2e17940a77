"""Domain names, their mappings to APIs, and VPC links: stored, and used by no request.

A name of somebody's domain does not lead to this machine, and there is no VPC here.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.apigatewayv2.apis import find_store
from localstack_host.services.apigatewayv2.errors import bad_request, conflict, not_found
from localstack_host.services.apigatewayv2.models import HttpApiStore, Resource
from localstack_host.services.apigatewayv2.resources import changed, created, new_id

ZONE = "Z2OJLYMUO9EFXC"  # of regional domain names in us-east-2


def _domain(store: HttpApiStore, request: Mapping[str, Any]) -> str:
    name = request.get("DomainName") or ""
    if name not in store.domain_names:
        raise not_found("DomainName", name)
    return name


def create_domain_name(context: Any, request: Any) -> Any:
    """Creates a domain name, which is available at once."""
    store, name = find_store(context), request.get("DomainName") or ""
    if name in store.domain_names:
        raise conflict("The domain name you provided already exists.")
    own = {
        "ApiMappingSelectionExpression": "$request.basepath",
        "DomainNameArn": f"arn:aws:apigateway:{context.region}::/domainnames/{name}",
        "Tags": {},
    }
    store.domain_names[name] = _available(created("DomainName", request, **own), context.region)
    return store.domain_names[name]


def _available(domain: dict[str, Any], region: str) -> dict[str, Any]:
    name = domain["DomainName"]
    known = {
        "ApiGatewayDomainName": f"d-{new_id(10)}.execute-api.{region}.amazonaws.com",
        "DomainNameStatus": "AVAILABLE",
        "HostedZoneId": ZONE,
        "IpAddressType": "ipv4",
    }
    given = domain.get("DomainNameConfigurations") or []
    return {**domain, "DomainName": name, "DomainNameConfigurations": [known | g for g in given]}


def get_domain_name(context: Any, request: Any) -> Any:
    """A domain name."""
    store = find_store(context)
    return store.domain_names[_domain(store, request)]


def get_domain_names(context: Any, _request: Any) -> Any:
    """All domain names."""
    return {"Items": list(find_store(context).domain_names.values())}


def update_domain_name(context: Any, request: Any) -> Any:
    """Changes a domain name."""
    store = find_store(context)
    name = _domain(store, request)
    new = changed("DomainName", store.domain_names[name], request)
    store.domain_names[name] = _available(new, context.region)
    return store.domain_names[name]


def delete_domain_name(context: Any, request: Any) -> Any:
    """Deletes a domain name with its mappings."""
    store = find_store(context)
    name = _domain(store, request)
    del store.domain_names[name]
    store.api_mappings.pop(name, None)
    return {}


def _mappings(store: HttpApiStore, request: Mapping[str, Any]) -> dict[str, Resource]:
    return store.api_mappings.setdefault(_domain(store, request), {})


def _mapping(store: HttpApiStore, request: Mapping[str, Any]) -> str:
    name = request.get("ApiMappingId") or ""
    if name not in _mappings(store, request):
        raise not_found("ApiMapping", name)
    return name


def create_api_mapping(context: Any, request: Any) -> Any:
    """Maps a part of a domain name to a stage of an API."""
    store = find_store(context)
    mappings = _mappings(store, request)
    key = request.get("ApiMappingKey") or ""
    if any((mapping.get("ApiMappingKey") or "") == key for mapping in mappings.values()):
        raise conflict("ApiMapping key already exists for this domain name")
    _require_stage(store, request)
    made = created("ApiMapping", request, ApiMappingId=new_id(6))
    mappings[made["ApiMappingId"]] = made
    return made


def _require_stage(store: HttpApiStore, mapping: Mapping[str, Any]) -> None:
    api = store.apis.get(mapping.get("ApiId") or "")
    if api is None:
        raise not_found("API", mapping.get("ApiId") or "")
    if mapping.get("Stage") not in api.stages:
        raise bad_request("Invalid stage identifier specified")


def get_api_mapping(context: Any, request: Any) -> Any:
    """A mapping."""
    store = find_store(context)
    return _mappings(store, request)[_mapping(store, request)]


def get_api_mappings(context: Any, request: Any) -> Any:
    """The mappings of a domain name."""
    return {"Items": list(_mappings(find_store(context), request).values())}


def update_api_mapping(context: Any, request: Any) -> Any:
    """Changes a mapping."""
    store = find_store(context)
    name, mappings = _mapping(store, request), _mappings(store, request)
    new = changed("ApiMapping", mappings[name], request)
    _require_stage(store, new)
    mappings[name] = new
    return new


def delete_api_mapping(context: Any, request: Any) -> Any:
    """Deletes a mapping."""
    store = find_store(context)
    del _mappings(store, request)[_mapping(store, request)]
    return {}


def create_vpc_link(context: Any, request: Any) -> Any:
    """Creates a VPC link."""
    own: dict[str, Any] = {
        "CreatedDate": datetime.now(UTC).replace(microsecond=0),
        "SecurityGroupIds": [],
        "Tags": {},
        "VpcLinkId": new_id(6),
        "VpcLinkStatus": "AVAILABLE",
        "VpcLinkStatusMessage": "VPC link is ready to route traffic",
        "VpcLinkVersion": "V2",
    }
    made = created("VpcLink", request, **own)
    find_store(context).vpc_links[own["VpcLinkId"]] = made
    return made


def _vpc_link(context: Any, request: Mapping[str, Any]) -> Resource:
    name = request.get("VpcLinkId") or ""
    found = find_store(context).vpc_links.get(name)
    if found is None:
        raise not_found("VpcLink", name)
    return found


def get_vpc_links(context: Any, _request: Any) -> Any:
    """All VPC links."""
    return {"Items": list(find_store(context).vpc_links.values())}


def update_vpc_link(context: Any, request: Any) -> Any:
    """Changes the name of a VPC link."""
    new = changed("VpcLink", _vpc_link(context, request), request)
    find_store(context).vpc_links[new["VpcLinkId"]] = new
    return new


def delete_vpc_link(context: Any, request: Any) -> Any:
    """Deletes a VPC link."""
    del find_store(context).vpc_links[_vpc_link(context, request)["VpcLinkId"]]
    return {}


HANDLERS = {
    "CreateApiMapping": create_api_mapping,
    "CreateDomainName": create_domain_name,
    "CreateVpcLink": create_vpc_link,
    "DeleteApiMapping": delete_api_mapping,
    "DeleteDomainName": delete_domain_name,
    "DeleteVpcLink": delete_vpc_link,
    "GetApiMapping": get_api_mapping,
    "GetApiMappings": get_api_mappings,
    "GetDomainName": get_domain_name,
    "GetDomainNames": get_domain_names,
    "GetVpcLink": _vpc_link,
    "GetVpcLinks": get_vpc_links,
    "UpdateApiMapping": update_api_mapping,
    "UpdateDomainName": update_domain_name,
    "UpdateVpcLink": update_vpc_link,
}
