"""The entry point PROVIDER_OVERRIDE_LAMBDA=host: Lambda for Python functions.

A function that cannot run is refused when it is created: LocalStack would accept it, mark it as
failed, and then be unable to delete it. LocalStack does not store the KMS key of a function's
variables; this provider does. Nothing is encrypted, but Terraform would otherwise set the key at
every apply.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Lock
from typing import IO, Any, cast

from localstack.aws.api.lambda_ import (
    AliasConfiguration,
    CreateFunctionRequest,
    DeleteFunctionResponse,
    EventSourceMappingConfiguration,
    FunctionConfiguration,
    InvalidParameterValueException,
    InvocationResponse,
    InvocationType,
    ListLayersResponse,
    PackageType,
    PublishLayerVersionResponse,
    ResourceConflictException,
    UpdateEventSourceMappingRequest,
    UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest,
)
from localstack.aws.skeleton import create_dispatch_table
from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.invocation.lambda_models import AliasRoutingConfig, FunctionVersion
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.lambda_.runtimes import ALL_RUNTIMES

from localstack_host.localstack_api import RequestContext, Service, handler, provides
from localstack_host.services.lambda_ import changes, patches, validation
from localstack_host.services.lambda_.concurrency import QueueingAssignment
from localstack_host.services.lambda_.limits import require_values
from localstack_host.services.lambda_.mapping_worker import succeeding
from localstack_host.services.lambda_.other_invocations import OtherInvocations
from localstack_host.services.lambda_.powertools_layers import PowertoolsLayers
from localstack_host.services.lambda_.queue_mappings import require_queue


@provides("lambda")
def lambda_() -> Service:
    """LocalStack's Lambda, limited to what the process executor can run."""
    patches.apply_patches()
    return Service.for_provider(PythonOnlyLambda(), _checked)


def _checked(provider: Any) -> Any:
    """The operations by name, each of which checks the values of its request first."""
    table: Any = create_dispatch_table(provider)
    return {name: _with_limits(operation) for name, operation in table.items()}


def _with_limits(operation: Any) -> Any:
    def handle(context: RequestContext, request: Any) -> Any:
        shape = context.operation.input_shape if context.operation else None
        if shape is not None and request:
            require_values(shape, request)
        return operation(context, request)

    return handle


NO_ROUTING = AliasRoutingConfig(version_weights={})
Function = tuple[str, str, str]
"""Account, region and name."""


class KeyedLambda(LambdaProvider):
    """Lambda that stores the KMS keys of functions."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[Function, str] = {}

    @handler("CreateFunction", expand=False)
    def create_function(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: CreateFunctionRequest
    ) -> FunctionConfiguration:
        """Stores the key, if the request has one."""
        configuration = super().create_function(context, request)
        self._keys[_function(context, configuration)] = request.get("KMSKeyArn") or ""
        return configuration

    @handler("UpdateFunctionConfiguration", expand=False)
    def update_function_configuration(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: UpdateFunctionConfigurationRequest
    ) -> FunctionConfiguration:
        """Stores the key, if the request has one; an empty one removes it."""
        updated = super().update_function_configuration(context, request)
        if "KMSKeyArn" in request:
            self._keys[_function(context, updated)] = request["KMSKeyArn"] or ""
        return updated

    def get_function(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, function_name: str, **rest: Any
    ) -> Any:
        """Adds the key, if there is one."""
        response: Any = super().get_function(context, function_name, **rest)
        if key := self._keys.get(_function(context, response["Configuration"])):
            response["Configuration"]["KMSKeyArn"] = key
        return response


def _function(context: RequestContext, configuration: FunctionConfiguration) -> Function:
    return context.account_id, context.region, configuration["FunctionName"] or ""


class PythonOnlyLambda(OtherInvocations, KeyedLambda):
    """LocalStack's Lambda without containers: zips with a Python runtime, a few at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.layer_fetcher = PowertoolsLayers()
        self._layers = Lock()
        self.lambda_service.assignment_service = QueueingAssignment()
        # An update stops the previous version's listener for asynchronous events, which blocks a
        # thread for up to 2 s. The default pool of 4 to 6 threads would delay other functions.
        self.lambda_service.task_executor = ThreadPoolExecutor(64, "lambda-service-task")

    def _validate_runtime(self, package_type: PackageType, runtime: str | None) -> None:
        if package_type == PackageType.Image:
            _refuse("container images")
        # Raises for a runtime that AWS has given up.
        self._check_for_recomended_migration_target(runtime)  # type: ignore[no-untyped-call]
        super()._validate_runtime(package_type, runtime)  # type: ignore[no-untyped-call]
        _require_python(runtime)

    def _create_routing_config_model(
        self, routing_config_dict: dict[str, float], function_version: FunctionVersion | None = None
    ) -> AliasRoutingConfig:
        """Also accepts a call without a version, as for an update of an alias: LocalStack fails.

        `update_alias` has checked the routing.
        """
        if function_version is None:
            return AliasRoutingConfig(version_weights=routing_config_dict)
        model = super()._create_routing_config_model(routing_config_dict, function_version)
        return cast(AliasRoutingConfig, model)

    def validate_event_source_mapping(self, context: RequestContext, request: Any) -> Any:
        """Also checks that a queue fits the function."""
        original: Any = super()
        validated = original.validate_event_source_mapping(context, request)
        if request.get("EventSourceArn"):
            *_, version, _ = validated
            require_queue(request, version.config.timeout)
        return validated

    def update_event_source_mapping_v2(
        self, context: RequestContext, request: UpdateEventSourceMappingRequest
    ) -> EventSourceMappingConfiguration:
        """Updates the mapping, which continues where it was."""
        with succeeding(self.esm_workers.get(request.get("UUID") or "")):
            return super().update_event_source_mapping_v2(context, request)

    @handler("ListLayers")
    def list_layers(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, **others: Any
    ) -> ListLayersResponse:
        """Leaves out layers whose versions are all deleted, for which LocalStack fails.

        Their numbers go on where they were if a version is published again.
        """
        layers = lambda_stores[context.account_id][context.region].layers
        with self._layers:
            emptied = {name: layer for name, layer in layers.items() if not layer.layer_versions}
            for name in emptied:
                del layers[name]
            try:
                return super().list_layers(context, **others)
            finally:
                layers.update(emptied)

    @handler("PublishLayerVersion")
    def publish_layer_version(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, **others: Any
    ) -> PublishLayerVersionResponse:
        """Waits for a list, which would have this layer made anew."""
        with self._layers:
            return super().publish_layer_version(context, **others)

    @handler("Invoke")
    def invoke(  # type: ignore[override] # the rest is passed on
        self,
        context: RequestContext,
        function_name: str,
        invocation_type: InvocationType | None = None,
        payload: IO[bytes] | None = None,
        **others: Any,
    ) -> InvocationResponse:
        """Validates the event and the client context, then invokes the function."""
        event = payload.read() if payload else b""
        validation.require_event(event, invocation_type)
        validation.require_client_context(others.get("client_context"))
        return super().invoke(
            context,
            function_name,
            invocation_type=invocation_type,
            payload=BytesIO(event) if payload else None,
            **others,
        )

    def delete_provisioned_concurrency_config(
        self, context: RequestContext, function_name: str, qualifier: str, **others: Any
    ) -> None:
        """Deletes a configuration. LocalStack has its environments by version, not by alias."""
        if not self._stop_provisioned(context, function_name, qualifier):
            super().delete_provisioned_concurrency_config(
                context, function_name, qualifier, **others
            )

    def delete_alias(
        self, context: RequestContext, function_name: str, name: str, **others: Any
    ) -> None:
        """Deletes an alias with its provisioned concurrency."""
        self._stop_provisioned(context, function_name, name)
        super().delete_alias(context, function_name, name, **others)

    def _stop_provisioned(
        self, context: RequestContext, function_name: str, qualifier: str
    ) -> bool:
        """Deletes the configuration of an alias, if it has one. Returns whether it had."""
        account, region = api_utils.get_account_and_region(function_name, context)
        name, alias = api_utils.get_name_and_qualifier(function_name, qualifier, context)
        function: Any = lambda_stores[account][region].functions.get(name)
        if function is None or alias not in function.aliases:
            return False
        if function.provisioned_concurrency_configs.pop(alias, None) is None:
            return False
        version = function.versions[function.aliases[alias].function_version]
        manager = self.lambda_service.get_lambda_version_manager(version.id.qualified_arn())
        manager.update_provisioned_concurrency_config(0)
        return True

    @handler("DeleteFunction")
    def delete_function(
        self,
        context: RequestContext,
        function_name: str,
        qualifier: str | None = None,
        **others: Any,
    ) -> DeleteFunctionResponse:
        """Refuses to delete a version that an alias references."""
        if aliases := _aliases_of(context, function_name, qualifier):
            raise ResourceConflictException(
                "Unable to delete version because the following aliases reference it:"
                f" [{', '.join(aliases)}]",
                Type="User",
            )
        return super().delete_function(context, function_name, qualifier, **others)

    @handler("CreateFunction", expand=False)
    def create_function(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: CreateFunctionRequest
    ) -> FunctionConfiguration:
        """Validates the package and the variables, then creates the function."""
        validation.require_package(request)
        validation.require_variables(request.get("Environment"))
        return super().create_function(context, request)

    @handler("UpdateFunctionCode", expand=False)
    def update_function_code(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: UpdateFunctionCodeRequest
    ) -> FunctionConfiguration:
        """Validates the code, then updates it."""
        validation.require_code(request)
        with self._changing(context, request["FunctionName"]):
            return super().update_function_code(context, request)

    @handler("UpdateFunctionConfiguration", expand=False)
    def update_function_configuration(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: UpdateFunctionConfigurationRequest
    ) -> FunctionConfiguration:
        """Validates runtime, variables and role, then updates the configuration."""
        if (runtime := request.get("Runtime")) in ALL_RUNTIMES:  # LocalStack refuses the others
            self._validate_runtime(PackageType.Zip, runtime)
        validation.require_variables(request.get("Environment"))
        with self._changing(context, request["FunctionName"]) as function:
            if function is not None:
                changes.require_role(self.lambda_service, request.get("Role"), context.region)
            return super().update_function_configuration(context, request)

    @handler("PublishVersion")
    def publish_version(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, function_name: str, **others: Any
    ) -> FunctionConfiguration:
        """Publishes a version, unless the function is created or updated at the moment."""
        with self._changing(context, function_name):
            return super().publish_version(context, function_name, **others)

    def _changing(self, context: RequestContext, function_name: str) -> Any:
        return changes.changing(
            context, function_name, self.lambda_service.lambda_starting_versions
        )

    @handler("UpdateAlias")
    def update_alias(self, context: RequestContext, **request: Any) -> AliasConfiguration:  # type: ignore[override]
        """Validates version and routing as for a new alias, then updates it."""
        changes.require_alias(self, context, request)
        return super().update_alias(context, **request)


def _aliases_of(context: RequestContext, function_name: str, qualifier: str | None) -> list[str]:
    """The names of the aliases that reference this version of a function."""
    account, region = api_utils.get_account_and_region(function_name, context)
    name, version = api_utils.get_name_and_qualifier(function_name, qualifier, context)
    function = lambda_stores[account][region].functions.get(name)
    return [
        alias.name
        for alias in (function.aliases.values() if function else ())
        if alias.function_version == version
        or version in (alias.routing_configuration or NO_ROUTING).version_weights
    ]


def _require_python(runtime: str | None) -> None:
    if runtime and not runtime.startswith("python3"):
        _refuse(f"the runtime {runtime}")


def _refuse(what: str) -> None:
    raise InvalidParameterValueException(
        f"This emulator runs Python functions from zip files, and not {what}."
        " Use a python3 runtime, or LocalStack with Docker.",
        Type="User",
    )
