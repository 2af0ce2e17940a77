"""Authorizers with user pools of Amazon Cognito: a token that a pool of this emulator has signed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
An ID token is asked for, or an access token with one of the method's scopes if it has any.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from localstack_host.services.apigateway.authorizers import identity
from localstack_host.services.apigateway.authorizers.errors import unauthorized

EXPIRED = "The incoming token has expired"
SCHEME = "bearer "
ALGORITHM = "RS256"


def authorize(authorizer: Mapping[str, Any], context: Any) -> None:
    """Requires a valid token. Raises a gateway response, 401.

    The context of the request gets the token's claims.
    """
    (token,) = identity.values(authorizer, context)
    if token.lower().startswith(SCHEME):
        token = token[len(SCHEME) :].strip()
    claims = claims_of(token, authorizer)
    scopes = context.resource_method.get("authorizationScopes") or ()
    if not _is_accepted(claims, scopes, authorizer.get("identityValidationExpression")):
        raise unauthorized()
    texts = {name: _text(value) for name, value in claims.items()}
    context.context_variables["authorizer"] = {"claims": texts}


def _is_accepted(claims: Mapping[str, Any], scopes: Any, audience: str | None) -> bool:
    if scopes:
        granted = str(claims.get("scope", "")).split()
        return claims.get("token_use") == "access" and not set(granted).isdisjoint(scopes)
    if audience and not identity.matches(audience, str(claims.get("aud", ""))):
        return False
    return claims.get("token_use") == "id"


def claims_of(token: str, authorizer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims of a token that one of the authorizer's pools has issued. Raises 401."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    for pool in _pools(authorizer):
        try:
            claims: dict[str, Any] = jwt.decode(token, pool.json_web_key, [ALGORITHM]).claims
        except (JoseError, ValueError):
            continue
        if claims.get("iss") == f"https://cognito-idp.{pool.region}.amazonaws.com/{pool.id}":
            if claims.get("exp", 0) <= time.time():
                raise unauthorized(EXPIRED)
            return claims
    raise unauthorized()


def _pools(authorizer: Mapping[str, Any]) -> Iterator[Any]:
    """The user pools (moto's) of an authorizer."""
    from moto.cognitoidp.models import cognitoidp_backends

    for arn in authorizer.get("providerARNs") or ():
        _, _, _, region, account, name = arn.split(":", 5)
        pool = cognitoidp_backends[account][region].user_pools.get(name.partition("/")[2])
        if pool is not None:
            yield pool


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
