"""The lab's sign-in: a code for who was chosen, once, for a short time, and only for the page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import jwt
import pytest
from moto import mock_aws
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from checkout import key_set
from checkout.settings import TokenSettings
from checkout_api.tokens import read_customer
from lab.core.target import Target
from lab.shop_server import issuer
from lab.shop_server.issuer import one_time, pages
from lab.shop_server.issuer.one_time import OneTime

ORIGIN = "http://localhost:8080"
PAGE = f"{ORIGIN}/"
VERIFIER = "a-verifier-of-at-least-43-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]
WANTED = {
    "response_type": "code",
    "client_id": "storefront",
    "redirect_uri": PAGE,
    "scope": "openid",
    "state": "a-state",
    "nonce": "a-nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Target]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    target = Target("dev", None)
    with mock_aws():
        said = {"issuer": "https://shop.example", "audience": "shop", "audience-claim": "aud"}
        for name, value in said.items():
            target.client("ssm").put_parameter(
                Name=f"/checkout/dev/auth/{name}", Value=value, Type="String"
            )
        yield target


@pytest.fixture
def browser(target: Target) -> TestClient:
    app = Starlette(routes=[Mount("/sign-in", routes=issuer.routes(target, ORIGIN))])
    return TestClient(app, ORIGIN, follow_redirects=False)


def asked(browser: TestClient, **changes: str | None) -> httpx.Response:
    query = {name: value for name, value in (WANTED | changes).items() if value is not None}
    return browser.get("/sign-in/authorize", params=query)


def chosen(browser: TestClient, page: httpx.Response, customer: str = "ada") -> httpx.Response:
    (name,) = set(re.findall(r'name="request" value="([\w-]+)"', page.text))
    return browser.post("/sign-in/authorize", data={"request": name, "customer": customer})


def answer_in(response: httpx.Response) -> dict[str, str]:
    location = urlsplit(response.headers["location"])
    assert response.status_code == 303
    assert f"{location.scheme}://{location.netloc}{location.path}" == PAGE
    return dict(parse_qsl(location.query))


def a_code(browser: TestClient, customer: str = "ada") -> str:
    return answer_in(chosen(browser, asked(browser), customer))["code"]


def redeemed(browser: TestClient, a_code: str, **changes: str | None) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "storefront",
        "redirect_uri": PAGE,
        "code": a_code,
        "code_verifier": VERIFIER,
    }
    said = {name: value for name, value in (form | changes).items() if value is not None}
    return browser.post("/sign-in/token", data=said)


class Keys(dict[str, key_set.RsaKey]):
    def find(self, kid: str) -> key_set.RsaKey | None:
        return self.get(kid)


def test_who_is_chosen_gets_a_token_that_the_api_takes(browser: TestClient) -> None:
    back = answer_in(chosen(browser, asked(browser), "grace"))
    assert back["state"] == "a-state"

    issued = redeemed(browser, back["code"]).json()

    keys = key_set.parse(browser.get("/sign-in/keys").text)
    settings = TokenSettings("https://shop.example", "shop", "aud", keys)
    assert read_customer(f"Bearer {issued['access_token']}", settings, Keys(keys)) == "grace"
    assert (issued["token_type"], issued["expires_in"]) == ("Bearer", 3600)
    claims = jwt.decode(issued["id_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["nonce"]) == ("grace", "a-nonce")


def test_the_page_offers_customers_and_takes_any_other(browser: TestClient) -> None:
    page = asked(browser)
    assert all(f'value="{name}"' in page.text for name in pages.CUSTOMERS)
    assert "code" in answer_in(chosen(browser, page, "Zoë 7"))


@pytest.mark.parametrize("customer", ["", " ", "a#b", "x" * 129, "<script>alert(1)</script>\n#"])
def test_a_name_that_the_api_refuses_is_asked_for_again(browser: TestClient, customer: str) -> None:
    again = chosen(browser, asked(browser), customer)
    assert again.status_code == 422
    assert "No customer can be called" in again.text
    assert "<script>" not in again.text
    assert "code" in answer_in(chosen(browser, again))


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": uri}
        for uri in (
            None,
            "",
            "https://evil.example/",
            "http://localhost:8080",
            "http://localhost:8080/x",
            "http://localhost:8080/?x",
            "http://localhost:8080/#x",
            "http://localhost:8081/",
            "http://localhost:8080@evil.example/",
            "//evil.example/",
            "javascript:alert(1)",
        )
    ]
    + [{"client_id": "another"}, {"client_id": None}],
    ids=str,
)
def test_nobody_but_the_page_is_answered(
    browser: TestClient, changes: dict[str, str | None]
) -> None:
    refused = asked(browser, **changes)
    assert refused.status_code == 400
    assert "location" not in refused.headers
    assert "Nobody was signed in" in refused.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"state": "x" * 513}, "invalid_request"),
        ({"nonce": "x" * 513}, "invalid_request"),
        ({"scope": "email"}, "invalid_scope"),
    ],
    ids=str,
)
def test_the_page_is_told_what_is_wrong_with_its_request(
    browser: TestClient, changes: dict[str, str | None], error: str
) -> None:
    assert answer_in(asked(browser, **changes))["error"] == error


def test_a_code_is_good_once(browser: TestClient) -> None:
    code = a_code(browser)
    assert redeemed(browser, code).status_code == 200
    assert redeemed(browser, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": "another-verifier-of-at-least-43-characters-01"}, "invalid_grant"),
        ({"code_verifier": CHALLENGE}, "invalid_grant"),
        ({"redirect_uri": "http://localhost:8080/x"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"code": None}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ],
    ids=str,
)
def test_only_who_asked_for_a_code_gets_something_for_it(
    browser: TestClient, changes: dict[str, str | None], error: str
) -> None:
    refused = redeemed(browser, a_code(browser), **changes)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert "token" not in refused.text.replace("grant_type", "")


def test_who_guesses_wrong_has_used_the_code_up(browser: TestClient) -> None:
    code = a_code(browser)
    redeemed(browser, code, code_verifier="x" * 43)
    assert redeemed(browser, code).json()["error"] == "invalid_grant"


def test_a_form_that_another_site_sends_signs_nobody_in(browser: TestClient) -> None:
    """What the form must name is on the page, which no other site can read; and it is good once."""
    page = asked(browser)
    forged = {"request": "made-up", "customer": "mallory"} | WANTED
    assert browser.post("/sign-in/authorize", data=forged).status_code == 400
    chosen(browser, page)
    assert chosen(browser, page).status_code == 400


BODIES = {
    "JSON": ("application/json", b"{}"),
    "no type": ("", b"a=b"),
    "too long": (pages.FORM, b"a=" + b"x" * pages.MAX_BODY),
    "a field twice": (pages.FORM, b"code=a&code=b"),
    "not ASCII": (pages.FORM, b"code=\xff"),
    "not UTF-8": (pages.FORM, b"code=%ff"),
}


@pytest.mark.parametrize(("kind", "body"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["authorize", "token"])
def test_a_body_that_is_no_form_is_refused(
    browser: TestClient, path: str, kind: str, body: bytes
) -> None:
    headers = {"content-type": kind}
    refused = browser.post(f"/sign-in/{path}", content=body, headers=headers)
    assert refused.status_code == 400


def test_nothing_on_the_pages_can_be_kept_framed_or_run(browser: TestClient) -> None:
    answers = (asked(browser), asked(browser, client_id="x"), redeemed(browser, "x"))
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert "style=" not in answer.text


@pytest.mark.parametrize("uri", ["", "https://evil.example/", f"{PAGE}x"])
def test_signing_out_leads_back_to_the_page_only(browser: TestClient, uri: str) -> None:
    query = urlencode({"client_id": "storefront", "logout_uri": PAGE})
    assert answer_in(browser.get(f"/sign-in/logout?{query}")) == {}
    refused = browser.get("/sign-in/logout", params={"logout_uri": uri})
    assert (refused.status_code, refused.headers.get("location")) == (400, None)


def test_where_nothing_is_deployed_the_page_gets_an_error_and_no_token(
    browser: TestClient, target: Target
) -> None:
    code = a_code(browser)
    target.client("ssm").delete_parameter(Name="/checkout/dev/auth/issuer")
    refused = redeemed(browser, code)
    assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")


def test_the_pages_configuration_names_what_is_there(browser: TestClient, target: Target) -> None:
    said: dict[str, Any] = issuer.config(target, ORIGIN)
    assert said["issuer"] == "https://shop.example"
    for name in ("authorizeUrl", "tokenUrl", "logoutUrl"):
        assert browser.get(said[name]).status_code != 404


class TestOneTime:
    def test_a_value_is_given_out_once(self) -> None:
        kept: OneTime[str] = OneTime(60)
        name = kept.keep("a")
        assert (kept.take(name), kept.take(name), kept.take("made-up")) == ("a", None, None)

    def test_after_its_time_it_is_gone(self) -> None:
        now = [0.0]
        kept: OneTime[str] = OneTime(60, lambda: now[0])
        early, late = kept.keep("a"), kept.keep("b")
        now[0] = 59.9
        assert kept.take(early) == "a"
        now[0] = 60.0
        assert kept.take(late) is None

    def test_no_more_than_so_many_are_kept(self) -> None:
        kept: OneTime[int] = OneTime(60)
        first, *others = [kept.keep(number) for number in range(one_time.MOST + 1)]
        assert kept.take(first) is None
        assert kept.take(others[-1]) == one_time.MOST
