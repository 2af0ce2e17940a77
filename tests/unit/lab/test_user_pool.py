"""Test customers in a user pool: their tokens are the pool's, and no password of theirs is kept."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import boto3
import pytest
from moto import mock_aws

from checkout import key_set
from checkout.settings import TokenSettings
from checkout_api.tokens import NotAuthenticated, read_customer
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import tokens, user_pool

TARGET = Target("staging", None, "us-east-2")
AUTH = "/checkout/staging/auth"
PUBLISHED = resources.files("moto.cognitoidp") / "resources" / "jwks-public.json.gz"
TAKES_THEM = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]


@dataclass(frozen=True)
class Pool:
    """The pool of moto's that issues staging's tokens."""

    client: Any
    id: str
    client_id: str

    @property
    def issuer(self) -> str:
        return f"https://cognito-idp.us-east-2.amazonaws.com/{self.id}"

    def addresses(self) -> list[str]:
        users = self.client.list_users(UserPoolId=self.id)["Users"]
        return sorted(
            attribute["Value"]
            for user in users
            for attribute in user["Attributes"]
            if attribute["Name"] == "email"
        )


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield a_pool(TAKES_THEM)


def a_pool(flows: list[str]) -> Pool:
    """A pool as terraform/modules/cognito makes it, and the settings that name it."""
    client = boto3.client("cognito-idp", "us-east-2")
    made = client.create_user_pool(PoolName="checkout-staging", UsernameAttributes=["email"])
    pool_id = made["UserPool"]["Id"]
    shop = client.create_user_pool_client(
        UserPoolId=pool_id, ClientName="storefront", ExplicitAuthFlows=flows
    )
    pool = Pool(client, pool_id, shop["UserPoolClient"]["ClientId"])
    said = {
        "issuer": pool.issuer,
        "audience": pool.client_id,
        "audience-claim": "client_id",
        "key-set-url": f"{pool.issuer}/.well-known/jwks.json",
    }
    for name, value in said.items():
        TARGET.client("ssm").put_parameter(
            Name=f"{AUTH}/{name}", Value=value, Type="String", Overwrite=True
        )
    return pool


class Keys(dict[str, key_set.RsaKey]):
    def find(self, kid: str) -> key_set.RsaKey | None:
        return self.get(kid)


def customer_in(token: str, pool: Pool) -> str:
    """The customer as the API reads it, with the keys that the pool publishes."""
    known = key_set.parse(gzip.decompress(PUBLISHED.read_bytes()).decode())
    settings = TokenSettings(pool.issuer, pool.client_id, "client_id", known)
    return read_customer(f"Bearer {token}", settings, Keys(known))


def test_a_test_customer_signs_in_and_the_api_takes_the_token(pool: Pool) -> None:
    token = tokens.mint(TARGET, "ada")

    assert customer_in(token, pool) == tokens.customer_id(token) != "ada"
    assert pool.addresses() == ["ada@test-customers.invalid"]


def test_who_signs_in_again_is_the_same_customer_and_another_is_another(pool: Pool) -> None:
    first, again, other = (tokens.mint(TARGET, name) for name in ("ada", "ada", "grace"))

    assert tokens.customer_id(first) == tokens.customer_id(again) != tokens.customer_id(other)
    assert len(pool.addresses()) == 2


def test_no_two_sign_ins_have_one_password(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    make = user_pool.new_password
    monkeypatch.setattr(user_pool, "new_password", lambda: given.append(make()) or given[-1])

    for _ in range(3):
        tokens.mint(TARGET, "ada")

    assert len(set(given)) == 3
    assert all(len(password) > 30 for password in given)


@pytest.mark.parametrize("times", [1, user_pool.TRIES])
def test_one_who_is_overtaken_tries_again_but_not_for_ever(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Another sign-in of the same customer sets its password just before ours is used."""
    given: list[str] = []

    once = user_pool.UserPool._sign_in_once

    def sign_in(self: user_pool.UserPool, address: str) -> dict[str, Any]:
        given.append(address)
        if len(given) <= times:
            raise self._cognito.exceptions.NotAuthorizedException(
                {"Error": {"Code": "NotAuthorizedException"}}, "AdminInitiateAuth"
            )
        return once(self, address)

    monkeypatch.setattr(user_pool.UserPool, "_sign_in_once", sign_in)
    if times < user_pool.TRIES:
        assert customer_in(tokens.mint(TARGET, "ada"), pool)
    else:
        with pytest.raises(LabError, match=r"refused ada@test-customers\.invalid 3 times"):
            tokens.mint(TARGET, "ada")
    assert len(given) == min(times + 1, user_pool.TRIES)


def test_a_pool_of_real_customers_makes_no_test_customer(pool: Pool) -> None:
    real = a_pool(["ALLOW_REFRESH_TOKEN_AUTH"])

    with pytest.raises(LabError, match="has no test customers") as refused:
        tokens.mint(TARGET, "ada")

    assert "terraform/environments/staging/terraform.tfvars" in str(refused.value.hint)
    assert real.addresses() == []


def test_a_second_factor_is_told(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        user_pool.UserPool, "_sign_in_once", lambda *_: {"ChallengeName": "MFA_SETUP"}
    )
    with pytest.raises(LabError, match="MFA_SETUP"):
        tokens.mint(TARGET, "ada")


@pytest.mark.parametrize("name", ["ada byron", "a@b", ".ada", "ada.", "a..b", "a" * 65, "ädä"])
def test_a_name_that_no_address_can_have_is_refused(pool: Pool, name: str) -> None:
    with pytest.raises(LabError, match="No test customer") as refused:
        tokens.mint(TARGET, name)
    assert refused.value.code == 2
    assert pool.addresses() == []


def test_deleting_takes_one_customer_away_and_may_be_repeated(pool: Pool) -> None:
    tokens.mint(TARGET, "ada")
    tokens.mint(TARGET, "grace")

    for _ in range(2):
        tokens.delete_customer(TARGET, "ada")

    assert pool.addresses() == ["grace@test-customers.invalid"]


@pytest.mark.parametrize(
    "issuer",
    [
        "https://shop.example",
        "https://cognito-idp.us-east-2.amazonaws.com.evil.example/us-east-2_Example",
        "http://cognito-idp.us-east-2.amazonaws.com/us-east-2_Example",
        "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Example/more",
        "https://evil.example/https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Example",
    ],
)
def test_nobody_else_is_taken_for_a_user_pool(issuer: str) -> None:
    assert user_pool.UserPool.of(TARGET, {"issuer": issuer, "audience": "shop"}) is None


def test_a_token_that_the_pool_did_not_sign_is_refused(pool: Pool) -> None:
    head, claims, signature = tokens.mint(TARGET, "ada").split(".")
    forged = ".".join([head, claims, signature[:-4] + "AAAA"])
    with pytest.raises(NotAuthenticated):
        customer_in(forged, pool)
