"""What the API answers at its edges: pages, tokens, and every kind of nonsense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from lab.shop import purchase, tokens
from lab.shop.shop_client import CheckoutApi
from tests.deployed_shop import DeployedShop, order_of

TEA = ("TEA-BREAKFAST-100", 1)


def pages(shop: CheckoutApi, **query: str | int) -> Iterator[dict[str, Any]]:
    cursor: str | None = ""
    while cursor is not None:
        page = shop.products(**query, **({"cursor": cursor} if cursor else {}))
        yield page
        cursor = page.get("nextCursor")


def test_the_shop_is_open(shop: DeployedShop) -> None:
    assert shop.stranger().send("GET", "/health").status_code == 200


def test_pages_hold_every_product_on_sale_once(shop: DeployedShop) -> None:
    everything = [page["items"] for page in pages(shop.stranger(), limit=100)]
    small = [page["items"] for page in pages(shop.stranger(), limit=7)]

    skus = [product["sku"] for page in small for product in page]
    assert [len(page) for page in small[:-1]] == [7] * (len(small) - 1)
    assert skus == [product["sku"] for page in everything for product in page]
    assert len(skus) == len(set(skus)) >= 40


def test_a_category_lists_only_its_own(shop: DeployedShop) -> None:
    category = shop.stranger().products(limit=1)["items"][0]["category"]

    found = [
        p for page in pages(shop.stranger(), category=category, limit=5) for p in page["items"]
    ]

    assert found
    assert {product["category"] for product in found} == {category}


@pytest.mark.parametrize(
    "query", ["cursor=nonsense", "cursor=AAAA", "limit=0", "limit=101", "limit=ten", "limit="]
)
def test_a_bad_cursor_or_limit_is_a_bad_request(shop: DeployedShop, query: str) -> None:
    assert_problem(shop.stranger().send("GET", f"/products?{query}"), 400)


def test_a_product_tells_its_price_and_how_many_there_are(shop: DeployedShop) -> None:
    product = shop.stranger().product(TEA[0])

    assert product["price"].keys() == {"amount", "currency"}
    assert product["available"] > 0


@pytest.mark.parametrize("sku", ["NOPE", "no%20such", "%F0%9F%AB%96"])
def test_an_unknown_product_is_not_found(shop: DeployedShop, sku: str) -> None:
    assert_problem(shop.stranger().send("GET", f"/products/{sku}"), 404, "NOT_FOUND")


def forged(shop: DeployedShop, **changes: Any) -> str:
    issuer = tokens.Issuer.of(shop.target)
    return issuer.sign({"aud": issuer.audience, "sub": "ada"} | changes)


FORGERIES = {
    "expired": {"exp": datetime(2026, 1, 1, tzinfo=UTC)},
    "for another audience": {"aud": "checkout-mars"},
    "from another issuer": {"iss": "https://mallory.example"},
    "for nobody": {"sub": ""},
}


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_token_that_is_not_good_is_refused(shop: DeployedShop, changes: dict[str, Any]) -> None:
    answer = shop.stranger(forged(shop, **changes)).send("GET", "/orders")

    assert_problem(answer, 401, "UNAUTHORIZED")


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
def test_no_token_and_no_real_token_are_refused(shop: DeployedShop, token: str) -> None:
    assert_problem(shop.stranger(token).send("GET", "/orders"), 401, "UNAUTHORIZED")


def test_an_unsigned_token_is_refused(shop: DeployedShop) -> None:
    claims = jwt.decode(forged(shop), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none")

    assert_problem(shop.stranger(unsigned).send("GET", "/orders"), 401, "UNAUTHORIZED")


def test_an_order_without_a_token_is_refused(shop: DeployedShop) -> None:
    answer = shop.stranger().send(
        "POST",
        "/checkout",
        json=order_of(TEA),
        headers={"Idempotency-Key": purchase.new_key()},
    )

    assert_problem(answer, 401, "UNAUTHORIZED")


@pytest.mark.parametrize("key", [None, "short", "k" * 65], ids=["none", "short", "long"])
def test_an_idempotency_key_has_8_to_64_characters(shop: DeployedShop, key: str | None) -> None:
    headers = {"Idempotency-Key": key} if key else {}

    answer = shop.customer().send("POST", "/checkout", json=order_of(TEA), headers=headers)

    assert_problem(answer, 400, "INVALID_IDEMPOTENCY_KEY")


@pytest.mark.parametrize("path", ["/checkout", "/quotes"])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"items": NaN}', b"1" * 5000],
    ids=["nothing", "cut off", "list", "null", "text", "not UTF-8", "NaN", "huge number"],
)
def test_a_body_that_is_no_json_object_is_a_bad_request(
    shop: DeployedShop, path: str, content: bytes
) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": purchase.new_key()}

    assert_problem(shop.customer().send("POST", path, content=content, headers=headers), 400)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"items": []}, "/items"),
        ({"items": [{"sku": "TEA", "quantity": 0}]}, "/items/0/quantity"),
        ({"items": [{"sku": "TEA", "quantity": 1.5}]}, "/items/0/quantity"),
        ({"items": [{"sku": "TEA", "quantity": True}]}, "/items/0/quantity"),
        ({"items": [{"sku": "", "quantity": 1}]}, "/items/0/sku"),
        ({"email": "nobody"}, "/email"),
        ({"payment": {}}, "/payment"),
        ({"shippingAddress": {**order_of()["shippingAddress"], "country": "usa"}}, "/shipping"),
        ({"expectedTotal": {"amount": "1", "currency": "USD"}}, "/expectedTotal/amount"),
    ],
)
def test_an_invalid_request_says_where(
    shop: DeployedShop, changes: dict[str, Any], pointer: str
) -> None:
    answer = shop.customer().send(
        "POST",
        "/checkout",
        json={**order_of(TEA), **changes},
        headers={"Idempotency-Key": purchase.new_key()},
    )

    problem = assert_problem(answer, 422, "INVALID_REQUEST")
    assert any(error["pointer"].startswith(pointer) for error in problem["errors"])


def test_a_quote_for_an_unknown_product_says_which_line(shop: DeployedShop) -> None:
    items = [{"sku": TEA[0], "quantity": 1}, {"sku": "NOPE", "quantity": 1}]

    problem = assert_problem(shop.stranger().send("POST", "/quotes", json={"items": items}), 422)

    assert problem["errors"][0]["pointer"].startswith("/items/1")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("DELETE", "/products"),
        ("PUT", "/checkout"),
        ("GET", "/orders/%00"),
        ("GET", "/orders/" + "x" * 500),
        ("GET", "/products/" + "x" * 2000),
        ("POST", "/health"),
    ],
    ids=["path", "method", "other method", "NUL", "long order", "long SKU", "POST to GET"],
)
def test_no_request_however_odd_gets_a_server_error(
    shop: DeployedShop, method: str, path: str
) -> None:
    assert 400 <= shop.customer().send(method, path).status_code < 500


def assert_problem(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """Problem details as RFC 9457 has them, with this status and code."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "instance", "code"} <= problem.keys()
    assert problem["status"] == status
    assert code in ("", problem["code"])
    return problem


def test_an_address_without_the_region_that_its_tax_depends_on_is_refused(
    shop: DeployedShop,
) -> None:
    wish = order_of(TEA)
    wish["shippingAddress"] = {**wish["shippingAddress"], "region": ""}
    key = {"Idempotency-Key": purchase.new_key()}

    answer = shop.customer().send("POST", "/checkout", json=wish, headers=key)

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/shippingAddress/region"]


@pytest.mark.parametrize(
    "odd", [{"exp": float("inf")}, {"iat": float("nan")}, {"sub": [1]}, {"aud": [None]}], ids=str
)
def test_a_signed_token_with_odd_claims_is_refused(shop: DeployedShop, odd: dict[str, Any]) -> None:
    issuer = tokens.Issuer.of(shop.target)
    valid = {"iss": issuer.name, "aud": issuer.audience, "sub": "ada"}
    times = {"iat": 1_700_000_000, "exp": 4_000_000_000}
    # Not `jwt.encode`, which refuses to make some of these.
    text = json.dumps(valid | times | odd).encode()
    token = jwt.PyJWS().encode(text, issuer.key.private, "RS256", {"kid": issuer.key.kid})

    assert shop.stranger(token).send("GET", "/orders").status_code == 401
