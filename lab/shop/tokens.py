"""Mints bearer tokens for customers, as the shop's identity provider would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt

from checkout_api.tokens import MAX_CUSTOMER_ID, is_customer_id
from lab.core.errors import LabError
from lab.core.target import Target

SHOWN = 40
LIFETIME = timedelta(hours=1)
NAMES = ("secret", "issuer", "audience")


def mint(target: Target, customer: str, now: datetime | None = None) -> str:
    """An HS256 token for `customer`, valid for an hour, signed with the environment's secret.

    Raises LabError if the API would refuse the id, or if the environment has no secret,
    issuer or audience in SSM.
    """
    require_customer(customer)
    settings = read_settings(target)
    issued = now or datetime.now(UTC)
    claims = {
        "iss": settings["issuer"],
        "aud": settings["audience"],
        "sub": customer,
        "iat": issued,
        "exp": issued + LIFETIME,
    }
    return jwt.encode(claims, settings["secret"], algorithm="HS256")


def require_customer(customer: str) -> None:
    """Raises LabError (code 2) unless the API accepts this customer id."""
    if not is_customer_id(customer):
        raise LabError(
            f"The API accepts no token of the customer {customer[:SHOWN]!r}.",
            f"An id is 1 to {MAX_CUSTOMER_ID} printable characters without #, such as ada.",
            code=2,
        )


def read_settings(target: Target) -> dict[str, str]:
    """The secret, issuer and audience that the environment verifies tokens with.

    Raises LabError if one is missing in SSM.
    """
    prefix = f"{target.settings_path}/auth/"
    names = [prefix + name for name in NAMES]
    response = target.client("ssm").get_parameters(Names=names, WithDecryption=True)
    if response["InvalidParameters"]:
        raise LabError(
            f"The environment {target.environment} is not deployed here: "
            f"SSM has no {', '.join(response['InvalidParameters'])}.",
            f"Deploy it with `lab deploy {target.environment}`.",
        )
    return {p["Name"].removeprefix(prefix): p["Value"] for p in response["Parameters"]}
