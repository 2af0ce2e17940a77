"""What LocalStack drops of an OpenAPI document that is imported.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

INTEGRATION = "x-amazon-apigateway-integration"
ANY = "x-amazon-apigateway-any-method"
AUTHORIZATION = "x-amazon-apigateway-auth"
# Properties of an integration, and the attributes of moto's Integration that hold them.
DROPPED = {
    "cacheKeyParameters": "cache_key_parameters",
    "cacheNamespace": "cache_namespace",
    "connectionType": "connection_type",
    "credentials": "credentials",
    "tlsConfig": "tls_config",
}


def mend_integrations(api: Any, document: Mapping[str, Any]) -> None:
    """Adds to the integrations of an API (moto's RestAPI) what its document says of them."""
    for path, method, integration in _integrations(document):
        named = {
            attribute: integration[name]
            for name, attribute in DROPPED.items()
            if name in integration
        }
        for stored in _stored(api, path, method) if named else ():
            vars(stored).update(named)


def mend_authorization(api: Any, document: Mapping[str, Any]) -> None:
    """Sets what LocalStack ignores: no authorization in spite of a default, or a signature.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html
    """
    for path, name, method in _methods(document):
        kind = (method.get(AUTHORIZATION) or {}).get("type", "").upper()
        if method.get("security") != [] and kind not in ("NONE", "AWS_IAM"):
            continue
        for stored in _stored_methods(api, path, name):
            stored.authorization_type = kind or "NONE"
            stored.authorizer_id, stored.authorization_scopes = None, None


def _integrations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, name, method in _methods(document):
        if isinstance(method.get(INTEGRATION), Mapping):
            yield path, name, method[INTEGRATION]


def _methods(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in (document.get("paths") or {}).items():
        for name, method in methods.items():
            if isinstance(method, Mapping):
                yield path, "ANY" if name == ANY else name.upper(), method


def _stored(api: Any, path: str, method: str) -> Iterator[Any]:
    """The integration of a method."""
    for stored in _stored_methods(api, path, method):
        if stored.method_integration is not None:
            yield stored.method_integration


def _stored_methods(api: Any, path: str, method: str) -> Iterator[Any]:
    """The method (moto's) at a path; a base path may stand before it."""
    found = [r for r in api.resources.values() if r.get_path().rstrip("/") == path.rstrip("/")]
    found = found or [r for r in api.resources.values() if r.get_path().endswith(path)]
    for resource in found:
        stored = resource.resource_methods.get(method)
        if stored is not None:
            yield stored
