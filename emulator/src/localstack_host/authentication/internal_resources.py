"""The pages that LocalStack serves beside its chain of handlers, and which AWS guards as well.

The URL of a queue, of a function, of a bucket's website, and an API's methods that want a
signature. Everything else of an API is open, as on AWS.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from localstack_host.authentication import buckets, credentials
from localstack_host.authentication.signed import Place, may
from localstack_host.localstack_api import Response
from localstack_host.services.iam import public_access
from localstack_host.services.iam.required_permissions import Permission

Handler = Callable[..., Any]
SIGNED = "AWS_IAM"
FORBIDDEN = (
    '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see:'
    ' https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
)


def of_a_queue(serve: Handler, request: Any, region: str) -> Any:
    """What LocalStack would do as itself goes through the chain, unless it is signed."""
    from werkzeug.exceptions import NotFound

    if request.values.get("Action"):
        found = _credentials(request.headers, request.values)
        if not found or credentials.commands_by_address(request.args):
            raise NotFound  # the router's word for: let the chain of handlers have it
        request.headers["Authorization"] = found.header
    return serve(request, region)


def of_a_function(
    serve: Handler, self: Any, request: Any, api_id: str, region: str, **rest: Any
) -> Any:
    """A function's URL is open if it says so and the function's policy lets everybody in.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    url = _function_url(api_id, region)
    if url is None or _may_invoke(url, Place(request, region)):
        return serve(self, request, api_id, region, **rest)
    answer = Response(FORBIDDEN, HTTPStatus.FORBIDDEN, mimetype="application/json")
    answer.headers["x-amzn-ErrorType"] = "AccessDeniedException"
    return answer


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
    found = _credentials(place.request.headers, place.request.args)
    return found is not None and may(found, need, place)


def of_a_website(
    serve: Handler, self: Any, request: Any, bucket_name: str, *place: Any, **rest: Any
) -> Any:
    """A website shows only the objects that everybody may get.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteAccessPermissionsReqd.html
    """
    public = copy.copy(self)
    public.s3_client = PublicObjects(self.s3_client, Place(request, "us-east-1"))
    try:
        return serve(public, request, bucket_name, *place, **rest)
    except NotPublic:
        page = "<html><head><title>403 Forbidden</title></head><body>AccessDenied</body></html>"
        return Response(page, HTTPStatus.FORBIDDEN, mimetype="text/html")


class NotPublic(ClientError):
    """An object that not everybody may get."""

    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "Get")


@dataclass(frozen=True)
class PublicObjects:
    """A client of S3 that gets an object only if everybody may."""

    client: Any
    place: Place

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def get_object(self, **wanted: str) -> Any:
        """The object. Raises NotPublic."""
        self._require_public(**wanted)
        return self.client.get_object(**wanted)

    def head_object(self, **wanted: str) -> Any:
        """What is known of the object. Raises NotPublic."""
        self._require_public(**wanted)
        return self.client.head_object(**wanted)

    def _require_public(self, Bucket: str, Key: str) -> None:  # noqa: N803 - S3's names
        bucket = buckets.find(Bucket)
        need = Permission("s3:GetObject", f"arn:aws:s3:::{Bucket}/{Key}")
        if bucket and not buckets.gives(bucket, need, self.place):
            raise NotPublic


def of_a_method(route: Handler, self: Any, context: Any) -> None:
    """An API's method may want a signature: `authorizationType: AWS_IAM`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
    """
    from localstack.services.apigateway.next_gen.execute_api import gateway_response as errors

    route(self, context)
    if context.resource_method.get("authorizationType") != SIGNED:
        return
    headers = context.invocation_request["headers"]
    found = _credentials(headers, context.request.args)
    if found is None:
        raise errors.MissingAuthTokenError("Missing Authentication Token")
    need = Permission("execute-api:Invoke", _arn(context))
    if not may(found, need, Place(context.request, context.region)):
        raise errors.AccessDeniedError(
            f"User is not authorized to perform: {need.action} on resource: {need.resource}"
        )


def _arn(context: Any) -> str:
    path = context.invocation_request["path"].strip("/")
    place = f"arn:aws:execute-api:{context.region}:{context.account_id}"
    return f"{place}:{context.api_id}/{context.stage}/{context.request.method}/{path}"


def _credentials(headers: Any, values: Any) -> credentials.Credentials | None:
    """Those that are complete and somebody's."""
    try:
        found = credentials.of(headers, values)
    except credentials.Incomplete:
        return None
    return found if found and found.are_known else None
