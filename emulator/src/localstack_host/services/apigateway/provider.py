"""The entry point PROVIDER_OVERRIDE_APIGATEWAY=host: LocalStack's API Gateway, with fixes.

Each fix is behavior of AWS that LocalStack 4.14 lacks:

- gateway responses of an OpenAPI body are stored, and rendered with their headers and template;
- the credentials and the cache keys of an integration in an OpenAPI body are stored;
- a body reaches the integration as it was sent, even if its content type is a form;
- a body that is not compressed as its header declares is passed on, and is not a server error;
- a request that is too large for a function's event is a client error, 413;
- the settings of one method can be removed: LocalStack removes only those of all methods;
- concurrent changes of a stage are all applied: LocalStack changes a copy and stores it;
- requests are throttled, responses are cached, and access logs are written (`throttling.py`,
  `cache.py`, `access_logs.py`);
- authorizers are asked, their results are cached, and they can be tried (`authorizers/`);
- the scopes of a method can be added and removed, one by one;
- a body that is no OpenAPI document is a client error;
- a path of an API is one resource: LocalStack creates it again, with another ID.
"""

from __future__ import annotations

from io import BytesIO
from threading import Lock
from typing import IO, Any

from localstack.aws.api.apigateway import (
    BadRequestException,
    ConflictException,
    NotFoundException,
)
from localstack.services.apigateway.helpers import get_apigateway_store, get_moto_rest_api
from localstack.services.apigateway.models import apigateway_stores
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayRouter
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.utils.json import parse_json_or_yaml
from localstack.utils.strings import to_str

from localstack_host.localstack_api import (
    RequestContext,
    Service,
    falling_back_to_moto,
    handler,
    provides,
    router,
)
from localstack_host.services.apigateway import imported, patches
from localstack_host.services.apigateway.authorizers import trial
from localstack_host.services.apigateway.authorizers.functions import LONGEST_TTL_S, RESULTS
from localstack_host.services.apigateway.cache import RESPONSES
from localstack_host.services.apigateway.endpoint import Endpoint
from localstack_host.services.apigateway.gateway import EXTENSION, Gateway, gateway_responses

NO_DOCUMENT = "Invalid OpenAPI input."
SCOPES = "/authorizationScopes"


@provides("apigateway")
def apigateway() -> Service:
    """LocalStack's API Gateway with the fixes above."""
    patches.apply_patches()
    return falling_back_to_moto(RestApis())


class RestApis(ApigatewayNextGenProvider):
    """LocalStack's API Gateway, with these operations fixed."""

    def __init__(self) -> None:
        endpoint: Any = Endpoint
        served = endpoint(rest_gateway=Gateway(), store=apigateway_stores)
        super().__init__(router=ApiGatewayRouter(router(), handler=served))
        self._lock = Lock()

    @handler("ImportRestApi")
    def import_rest_api(  # type: ignore[override] # the others are in `rest`
        self, context: RequestContext, body: IO[bytes], **rest: Any
    ) -> Any:
        """Creates an API, which has its name of the document."""
        document = body.read()
        if not isinstance(parsed(document).get("info"), dict):
            raise BadRequestException(NO_DOCUMENT)
        return super().import_rest_api(context, BytesIO(document), **rest)

    @handler("PutRestApi", expand=False)
    def put_rest_api(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: Any
    ) -> Any:
        """Stores what LocalStack drops of the document. ImportRestApi calls this, too."""
        body = request["body"].read()
        document = parsed(body)
        response = super().put_rest_api(context, request | {"body": BytesIO(body)})
        if EXTENSION.encode() in body:
            store: Any = get_apigateway_store(context=context)
            stored = store.rest_apis[request["restApiId"]].gateway_responses
            stored.update(gateway_responses(document))
        api = get_moto_rest_api(context, request["restApiId"])
        imported.mend_integrations(api, document)
        imported.mend_authorization(api, document)
        return response

    def create_resource(
        self, context: RequestContext, rest_api_id: str, parent_id: str, path_part: str, **rest: Any
    ) -> Any:
        """Creates a resource. Raises ConflictException if its parent has one of this name.

        https://github.com/serverless/serverless/issues/2730 has its message.
        """
        with self._lock:
            for resource in get_moto_rest_api(context, rest_api_id).resources.values():
                if (resource.parent_id, resource.path_part) == (parent_id, path_part):
                    raise ConflictException(
                        f"Another resource with the same parent already has this name: {path_part}"
                    )
            return super().create_resource(context, rest_api_id, parent_id, path_part, **rest)

    def create_deployment(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, rest_api_id: str, **rest: Any
    ) -> Any:
        """Deploys an API. Raises BadRequestException for one that has a method without integration.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
        """
        api = get_moto_rest_api(context, rest_api_id)
        methods = [
            method
            for resource in api.resources.values()
            for method in resource.resource_methods.values()
        ]
        if not methods:
            raise BadRequestException("The REST API doesn't contain any methods")
        if any(method.method_integration is None for method in methods):
            raise BadRequestException("No integration defined for method")
        return super().create_deployment(context, rest_api_id, **rest)

    def update_method(
        self,
        context: RequestContext,
        rest_api_id: str,
        resource_id: str,
        http_method: str,
        patch_operations: Any = None,
        **rest: Any,
    ) -> Any:
        """Changes a method. LocalStack makes its list of scopes the scope that is added."""
        others = [o for o in patch_operations or () if o.get("path") != SCOPES]
        scopes = [o for o in patch_operations or () if o.get("path") == SCOPES]
        method = super().update_method(
            context, rest_api_id, resource_id, http_method, others, **rest
        )
        if not scopes:
            return method
        resource = get_moto_rest_api(context, rest_api_id).resources[resource_id]
        stored = resource.resource_methods[http_method]
        stored.authorization_scopes = changed_scopes(stored.authorization_scopes or [], scopes)
        return method | {"authorizationScopes": stored.authorization_scopes}

    def update_stage(
        self,
        context: RequestContext,
        rest_api_id: str,
        stage_name: str,
        patch_operations: Any = None,
        **rest: Any,
    ) -> Any:
        """Changes a stage; one change at a time."""
        with self._lock:
            updated = self._update_stage(context, rest_api_id, stage_name, patch_operations, **rest)
        operations = patch_operations or ()
        if any("/cacheCluster" in operation.get("path", "") for operation in operations):
            self._flush(context, rest_api_id, stage_name)
        return updated

    def flush_stage_cache(
        self, context: RequestContext, rest_api_id: str, stage_name: str, **_rest: Any
    ) -> None:
        """Forgets what the cache of a stage has. Raises NotFoundException."""
        if stage_name not in get_moto_rest_api(context, rest_api_id).stages:
            raise NotFoundException("Invalid stage identifier specified")
        self._flush(context, rest_api_id, stage_name)

    def delete_stage(
        self, context: RequestContext, rest_api_id: str, stage_name: str, **rest: Any
    ) -> None:
        """Deletes a stage with its cache."""
        super().delete_stage(context, rest_api_id, stage_name, **rest)
        self._flush(context, rest_api_id, stage_name)
        self.flush_stage_authorizers_cache(context, rest_api_id, stage_name)

    def flush_stage_authorizers_cache(
        self, context: RequestContext, rest_api_id: str, stage_name: str, **_rest: Any
    ) -> None:
        """Forgets what authorizers have said for a stage."""
        RESULTS.flush(context.account_id, context.region, rest_api_id, stage_name)

    @handler("CreateAuthorizer", expand=False)
    def create_authorizer(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: Any
    ) -> Any:
        """Creates an authorizer. Raises BadRequestException for a TTL that AWS does not have."""
        _require_ttl(request.get("authorizerResultTtlInSeconds"))
        return super().create_authorizer(context, request)

    def update_authorizer(
        self,
        context: RequestContext,
        rest_api_id: str,
        authorizer_id: str,
        patch_operations: Any = None,
        **rest: Any,
    ) -> Any:
        """Changes an authorizer. Raises BadRequestException for a TTL that AWS does not have."""
        for operation in patch_operations or ():
            if operation.get("path") == "/authorizerResultTtlInSeconds":
                _require_ttl(operation.get("value"))
        return super().update_authorizer(
            context, rest_api_id, authorizer_id, patch_operations, **rest
        )

    @handler("TestInvokeAuthorizer", expand=False)
    def test_invoke_authorizer(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: Any
    ) -> Any:
        """Tries an authorizer. Raises NotFoundException."""
        api, name = request["restApiId"], request["authorizerId"]
        authorizer = self.get_authorizer(context, api, name)
        return trial.tried(authorizer, request, context)

    def _flush(self, context: RequestContext, api: str, stage: str) -> None:
        RESPONSES.flush(context.account_id, context.region, api, stage)

    def _update_stage(
        self,
        context: RequestContext,
        rest_api_id: str,
        stage_name: str,
        patch_operations: Any,
        **rest: Any,
    ) -> Any:
        operations = patch_operations or []
        settings: dict[str, Any] = (
            get_moto_rest_api(context, rest_api_id).stages[stage_name].method_settings
        )
        if operations and all(_removes_one_of(settings, operation) for operation in operations):
            for operation in operations:
                del settings[_method(operation)]
            return self.get_stage(context, rest_api_id, stage_name)
        return super().update_stage(context, rest_api_id, stage_name, patch_operations, **rest)


def changed_scopes(scopes: list[str], operations: Any) -> list[str]:
    """The scopes of a method after the operations of a request that names each by its value.

    https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
    """
    changed = list(scopes)
    for operation in operations:
        value = operation.get("value") or ""
        if operation["op"] == "replace":
            changed = value.split(",") if value else []
        elif operation["op"] == "add" and value not in changed:
            changed.append(value)
        elif operation["op"] == "remove" and value in changed:
            changed.remove(value)
    return changed


def _require_ttl(value: Any) -> None:
    if value is not None and not 0 <= int(value) <= LONGEST_TTL_S:
        raise BadRequestException(
            f"Invalid value for authorizerResultTtlInSeconds: {value}."
            f" It must be between 0 and {LONGEST_TTL_S}."
        )


def _removes_one_of(settings: dict[str, Any], operation: dict[str, Any]) -> bool:
    return operation["op"] == "remove" and _method(operation) in settings


def _method(operation: dict[str, Any]) -> str:
    """`~1products/GET` of the path `/~1products/GET`."""
    return str(operation["path"]).removeprefix("/")


def parsed(body: bytes) -> dict[str, Any]:
    """An OpenAPI document in JSON or YAML. Raises BadRequestException if it is none."""
    try:
        document = parse_json_or_yaml(to_str(body))
    except Exception:  # of two parsers
        document = None
    if not isinstance(document, dict):
        raise BadRequestException(NO_DOCUMENT)
    return document
