"""Bearer tokens of customers: signed by the lab, or a test customer's where a user pool signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from checkout_api.tokens import ALGORITHM, MAX_CUSTOMER_ID, is_customer_id
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import token_keys
from lab.shop.token_keys import SigningKey
from lab.shop.user_pool import UserPool

SHOWN = 40
LIFETIME = timedelta(hours=1)
NEEDED = ("issuer", "audience", "audience-claim")
OPTIONAL = ("key-set", "key-set-url")


@dataclass(frozen=True)
class Issuer:
    """The lab as who signs an environment's tokens."""

    name: str
    audience: str
    key: SigningKey

    @classmethod
    def of(cls, target: Target) -> Issuer:
        """The lab as the issuer of an environment, which accepts its key from then on.

        Raises LabError if the environment is not deployed, or has an issuer of its own.
        """
        return cls.by(target, read_settings(target))

    @classmethod
    def by(cls, target: Target, settings: dict[str, str]) -> Issuer:
        """As `of`, with settings that were read already."""
        if url := settings.get("key-set-url"):
            raise LabError(
                f"{target.environment} takes tokens of {settings['issuer']} only.",
                f"Sign in at its storefront: only who has the private key to {url} makes tokens.",
            )
        known = token_keys.read_key_set(settings.get("key-set", ""))
        return cls(settings["issuer"], settings["audience"], token_keys.publish(target, known))

    def access_token(self, customer: str, now: datetime | None = None) -> str:
        """A token for the API, valid for an hour. Raises LabError as `require_customer` does."""
        require_customer(customer)
        return self.sign({"aud": self.audience, "sub": customer}, "at+jwt", now)

    def id_token(self, customer: str, client: str, nonce: str = "") -> str:
        """A token that tells `client` who has signed in. The API does not accept it."""
        claims = {"aud": client, "sub": customer, "token_use": "id"}
        return self.sign(claims | ({"nonce": nonce} if nonce else {}))

    def sign(self, claims: dict[str, Any], kind: str = "JWT", now: datetime | None = None) -> str:
        """A token of the lab's with these claims, valid for an hour unless they say otherwise."""
        issued = now or datetime.now(UTC)
        valid = {"iss": self.name, "iat": issued, "exp": issued + LIFETIME}
        headers = {"kid": self.key.kid, "typ": kind}
        return jwt.encode(valid | claims, self.key.private, ALGORITHM, headers)


def mint(target: Target, customer: str, now: datetime | None = None) -> str:
    """A token for `customer`, valid for an hour, signed with the lab's key for the environment.

    Where a user pool issues the tokens, it is its own, of a test customer, whom the API knows by an
    id that the pool has chosen (`customer_id`). Raises LabError if the API would refuse the id, and
    what `Issuer.of` and `UserPool.sign_in` raise.
    """
    require_customer(customer)
    settings = read_settings(target)
    if pool := UserPool.of(target, settings):
        return pool.sign_in(customer)
    return Issuer.by(target, settings).access_token(customer, now)


def customer_id(token: str) -> str:
    """The customer whom the API sees in a token, which is not verified here."""
    return str(jwt.decode(token, options={"verify_signature": False})["sub"])


def delete_customer(target: Target, customer: str) -> None:
    """Deletes a test customer, where signing in has made one."""
    if pool := UserPool.of(target, read_settings(target)):
        pool.delete(customer)


def require_customer(customer: str) -> None:
    """Raises LabError (code 2) unless the API accepts this customer id."""
    if not is_customer_id(customer):
        raise LabError(
            f"The API accepts no token of the customer {customer[:SHOWN]!r}.",
            f"An id is 1 to {MAX_CUSTOMER_ID} printable characters without #, such as ada.",
            code=2,
        )


def read_settings(target: Target) -> dict[str, str]:
    """What the environment verifies tokens with: issuer, audience, and its keys if there are any.

    Raises LabError if issuer or audience is missing in SSM.
    """
    prefix = f"{target.settings_path}/auth/"
    names = [prefix + name for name in (*NEEDED, *OPTIONAL)]
    response = target.client("ssm").get_parameters(Names=names, WithDecryption=True)
    found = {p["Name"].removeprefix(prefix): p["Value"] for p in response["Parameters"]}
    if missing := [prefix + name for name in NEEDED if name not in found]:
        raise LabError(
            f"The environment {target.environment} is not deployed here: "
            f"SSM has no {', '.join(missing)}.",
            f"Deploy it with `lab deploy {target.environment}`.",
        )
    return found
