"""Checks that a role trusts the identity provider of a federated caller.

LocalStack issues a session of any role to anybody, even of a role that does not exist. Here the
trust policy of the role must allow the token's issuer, under its conditions. The signature of the
token is not verified: the emulator asks nobody for keys.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from moto.iam.models import iam_backends

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.iam.evaluation import Caller, Request, decide
from localstack_host.services.iam.policies import MalformedPolicy
from localstack_host.services.iam.policy_store import policies_for
from localstack_host.services.iam.principal import Principal, conditions
from localstack_host.services.iam.required_permissions import Permission
from localstack_host.services.iam.sessions import PARTITION

WEB, SAML = "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"
OPERATIONS = (WEB, SAML)
ROLE = re.compile(r"arn:aws:iam::[0-9]{12}:role/.+")


def require_trusted(context: Any) -> None:
    """Raises STS's error unless the role trusts the issuer of the request's token."""
    request, operation = context.service_request, context.operation.name
    arn = request.get("RoleArn") or ""
    if not ROLE.fullmatch(arn):
        raise _not_trusted(operation)
    account = arn.split(":")[4]
    if operation == WEB:
        claims = _claims(request.get("WebIdentityToken") or "")
        provider = _provider(account, claims)
    else:
        claims, provider = {}, request.get("PrincipalArn") or ""
    caller = Caller(provider, account, federated=provider)
    need = Permission(f"sts:{operation}", arn, tuple(_keys(provider, claims)))
    if not _trusts(caller, need, context):
        raise _not_trusted(operation)


def _trusts(caller: Caller, need: Permission, context: Any) -> bool:
    place = SimpleNamespace(request=context.request, region=context.region)
    keys = conditions(Principal(caller), place) | dict(need.keys)
    try:
        policies = policies_for(need.action, need.resource, None, None)
    except MalformedPolicy:
        return False
    return decide(Request(caller, need.action, need.resource, keys), policies).allowed


def _claims(token: str) -> Mapping[str, Any]:
    """The claims of a JSON Web Token. Raises InvalidIdentityToken."""
    try:
        _, body, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return dict(claims)
    except (ValueError, TypeError) as error:
        raise _invalid("The ID Token provided is not a valid JWT.") from error


def _provider(account: str, claims: Mapping[str, Any]) -> str:
    """The ARN of the token's issuer in this account. Raises InvalidIdentityToken."""
    issuer = str(claims.get("iss", ""))
    arn = f"arn:{PARTITION}:iam::{account}:oidc-provider/{issuer.removeprefix('https://')}"
    if arn not in iam_backends[account][PARTITION].open_id_providers:
        raise _invalid(f"No OpenIDConnect provider found in your account for {issuer}")
    return arn


def _keys(provider: str, claims: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The claims as condition keys: `token.actions.githubusercontent.com:sub`."""
    issuer = provider.partition("oidc-provider/")[2]
    for claim, value in claims.items():
        values = value if isinstance(value, list) else [value]
        yield f"{issuer}:{claim}".lower(), tuple(map(str, values))


def _not_trusted(operation: str) -> CommonServiceException:
    text = f"Not authorized to perform sts:{operation}"
    return CommonServiceException("AccessDenied", text, HTTPStatus.FORBIDDEN, True)


def _invalid(text: str) -> CommonServiceException:
    return CommonServiceException("InvalidIdentityToken", text, HTTPStatus.BAD_REQUEST, True)
