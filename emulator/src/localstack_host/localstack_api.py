"""The parts of LocalStack's API that the whole package uses. They are imported only here.

To replace LocalStack, change this module: hooks for the start, providers of services, errors,
routes and handlers, and patches. What belongs to one AWS service is imported in the package of that
service. `tests/unit/test_patches.py` checks both.
"""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from localstack import config
from localstack.aws.api import (
    CommonServiceException,
    RequestContext,
    ServiceException,
    ServiceRequest,
    ServiceResponse,
    handler,
)
from localstack.http import Response
from localstack.runtime import hooks
from localstack.services.plugins import Service
from localstack.services.plugins import aws_provider as _aws_provider
from localstack.utils.patch import Patch
from localstack.utils.patch import patch as _patch

__all__ = [
    "CommonServiceException",
    "Patch",
    "RequestContext",
    "Response",
    "Service",
    "ServiceException",
    "ServiceRequest",
    "ServiceResponse",
    "add",
    "chain_handlers",
    "config",
    "connect_as",
    "connect_for",
    "connect_to",
    "falling_back_to_moto",
    "handler",
    "on_infra_shutdown",
    "on_infra_start",
    "patch",
    "provides",
    "replace",
    "request_handlers",
    "response_handlers",
    "router",
]


def on_infra_start[**P](
    priority: int = 0, should_load: Callable[[], bool] | None = None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Runs the function when LocalStack starts, if an entry point in pyproject.toml names it."""
    return _hooked(hooks.on_infra_start, priority, should_load)


def on_infra_shutdown[**P](
    priority: int = 0, should_load: Callable[[], bool] | None = None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Runs the function before LocalStack ends by itself, as after SIGTERM."""
    return _hooked(hooks.on_infra_shutdown, priority, should_load)


def _hooked[**P](
    decorator: Any, priority: int, should_load: Callable[[], bool] | None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    def register(function: Callable[P, None]) -> Callable[P, None]:
        # Only one of several hooks with the same name runs; by default it is the function's name.
        name = f"{function.__module__}.{function.__name__}"
        hook = decorator(name=name, priority=priority, should_load=should_load)
        hooked: Callable[P, None] = hook(function)
        return hooked

    return register


def provides[**P](api: str) -> Callable[[Callable[P, Service]], Callable[P, Service]]:
    """Registers the function as the provider of a service, for an entry point `<api>:host`."""
    decorator: Callable[[Callable[P, Service]], Callable[P, Service]] = _aws_provider(api, "host")
    return decorator


def patch[**P, T](
    target: Callable[..., Any], pass_target: bool = True
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """LocalStack's decorator: the function replaces `target`, which is its first argument.

    `target` is a function or method where it is defined. For everything else use `replace`.
    """
    untyped: Any = _patch
    decorator: Callable[[Callable[P, T]], Callable[P, T]] = untyped(target, pass_target)
    return decorator


class Replacement(Patch):
    """A patch of any attribute; LocalStack's own rejects missing, empty and zero ones."""

    def __init__(self, owner: Any, name: str, new: Any) -> None:
        super().__init__(owner, name, new)
        self.old: Any = inspect.getattr_static(owner, name, None)  # does not unwrap static methods

    def apply(self) -> None:
        """Sets the new attribute, and adds the patch to LocalStack's list."""
        if not self.is_applied:
            setattr(self.obj, self.name, self.new)
            Patch.applied_patches.append(self)
            self.is_applied = True

    def undo(self) -> None:
        """Restores the original attribute."""
        if self.is_applied:
            Patch.applied_patches.remove(self)
            self.is_applied = False
            if self.old is None:
                delattr(self.obj, self.name)
            else:
                setattr(self.obj, self.name, self.old)


def replace(owner: Any, name: str, new: Any) -> None:
    """Replaces an attribute that `patch` does not support.

    These are names that a module has imported, classes, constants, properties, static methods and
    decorated functions. Raises AttributeError if `owner` has no such attribute.
    """
    inspect.getattr_static(owner, name)
    Replacement(owner, name, new).apply()


def add(owner: Any, name: str, new: Any) -> None:
    """Adds an attribute that `owner` does not define itself."""
    Replacement(owner, name, new).apply()


def router() -> Any:
    """The router that is called before the AWS services. Importing it loads all handlers."""
    from localstack.services.edge import ROUTER

    return ROUTER


@cache
def chain_handlers() -> dict[str, Any]:
    """The handlers of LocalStack's chain, by the names that it has for them."""
    from localstack.aws import handlers

    return vars(handlers)


def request_handlers() -> Any:
    """The handlers that are called with each request for an operation, before it is served."""
    from localstack.aws.handlers import serve_custom_service_request_handlers

    return serve_custom_service_request_handlers


def response_handlers() -> Any:
    """The handlers that are called with each response."""
    from localstack.aws.handlers import run_custom_response_handlers

    return run_custom_response_handlers


def connect_to(**options: Any) -> Any:
    """A factory of clients for the services of this emulator."""
    from localstack.aws.connect import connect_to as connect

    return connect(**options)


def connect_as(role_arn: str, region: str, service: str, config: Any = None) -> Any:
    """A factory of clients for a role that a service, such as `lambda`, assumes.

    `config` is botocore's. Raises ClientError if the role does not let the service assume it.
    """
    from localstack.aws.connect import connect_to as connect
    from localstack.utils.aws.client_types import ServicePrincipal

    return connect.with_assumed_role(
        region_name=region,
        role_arn=role_arn,
        service_principal=ServicePrincipal(service),
        config=config,
    )


def connect_through(first: str, role: str, region: str, service: str, config: Any) -> Any:
    """A factory of clients for a role that another role assumes, which a service assumes before."""
    from localstack.aws.connect import connect_to as connect
    from localstack.utils.aws.client_types import ServicePrincipal

    as_first = connect.with_assumed_role(
        region_name=region,
        role_arn=first,
        service_principal=ServicePrincipal(service),
        config=config,
    )
    response = as_first.get_client("sts").assume_role(RoleArn=role, RoleSessionName=service)
    return _connect_with(response["Credentials"], region_name=region, config=config)


def connect_for(source_arn: str, role: str, region: str, service: str) -> Any:
    """A factory of clients for a role that a service assumes for one of its resources.

    Raises ClientError if the role's trust policy does not let it.
    """
    sts = connect_to(region_name=region).get_client("sts")
    as_service = sts.request_metadata(service_principal=service, source_arn=source_arn)
    response = as_service.assume_role(RoleArn=role, RoleSessionName=uuid.uuid4().hex)
    return _connect_with(response["Credentials"], region_name=region)


def _connect_with(keys: Mapping[str, str], **options: Any) -> Any:
    return connect_to(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        **options,
    )


def owner_of_bucket(name: str) -> str | None:
    """The account of a bucket, by its name in LocalStack's S3; None if there is none."""
    from localstack.services.s3.models import s3_stores

    owner: str | None = s3_stores["000000000000"]["us-east-1"].global_bucket_map.get(name)
    return owner


def bucket_named(name: str) -> Any | None:
    """A bucket (LocalStack's S3Bucket), in any account; None if there is none."""
    from localstack.services.s3.models import s3_stores

    owner = owner_of_bucket(name)
    return s3_stores[owner]["us-east-1"].buckets.get(name) if owner else None


def falling_back_to_moto(provider: Any) -> Service:
    """The service of `provider`, with moto for operations that it does not implement."""
    from localstack.services.moto import MotoFallbackDispatcher

    return Service.for_provider(provider, dispatch_table_factory=MotoFallbackDispatcher)
