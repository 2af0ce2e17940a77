"""APIs that are imported from an OpenAPI 3 document.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from localstack.utils.json import parse_json_or_yaml

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.apigatewayv2 import deployments
from localstack_host.services.apigatewayv2.apis import delete_api, find_api, new_api, require_cors
from localstack_host.services.apigatewayv2.errors import bad_request
from localstack_host.services.apigatewayv2.models import DEFAULT_ROUTE, Api
from localstack_host.services.apigatewayv2.routes import new_resource

EXTENSION = "x-amazon-apigateway-"
ANY_METHOD = f"{EXTENSION}any-method"
METHODS = frozenset({"delete", "get", "head", "options", "patch", "post", "put", ANY_METHOD})
# Names of an integration, and of an authorizer, that differ from those of the API by more than
# their first letter.
INTEGRATION = {
    "credentials": "CredentialsArn",
    "httpMethod": "IntegrationMethod",
    "type": "IntegrationType",
    "uri": "IntegrationUri",
}
AUTHORIZER = {"authorizerCredentials": "AuthorizerCredentialsArn", "type": "AuthorizerType"}
Document = Mapping[str, Any]


def import_api(context: Any, request: Any) -> Any:
    """Creates an API from a document."""
    document = _document(request)
    api = new_api(context, {"Name": "imported"})
    try:
        return _fill(api, document, request)
    except CommonServiceException:
        delete_api(context, {"ApiId": api.id})
        raise


def reimport_api(context: Any, request: Any) -> Any:
    """Replaces the routes, integrations and authorizers of an API by those of a document."""
    return _fill(find_api(context, request), _document(request), request)


def _document(request: Any) -> Document:
    try:
        document = parse_json_or_yaml(request.get("Body") or "")
    except Exception as error:  # of two parsers
        raise bad_request(f"Unable to parse API definition: {error!s:.200}") from error
    version = document.get("openapi") if isinstance(document, dict) else None
    if not str(version).startswith("3."):
        raise bad_request("Unsupported API definition: it must be an OpenAPI 3 document")
    return dict(document)


def _fill(api: Api, document: Document, request: Any) -> Any:
    """Puts what a document says into an API: all of it or, if something is wrong, nothing."""
    try:
        new, warnings = _read(api, document, request)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise bad_request(f"Unable to parse API definition: {error!r:.200}") from error
    if warnings and request.get("FailOnWarnings"):
        raise bad_request(f"Warnings found during import: {'; '.join(warnings)}")
    api.settings = new.settings
    api.routes, api.integrations = new.routes, new.integrations
    api.authorizers = new.authorizers
    deployments.deploy_automatically(api)
    return {**api.settings, **({"Warnings": warnings} if warnings else {})}


def _read(api: Api, document: Document, request: Any) -> tuple[Api, list[str]]:
    """An API as a document says, with the settings of another for the rest, and warnings.

    A document of another form raises what Python does: it is not checked in advance.
    """
    new = Api(api.account, api.region, {**api.settings, **_settings(document)})
    require_cors(new.settings.get("CorsConfiguration"))
    authorizers = {
        name: new_resource(new, "Authorizer", authorizer)["AuthorizerId"]
        for name, authorizer in _authorizers(document)
    }
    warnings = []
    for key, operation in _operations(document, _base_path(document, request)):
        target = _integrate(new, operation, document)
        if not target:
            warnings.append(f"No integration found for route {key}")
        security = _security(operation, document, authorizers)
        new_resource(new, "Route", {"RouteKey": key, **target, **security})
    return new, warnings


def _settings(document: Document) -> dict[str, Any]:
    about = document.get("info") or {}
    found = {
        "Name": about.get("title"),
        "Description": about.get("description"),
        "Version": str(about["version"]) if "version" in about else None,
    }
    cors = document.get(f"{EXTENSION}cors")
    if isinstance(cors, Mapping):
        found["CorsConfiguration"] = {_pascal(name): _cors(name, v) for name, v in cors.items()}
    endpoint = document.get(f"{EXTENSION}endpoint-configuration") or {}
    if "disableExecuteApiEndpoint" in endpoint:
        found["DisableExecuteApiEndpoint"] = bool(endpoint["disableExecuteApiEndpoint"])
    return {name: value for name, value in found.items() if value is not None}


def _cors(name: str, value: Any) -> Any:
    """A setting of CORS: lists may be written as one text."""
    single = name in ("allowCredentials", "maxAge")
    return value if single or isinstance(value, list) else [str(value)]


def _base_path(document: Document, request: Any) -> str:
    """What stands before all paths: that of the first server, if the request wants it."""
    servers = document.get("servers") or [{}]
    if request.get("Basepath") != "prepend":
        return ""
    return urlsplit(str(servers[0].get("url") or "")).path.rstrip("/")


def _authorizers(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    for name, scheme in schemes.items():
        extension = scheme.get(f"{EXTENSION}authorizer")
        if not isinstance(extension, Mapping):
            continue
        found = {AUTHORIZER.get(n, _pascal(n)): value for n, value in extension.items()}
        found["Name"], found["AuthorizerType"] = name, str(found["AuthorizerType"]).upper()
        source = found.get("IdentitySource") or []
        found["IdentitySource"] = source.split(",") if isinstance(source, str) else source
        if "JwtConfiguration" in found:
            settings = found["JwtConfiguration"]
            found["JwtConfiguration"] = {_pascal(n): value for n, value in settings.items()}
        yield name, found


def _operations(document: Document, base: str) -> Iterator[tuple[str, Document]]:
    """The key of each route, and what the document says of it."""
    for path, methods in (document.get("paths") or {}).items():
        for method, operation in methods.items():
            if method.lower() not in METHODS or not isinstance(operation, Mapping):
                continue
            if operation.get("isDefaultRoute") or path.strip("/") == DEFAULT_ROUTE:
                yield DEFAULT_ROUTE, operation
            else:
                name = "ANY" if method == ANY_METHOD else method.upper()
                yield f"{name} {base}{path}", operation


def _integrate(api: Api, operation: Document, document: Document) -> dict[str, str]:
    """The target of a route, whose integration is added to the API; empty without any."""
    extension = _resolved(operation.get(f"{EXTENSION}integration"), document)
    if not isinstance(extension, Mapping):
        return {}
    found = {INTEGRATION.get(n, _pascal(n)): value for n, value in extension.items()}
    found["IntegrationType"] = str(found.get("IntegrationType")).upper()
    if "PayloadFormatVersion" in found:
        found["PayloadFormatVersion"] = str(found["PayloadFormatVersion"])
    if found["IntegrationType"] == "HTTP_PROXY":
        found.setdefault("IntegrationMethod", "ANY")
    made = new_resource(api, "Integration", found)
    return {"Target": f"integrations/{made['IntegrationId']}"}


def _resolved(value: Any, document: Any) -> Any:
    """What a `$ref` into the document stands for."""
    reference = value.get("$ref") if isinstance(value, Mapping) else None
    if not isinstance(reference, str):
        return value
    for part in reference.removeprefix("#/").split("/"):
        document = document.get(part) if isinstance(document, Mapping) else None
    if document is None:
        raise bad_request(f"Unable to resolve {reference}")
    return document


def _security(
    operation: Document, document: Document, authorizers: Mapping[str, str]
) -> dict[str, Any]:
    """The authorization of a route: its own, or that of the whole document."""
    kind = str((operation.get(f"{EXTENSION}auth") or {}).get("type", "")).upper()
    if kind in ("AWS_IAM", "NONE"):
        return {"AuthorizationType": kind}
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    for requirement in operation.get("security", document.get("security") or []):
        for name, scopes in requirement.items():
            if name in authorizers:
                extension = schemes[name][f"{EXTENSION}authorizer"]
                is_jwt = str(extension.get("type")).upper() == "JWT"
                found = {"AuthorizerId": authorizers[name]}
                kind = "JWT" if is_jwt else "CUSTOM"
                return {**found, "AuthorizationType": kind, "AuthorizationScopes": list(scopes)}
            if (schemes.get(name) or {}).get(f"{EXTENSION}authtype") == "awsSigv4":
                return {"AuthorizationType": "AWS_IAM"}
            raise bad_request(f"The security scheme {name} has no authorizer")
    return {}


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


HANDLERS = {"ImportApi": import_api, "ReimportApi": reimport_api}
