"""The API client, the tokens and the base URL, without an API."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from lab.cli import app
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import shop_client, tokens
from lab.shop.shop_client import ApiError, CheckoutApi

ENDPOINT = "http://localhost:4660"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))


def answering(response: httpx.Response, seen: list[httpx.Request] | None = None) -> CheckoutApi:
    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return response

    return CheckoutApi.at(f"{ENDPOINT}/shop/dev", "a-token", httpx.MockTransport(answer))


def test_a_checkout_carries_the_token_and_the_key() -> None:
    seen: list[httpx.Request] = []
    shop = answering(httpx.Response(202, json={"orderId": "ord_1"}), seen)

    assert shop.checkout({"items": []}, "key-12345") == {"orderId": "ord_1"}
    assert seen[0].url == f"{ENDPOINT}/shop/dev/checkout"
    assert seen[0].headers["Authorization"] == "Bearer a-token"
    assert seen[0].headers["Idempotency-Key"] == "key-12345"


def test_problem_details_become_a_message_with_a_line_for_every_pointer() -> None:
    problem = {
        "code": "INVALID_REQUEST",
        "detail": "The request is not valid.",
        "errors": [{"pointer": "/items/0/quantity", "message": "must be at least 1"}],
    }

    with pytest.raises(ApiError) as caught:
        answering(httpx.Response(422, json=problem)).quote({})

    assert caught.value.status == 422
    assert caught.value.problem_code == "INVALID_REQUEST"
    assert caught.value.message.splitlines() == [
        "The API answered 422 INVALID_REQUEST: The request is not valid.",
        "  /items/0/quantity: must be at least 1",
    ]


def test_an_answer_that_is_not_json_is_told_all_the_same() -> None:
    with pytest.raises(ApiError, match="502 error: Bad gateway"):
        answering(httpx.Response(502, text="Bad gateway")).health()


def test_an_emulator_is_reached_directly_whatever_the_environment_says_of_proxies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "localhost,[::1]")  # LocalStack sets this; httpx stumbles on it

    shop = CheckoutApi.at(f"{ENDPOINT}/shop/dev")

    assert not shop.http.trust_env


class FakeAws:
    """As much of API Gateway and SSM as finding the API and minting a token takes."""

    def __init__(self, apis: list[dict[str, str]], parameters: dict[str, str]) -> None:
        self._apis = apis
        self._parameters = parameters

    def get_paginator(self, _operation: str) -> FakeAws:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"items": [one]} for one in self._apis]

    def put_parameter(self, Name: str, Value: str, **said: Any) -> None:  # noqa: N803
        assert (said["Type"], said["Overwrite"]) == ("String", True)
        self._parameters[Name] = Value

    def get_parameters(self, Names: list[str], WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
        assert WithDecryption
        found = [{"Name": n, "Value": self._parameters[n]} for n in Names if n in self._parameters]
        return {
            "Parameters": found,
            "InvalidParameters": [n for n in Names if n not in self._parameters],
        }


class FakeTarget(Target):
    """A target whose every service is the same fake."""

    aws: FakeAws

    def client(self, service: str) -> Any:
        return self.aws


def target_with(aws: FakeAws, endpoint: str | None = ENDPOINT) -> Target:
    target = FakeTarget("dev", endpoint)
    object.__setattr__(target, "aws", aws)
    return target


APIS = [{"name": "other", "id": "o1"}, {"name": "checkout-dev", "id": "c2"}]
SETTINGS = {
    "/checkout/dev/auth/issuer": "https://shop.example",
    "/checkout/dev/auth/audience": "checkout-dev",
    "/checkout/dev/auth/audience-claim": "aud",
}


def test_the_base_url_on_an_emulator_goes_through_its_endpoint() -> None:
    found = shop_client.base_url(target_with(FakeAws(APIS, {})))

    assert found == f"{ENDPOINT}/_aws/execute-api/c2/dev"


def test_the_base_url_on_aws_is_the_apis_own_host() -> None:
    found = shop_client.base_url(target_with(FakeAws(APIS, {}), endpoint=None))

    assert found == "https://c2.execute-api.us-east-2.amazonaws.com/dev"


def test_without_the_api_one_is_told_to_deploy() -> None:
    with pytest.raises(LabError) as caught:
        shop_client.base_url(target_with(FakeAws(APIS[:1], {})))

    assert "checkout-dev" in caught.value.message
    assert "lab deploy" in caught.value.hint


def test_a_token_names_the_customer_and_lasts_an_hour() -> None:
    now, settings = datetime.now(UTC), dict(SETTINGS)

    token = tokens.mint(target_with(FakeAws([], settings)), "ada", now)

    kid = jwt.get_unverified_header(token)["kid"]
    published = jwt.PyJWKSet.from_json(settings["/checkout/dev/auth/key-set"])[kid]
    claims = jwt.decode(
        token, published, ["RS256"], audience="checkout-dev", issuer="https://shop.example"
    )
    assert claims["sub"] == "ada"
    assert claims["exp"] - claims["iat"] == 3600


REFUSED = {"a hash": "a#b", "a line": "a\nb", "long": "x" * 129, "NUL": "\0"}


@pytest.mark.parametrize("customer", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("command", ["token", "checkout"])
def test_a_customer_that_the_api_would_refuse_is_refused_in_a_sentence(
    command: str, customer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run([command, "--customer", customer]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "The API accepts no token of the customer" in err
    assert "1 to 128 printable characters without #" in err


@pytest.mark.parametrize("customer", ["ada", "x" * 128, "Zoë 7", "a@b"])
def test_any_other_customer_gets_a_token(customer: str) -> None:
    assert tokens.mint(target_with(FakeAws([], dict(SETTINGS))), customer)


@pytest.mark.parametrize("name", ["issuer", "audience", "audience-claim"])
def test_without_a_deployed_environment_there_is_no_token_but_advice(name: str) -> None:
    settings = {key: value for key, value in SETTINGS.items() if not key.endswith(f"/{name}")}

    with pytest.raises(LabError, match=f"auth/{name}") as caught:
        tokens.mint(target_with(FakeAws([], settings)), "ada")
    assert "lab deploy dev" in caught.value.hint


def test_where_somebody_else_issues_tokens_the_lab_makes_none() -> None:
    settings = SETTINGS | {"/checkout/dev/auth/key-set-url": "https://issuer.example/keys"}

    with pytest.raises(LabError, match=r"takes tokens of https://shop\.example only") as caught:
        tokens.mint(target_with(FakeAws([], settings)), "ada")
    assert "storefront" in caught.value.hint
