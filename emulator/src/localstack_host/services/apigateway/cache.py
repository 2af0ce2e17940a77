"""The cache of a stage: responses of integrations, by the method and its cache keys.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
It is on if the stage has a cache cluster and the settings of the method enable it; only GET is
cached unless a method has settings of its own. It is empty after a restart, as after a change of
the cluster on AWS, and its size is the number of responses here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import AccessDeniedError
from werkzeug.datastructures import Headers

from localstack_host.authentication.internal_resources import may_invalidate
from localstack_host.services.apigateway import method_settings
from localstack_host.services.apigateway.expiring import Expiring, Key

MOST_RESPONSES = 10_000
LONGEST_TTL_S = 3600.0
DEFAULT_TTL_S = 300.0
INVALIDATE = "max-age=0"
WARNING = '199 - "Cache not invalidated because of missing permission to invalidate it"'
CACHED = range(200, 300)


@dataclass(frozen=True)
class Stored:
    """A response of an integration."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


RESPONSES: Expiring[Stored] = Expiring(MOST_RESPONSES)


class CachedIntegration:
    """The handlers of an integration, from its request to its response, and the cache of them."""

    def __init__(self, handlers: Sequence[Callable[..., None]]) -> None:
        self._handlers = handlers

    def __call__(self, chain: Any, context: Any, response: Any) -> None:
        """Sets the response of the integration, or a stored one."""
        ttl = _ttl(context)
        if not ttl:
            self._ask(chain, context, response)
            return
        key = _key(context)
        invalidated, warning = _invalidated(context)
        stored = None if invalidated else RESPONSES.get(key)
        if stored:
            answer = {"status_code": stored.status, "headers": Headers(list(stored.headers))}
            context.invocation_response = {**answer, "body": stored.body}
        else:
            self._ask(chain, context, response)
            if context.invocation_response["status_code"] in CACHED:
                RESPONSES.put(key, stored_of(context.invocation_response), ttl)
        if warning:
            context.invocation_response["headers"]["Warning"] = WARNING

    def _ask(self, chain: Any, context: Any, response: Any) -> None:
        for handler in self._handlers:
            handler(chain, context, response)


def stored_of(response: Any) -> Stored:
    """What is stored of a response (LocalStack's InvocationResponse)."""
    headers = tuple((name, value) for name, value in Headers(response["headers"]))
    return Stored(response["status_code"], headers, response["body"])


def _ttl(context: Any) -> float:
    """For how many seconds the method's responses are stored; 0 for one that is not cached."""
    if not context.stage_configuration.get("cacheClusterEnabled"):
        return 0
    settings = method_settings.of(context)
    every = (context.stage_configuration.get("methodSettings") or {}).get(method_settings.EVERY)
    own = settings != (every or {})
    if not settings.get("cachingEnabled") or not (own or _is_get(context)):
        return 0
    return min(float(settings.get("cacheTtlInSeconds", DEFAULT_TTL_S)), LONGEST_TTL_S)


def _is_get(context: Any) -> bool:
    return bool(context.invocation_request["http_method"] == "GET")


def _key(context: Any) -> Key:
    integration = context.integration
    space = integration.get("cacheNamespace") or context.resource["id"]
    names = sorted(integration.get("cacheKeyParameters") or ())
    values = (f"{name}={_value(name, context.invocation_request)}" for name in names)
    place = (context.account_id, context.region, context.api_id, context.stage)
    return (*place, space, str(context.invocation_request["http_method"]), *values)


def _value(name: str, request: Any) -> Any:
    """What the request has for `method.request.querystring.page`, or `method.request.body`."""
    *_, kind, parameter = name.split(".", 3) if name.count(".") > 2 else (name, "body", "")
    if kind == "querystring":
        return (request.get("query_string_parameters") or {}).get(parameter)
    if kind == "multivaluequerystring":
        return (request.get("multi_value_query_string_parameters") or {}).get(parameter)
    if kind == "path":
        return (request.get("path_parameters") or {}).get(parameter)
    if kind in ("header", "multivalueheader"):
        return request["headers"].getlist(parameter)
    return request.get("body")


def _invalidated(context: Any) -> tuple[bool, bool]:
    """Whether a client may and does invalidate the response, and whether it gets a warning.

    Raises AccessDeniedError, 403, if the stage wants that for a client that may not.
    """
    header = context.invocation_request["headers"].get("Cache-Control", "")
    if INVALIDATE not in header.replace(" ", ""):
        return False, False
    settings = method_settings.of(context)
    if not settings.get("requireAuthorizationForCacheControl", True) or may_invalidate(context):
        return True, False
    strategy = settings.get("unauthorizedCacheControlHeaderStrategy")
    if strategy == "FAIL_WITH_403":
        raise AccessDeniedError("User is not authorized to invalidate the cache")
    return False, strategy != "SUCCEED_WITHOUT_RESPONSE_HEADER"
