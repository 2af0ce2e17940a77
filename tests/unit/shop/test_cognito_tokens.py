"""Cognito's tokens: an access token names its client in `client_id`, and has no `aud`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.shop import TOKENS, Shop
from tests.unit.shop.api import ADA, a_token, call, signed_in

pytestmark = pytest.mark.usefixtures("cognito")

CLIENT = "7example23ofaclientid"
ISSUER = "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Example"


@pytest.fixture
def cognito(open_shop: None, shop: Shop) -> None:
    settings = replace(TOKENS, issuer=ISSUER, audience=CLIENT, audience_claim="client_id")
    shop.parameters.token_settings = settings


def an_access_token(**changes: object) -> str:
    claims = {
        "sub": ADA,
        "iss": ISSUER,
        "aud": None,
        "client_id": CLIENT,
        "token_use": "access",
        "scope": "openid email",
        "auth_time": 1_700_000_000,
        "origin_jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "jti": "aaaaaaaa-bbbb-cccc-dddd-ffffffffffff",
        "username": "ada",
        "version": 2,
    }
    return a_token(**(claims | changes))


def test_an_access_token_is_taken() -> None:
    assert call("GET", "/orders", headers=signed_in(an_access_token())).status == 200


def test_one_that_is_bound_to_a_resource_as_well_is_taken() -> None:
    token = an_access_token(aud="https://shop.example/api")
    assert call("GET", "/orders", headers=signed_in(token)).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"token_use": "id", "aud": CLIENT},
        {"token_use": "id", "aud": CLIENT, "client_id": None},
        {"token_use": None},
        {"token_use": ["access"]},
        {"client_id": None},
        {"client_id": None, "aud": CLIENT},
        {"client_id": "another-client"},
        {"client_id": [CLIENT]},
        {"iss": "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Another"},
        {"exp": 1_700_000_001},
        {"sub": None},
    ],
    ids=str,
)
def test_any_other_token_of_the_pool_is_refused(changes: dict[str, object]) -> None:
    answer = call("GET", "/orders", headers=signed_in(an_access_token(**changes)))
    assert (answer.status, answer.code) == (401, "UNAUTHORIZED")
