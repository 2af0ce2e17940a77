"""Authorization of the URLs that LocalStack serves outside of its chain of handlers.

They are the URLs of queues, functions and the websites of buckets, and the methods of an API that
require a signature. All other methods of an API are public, as on AWS.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

from botocore.exceptions import ClientError

from localstack_host.authentication import buckets, credentials, gate
from localstack_host.authentication.signed import Place, have_expired, identity, is_allowed
from localstack_host.localstack_api import Response, ServiceException, bucket_named
from localstack_host.services.iam import public_access
from localstack_host.services.iam.required_permissions import Permission
from localstack_host.services.lambda_ import function_urls

Handler = Callable[..., Any]
SIGNED = "AWS_IAM"
FORBIDDEN = (
    '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see:'
    ' https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
)
NOT_PUBLIC = "<html><head><title>403 Forbidden</title></head><body>AccessDenied</body></html>"


def serve_queue_url(serve: Handler, request: Any, region: str) -> Any:
    """Passes an operation without valid credentials to the chain of handlers, which checks it."""
    from werkzeug.exceptions import NotFound

    if gate.INTERNAL in request.environ:
        request.query_string = _with_queue(request).encode()
        for name in ("args", "values"):  # cached by werkzeug
            vars(request).pop(name, None)
        raise NotFound
    if request.values.get("Action"):
        signed = known_credentials(request.headers, request.values)
        if not signed or credentials.is_presigned_command(request.args):
            raise NotFound  # makes the router pass it to the chain of handlers
        request.headers["Authorization"] = signed.header
    return serve(request, region)


def _with_queue(request: Any) -> str:
    """The query of an integration's request, with the URL of its queue, which the chain reads."""
    query: str = request.query_string.decode()
    if "QueueUrl" in request.values:
        return query
    return "&".join(filter(None, (query, f"QueueUrl={quote(request.base_url)}")))


def serve_function_url(
    serve: Handler, self: Any, request: Any, api_id: str, region: str, **rest: Any
) -> Any:
    """Serves a function's URL if the caller may invoke it, else responds with 403.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    url = _function_url(api_id, region)
    if url is None:
        return serve(self, request, api_id, region, **rest)
    if response := function_urls.preflight(url, request):
        return response
    if _may_invoke(url, Place(request, region)):
        invoke = partial(serve, self, request, api_id, region, **rest)
        return function_urls.respond(url, request, invoke)
    response = Response(FORBIDDEN, HTTPStatus.FORBIDDEN, mimetype="application/json")
    response.headers["x-amzn-ErrorType"] = "AccessDeniedException"
    return response


def _function_url(api_id: str, region: str) -> Any | None:
    from localstack.services.lambda_.invocation.models import lambda_stores

    return next(
        (
            url
            for account in list(lambda_stores)
            for function in list(lambda_stores[account][region].functions.values())
            for url in list(function.function_url_configs.values())
            if url.url_id.lower() == api_id.lower()
        ),
        None,
    )


def _may_invoke(url: Any, place: Place) -> bool:
    keys = (("lambda:functionurlauthtype", (str(url.auth_type),)),)
    need = Permission("lambda:InvokeFunctionUrl", url.function_arn, keys)
    if url.auth_type != SIGNED:
        return public_access.decision(need, place).allowed
    signed = known_credentials(place.request.headers, place.request.args)
    return signed is not None and is_allowed(signed, need, place)


def serve_website(
    serve: Handler,
    self: Any,
    request: Any,
    bucket_name: str,
    domain: str | None = None,
    path: str | None = None,
) -> Any:
    """Serves the public objects of a website.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteAccessPermissionsReqd.html
    """
    public = copy.copy(self)
    public.s3_client = PublicObjects(self.s3_client, Place(request, "us-east-1"))
    try:
        return serve(public, request, bucket_name, domain, path)
    except NotPublic:
        return _forbidden(public, request, bucket_name, path or "")


def _forbidden(website: Any, request: Any, bucket: str, key: str) -> Response:
    """What a website has for an object that is not public, or missing where nobody may list.

    The index of the folder, a redirection, or the error document:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/IndexDocumentSupport.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html
    """
    settings = website.s3_client.get_bucket_website(Bucket=bucket)
    index = settings["IndexDocument"]["Suffix"]
    with suppress(ClientError):
        website.s3_client.head_object(Bucket=bucket, Key=f"{key}/{index}")
        return Response("", HTTPStatus.FOUND, headers={"Location": f"/{key}/"})
    rules = settings.get("RoutingRules") or []
    if rule := website._find_matching_rule(rules, key, HTTPStatus.FORBIDDEN):
        return cast(Response, website._get_redirect_from_routing_rule(request, rule))
    return _error_document(website, bucket, key, settings.get("ErrorDocument"))


def _error_document(website: Any, bucket: str, key: str, document: Any) -> Response:
    with suppress(ClientError, ServiceException):  # it is missing, or not public
        if document:
            response: Response = website._return_error_document(document, bucket, key)
            if response.status_code == HTTPStatus.NOT_FOUND:
                response.status_code = HTTPStatus.FORBIDDEN
            return response
    return Response(NOT_PUBLIC, HTTPStatus.FORBIDDEN, mimetype="text/html")


class NotPublic(ClientError):
    """An object that is not public."""

    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "Get")


@dataclass(frozen=True)
class PublicObjects:
    """A client of S3 that returns public objects only."""

    client: Any
    place: Place

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def get_object(self, **location: str) -> Any:
        """The object. Raises NotPublic."""
        self._require_public(**location)
        return self.client.get_object(**location)

    def head_object(self, **location: str) -> Any:
        """The metadata of the object. Raises NotPublic."""
        self._require_public(**location)
        return self.client.head_object(**location)

    def _require_public(self, Bucket: str, Key: str) -> None:  # noqa: N803 - S3's names
        bucket = bucket_named(Bucket)
        need = Permission("s3:GetObject", f"arn:aws:s3:::{Bucket}/{Key}")
        if bucket and not buckets.is_public(bucket, need, self.place):
            raise NotPublic


def authorize_method(route: Handler, self: Any, context: Any) -> None:
    """Authorizes a method with `authorizationType: AWS_IAM`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
    """
    from localstack.services.apigateway.next_gen.execute_api import gateway_response as errors

    route(self, context)
    if context.resource_method.get("authorizationType") != SIGNED:
        return
    headers = context.invocation_request["headers"]
    signed = known_credentials(headers, context.request.args)
    if signed is None:
        raise errors.MissingAuthTokenError("Missing Authentication Token")
    if have_expired(signed):
        raise errors.ExpiredTokenError("The security token included in the request is expired")
    need = Permission("execute-api:Invoke", method_arn(context))
    place = Place(context.request, context.region)
    context.context_variables["identity"] |= identity(signed, place)
    if not is_allowed(signed, need, place):
        raise errors.AccessDeniedError(
            f"User is not authorized to perform: {need.action} on resource: {need.resource}"
        )


def may_invalidate(context: Any) -> bool:
    """Whether a request to an API is signed by somebody who may invalidate its cache.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
    """
    signed = known_credentials(context.invocation_request["headers"], context.request.args)
    need = Permission("execute-api:InvalidateCache", method_arn(context))
    return signed is not None and is_allowed(signed, need, Place(context.request, context.region))


def method_arn(context: Any) -> str:
    """The ARN of the method that a request to an API calls, with the request's own path.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
    """
    path = context.invocation_request["path"].strip("/")
    place = f"arn:aws:execute-api:{context.region}:{context.account_id}"
    return f"{place}:{context.api_id}/{context.stage}/{context.request.method}/{path}"


def known_credentials(headers: Any, values: Any) -> credentials.Credentials | None:
    """The credentials, if they are complete and known; else None."""
    try:
        known = credentials.of(headers, values)
    except credentials.Incomplete:
        return None
    return known if known and known.are_known else None
