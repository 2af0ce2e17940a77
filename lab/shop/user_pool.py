"""Test customers in a user pool of Cognito: who signs in where only the pool issues tokens.

They are accounts whose addresses end with DOMAIN. Nobody knows their passwords: each sign-in sets a
new one. What lets one sign in is a permission of IAM (cognito-idp:AdminInitiateAuth), and a pool
whose client takes such sign-ins: `sign_in.test_customers` in terraform.tfvars.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminInitiateAuth.html
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lab.core.errors import LabError
from lab.core.target import Target

DOMAIN = "test-customers.invalid"
"""Nobody's (RFC 6761, 6.4): no mail to it arrives anywhere."""

FLOW = "ADMIN_USER_PASSWORD_AUTH"
ISSUER = re.compile(
    r"https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/([\w-]+_[0-9A-Za-z]+)"
)
LOCAL_PART = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
LONGEST_LOCAL_PART = 64
TRIES = 3
"""Somebody else who signs in as the same customer sets another password in between."""


@dataclass(frozen=True)
class UserPool:
    """The pool that issues an environment's tokens, and the shop's page as its client."""

    target: Target
    pool_id: str
    client_id: str

    @classmethod
    def of(cls, target: Target, settings: Mapping[str, str]) -> UserPool | None:
        """The pool of an environment with these `auth/` settings; None if no pool issues tokens."""
        found = ISSUER.fullmatch(settings["issuer"])
        return cls(target, found[1], settings["audience"]) if found else None

    def sign_in(self, customer: str) -> str:
        """An access token of the test customer, who is made if there is none of that name.

        Raises LabError if no address can have this name, if the pool takes no test customers, or
        if it wants a second factor.
        """
        address = address_of(customer)
        self._require_test_customers()
        self._create(address)
        return self._access_token(address)

    def delete(self, customer: str) -> None:
        """Deletes the test customer, if there is one."""
        client = self._cognito
        with suppress(client.exceptions.UserNotFoundException):
            client.admin_delete_user(UserPoolId=self.pool_id, Username=address_of(customer))

    @cached_property
    def _cognito(self) -> Any:
        return self.target.client("cognito-idp")

    def _require_test_customers(self) -> None:
        described = self._cognito.describe_user_pool_client(
            UserPoolId=self.pool_id, ClientId=self.client_id
        )
        if f"ALLOW_{FLOW}" in described["UserPoolClient"].get("ExplicitAuthFlows", []):
            return
        environment = self.target.environment
        raise LabError(
            f"{environment} takes tokens of its user pool {self.pool_id} only,"
            " and that has no test customers.",
            "Sign in at its storefront; or, where no real customers are, set test_customers = true"
            f" in sign_in in terraform/environments/{environment}/terraform.tfvars, and apply.",
        )

    def _create(self, address: str) -> None:
        client = self._cognito
        attributes = {"email": address, "email_verified": "true"}
        with suppress(client.exceptions.UsernameExistsException):
            client.admin_create_user(
                UserPoolId=self.pool_id,
                Username=address,
                UserAttributes=[{"Name": name, "Value": it} for name, it in attributes.items()],
                MessageAction="SUPPRESS",
            )

    def _access_token(self, address: str) -> str:
        client = self._cognito
        for _ in range(TRIES):
            with suppress(client.exceptions.NotAuthorizedException):
                return self._token_in(self._sign_in_once(address))
        raise LabError(
            f"The user pool {self.pool_id} refused {address} {TRIES} times.",
            "Is somebody else signing in as the same customer? Take another name.",
        )

    def _sign_in_once(self, address: str) -> dict[str, Any]:
        password = new_password()
        self._cognito.admin_set_user_password(
            UserPoolId=self.pool_id, Username=address, Password=password, Permanent=True
        )
        response: dict[str, Any] = self._cognito.admin_initiate_auth(
            UserPoolId=self.pool_id,
            ClientId=self.client_id,
            AuthFlow=FLOW,
            AuthParameters={"USERNAME": address, "PASSWORD": password},
        )
        return response

    def _token_in(self, response: dict[str, Any]) -> str:
        if challenge := response.get("ChallengeName"):
            raise LabError(
                f"The user pool {self.pool_id} asks its test customers for more: {challenge}.",
                "They have no second factor: set mfa to OPTIONAL or OFF where they sign in.",
            )
        return str(response["AuthenticationResult"]["AccessToken"])


def address_of(customer: str) -> str:
    """The mail address by which a pool knows a test customer. Raises LabError (code 2)."""
    if len(customer) <= LONGEST_LOCAL_PART and LOCAL_PART.fullmatch(customer):
        return f"{customer.lower()}@{DOMAIN}"
    raise LabError(
        f"No test customer of a user pool can be called {customer[:LONGEST_LOCAL_PART]!r}.",
        f"Take up to {LONGEST_LOCAL_PART} letters, digits, dots, dashes or underscores.",
        code=2,
    )


def new_password() -> str:
    """A password that nobody can guess, with every kind of character that a pool may ask for."""
    return f"{secrets.token_urlsafe(24)}aA1-"
