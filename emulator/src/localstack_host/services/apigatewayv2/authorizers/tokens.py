"""JWT authorizers: a token of an issuer, for an audience, with one of the route's scopes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from localstack_host.services.apigatewayv2.authorizers.issuers import NoKeys, keys_of
from localstack_host.services.apigatewayv2.errors import Refused, forbidden, unauthorized
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.models import Resource
from localstack_host.services.apigatewayv2.values import value_of

ALGORITHMS = ["RS256", "RS384", "RS512"]
SCHEME = "bearer "
MISSING = "Bearer"


def authorize(authorizer: Resource, invocation: Invocation) -> None:
    """Requires a valid token. Raises Refused, 401 or 403 for one without a scope of the route."""
    token = _token(authorizer, invocation)
    if not token:
        raise unauthorized(MISSING)
    settings = authorizer.get("JwtConfiguration") or {}
    claims = _claims(token, settings)
    _require(claims, settings)
    scopes = _scopes(claims)
    wanted = invocation.route.get("AuthorizationScopes") or []
    if wanted and not set(wanted) & set(scopes):
        raise forbidden(
            f'Bearer scope="{" ".join(wanted)}" error="insufficient_scope"'
            ' error_description="the token does not have a valid scope"'
        )
    texts = {name: _text(value) for name, value in claims.items()}
    invocation.authorizer = {"jwt": {"claims": texts, "scopes": scopes if wanted else None}}


def _token(authorizer: Resource, invocation: Invocation) -> str:
    for source in authorizer.get("IdentitySource") or ():
        value = value_of(source, invocation)
        if value:
            is_bearer = value.lower().startswith(SCHEME)
            return (value[len(SCHEME) :] if is_bearer else value).strip()
    return ""


def _claims(token: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        keys = keys_of(str(settings.get("Issuer")))
        claims: dict[str, Any] = jwt.decode(token, keys, ALGORITHMS).claims
    except NoKeys as error:
        raise _invalid(str(error)) from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise _invalid("the token is malformed or its signature is not valid") from error
    return claims


def _require(claims: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Requires what the page above lists, in its order. Raises Refused, 401."""
    if claims.get("iss") != settings.get("Issuer"):
        raise _invalid("the token does not have a valid issuer")
    audience = claims.get("aud") or claims.get("client_id")
    audiences = audience if isinstance(audience, list) else [audience]
    if not set(map(str, audiences)) & set(settings.get("Audience") or ()):
        raise _invalid("the token does not have a valid audience")
    now = time.time()
    if not _is_time(claims.get("exp")) or claims["exp"] <= now:
        raise _invalid("the token has expired")
    for name in ("nbf", "iat"):
        if name in claims and (not _is_time(claims[name]) or claims[name] > now + 1):
            raise _invalid("the token is not valid yet")


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    value = claims.get("scope") or claims.get("scp") or ""
    return [str(scope) for scope in value] if isinstance(value, list) else str(value).split()


def _text(value: Any) -> str:
    """A claim in an event: all are texts, and lists are written as `[a b]`."""
    if isinstance(value, list):
        return f"[{' '.join(map(_text, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def _invalid(why: str) -> Refused:
    return unauthorized(f'Bearer scope="" error="invalid_token" error_description="{why}"')
