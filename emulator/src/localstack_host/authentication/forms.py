"""Authorizes the forms that browsers post to S3.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
A form has a policy that is signed, by version 4 or version 2 of signatures. Without a policy it is
anonymous.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localstack_host.authentication import buckets, credentials, errors
from localstack_host.authentication.credentials import Credentials
from localstack_host.authentication.signed import Place, is_allowed_to, principal_of, session_of
from localstack_host.services.iam import genuine, sessions, signatures
from localstack_host.services.iam.required_permissions import Permission

TYPE = "multipart/form-data"
# What some fields require besides s3:PutObject.
OF_FIELDS = {"acl": "s3:PutObjectAcl", "tagging": "s3:PutObjectTagging"}


def allows(context: Any) -> bool:
    """Whether whoever signed a form, or everybody, may put its object.

    Raises S3's error for a form that lacks something, or was signed with another secret.
    """
    from localstack.services.s3.presigned_url import validate_post_policy

    if TYPE not in context.request.headers.get("Content-Type", ""):
        return True  # S3 refuses it for its type
    form = {name.lower(): value for name, value in context.request.form.items() if name}
    try:
        signed = credentials.of_form(form)
    except credentials.Incomplete as incomplete:
        raise errors.incomplete(context, str(incomplete)) from incomplete
    if signed is None or not form.get("key"):
        validate_post_policy(context.request.form, {})
    needs = tuple(_needs(form, context))
    if signed is None:
        allowed = "policy" not in form and buckets.allows_everybody(context, needs)
    else:
        allowed = _may_put(signed, form, needs, context)
    if allowed and "file" not in form and "file" not in context.request.files:
        raise errors.form_without_file()
    return allowed


def _needs(form: Mapping[str, str], context: Any) -> Iterator[Permission]:
    bucket = context.service_request.get("Bucket", "")
    resource = f"arn:{context.partition}:s3:::{bucket}/{form.get('key', '')}"
    yield Permission("s3:PutObject", resource)
    for field, action in OF_FIELDS.items():
        if form.get(field):
            yield Permission(action, resource)


def _may_put(
    signed: Credentials, form: Mapping[str, str], needs: tuple[Permission, ...], context: Any
) -> bool:
    if not signed.are_known:
        raise errors.unknown_access_key(context, signed.access_key)
    account, session = session_of(signed)
    secret = sessions.secret_of(account, signed.access_key, session)
    issued = sessions.issued_with(account, signed.access_key, session)
    if secret is None or not genuine.is_token_of(issued, form.get("x-amz-security-token", "")):
        raise errors.unknown_access_key(context, signed.access_key)
    if not signatures.is_of_policy(form, secret):
        raise errors.wrong_form(form, signed.access_key)
    genuine.require_unexpired("s3", issued)
    place = Place(context.request, context.region)
    principal = principal_of(signed)
    return all(is_allowed_to(principal, need, place) for need in needs)
