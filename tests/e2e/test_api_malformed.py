"""Malformed HTTP, as clients that are broken or hostile send it: never a server error."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest

from lab.shop import purchase
from tests.deployed_shop import DeployedShop
from tests.exhaustive import all_but

JSON = "application/json"
QUOTE = json.dumps({"items": [{"sku": "TEA-BREAKFAST-100", "quantity": 1}]}).encode()
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
BODIES = {
    "nothing": b"",
    "JSON": QUOTE,
    "not UTF-8": b"\xff\xfe{",
    "a form": b"a=b&c=%ff&%zz&=",
    "multipart": MULTIPART,
    "cut multipart": b"--x\r\nContent",
}
CONTENT_TYPES = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=klingon",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "b" * 300,
    "multipart/mixed",
    "nonsense",
]


@pytest.mark.parametrize("path", all_but("/quotes".__eq__, ["/quotes", "/checkout"]))
@pytest.mark.parametrize("content_type", CONTENT_TYPES, ids=lambda kind: kind[:40])
@pytest.mark.parametrize("name", all_but({"JSON", "not UTF-8"}.__contains__, BODIES))
def test_a_body_that_is_not_called_json_is_refused(
    shop: DeployedShop, path: str, content_type: str, name: str
) -> None:
    assert_refused(post(shop, path, BODIES[name], content_type))


@pytest.mark.parametrize(
    "content_type", ["", JSON, f"{JSON}; charset=nonsense", "application/a+json"]
)
@pytest.mark.parametrize("name", [name for name in BODIES if name != "JSON"])
def test_a_body_that_is_called_json_and_is_not_is_a_bad_request(
    shop: DeployedShop, name: str, content_type: str
) -> None:
    answer = post(shop, "/quotes", BODIES[name], content_type)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_BODY")


def test_json_without_a_content_type_is_read(shop: DeployedShop) -> None:
    assert post(shop, "/quotes", QUOTE, "").status_code == 200


def test_another_media_type_is_told_which_one_to_send(shop: DeployedShop) -> None:
    answer = post(shop, "/quotes", QUOTE, "text/plain")

    assert answer.status_code == 415
    assert JSON in answer.json()["detail"]


@pytest.mark.parametrize("filler", [b"x", b"\xc3\xa9", b"[", b" "], ids=repr)
def test_a_body_of_5_mb_is_refused(shop: DeployedShop, filler: bytes) -> None:
    content = b'{"items": "' + filler * (5_000_000 // len(filler)) + b'"}'

    answer = post(shop, "/quotes", content, JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")


def test_a_compressed_body_is_read_or_refused(shop: DeployedShop) -> None:
    """API Gateway unpacks it only where compression is switched on for the API."""
    answer = post(shop, "/quotes", gzip.compress(QUOTE), JSON, **{"Content-Encoding": "gzip"})

    assert answer.status_code in (200, 400)


def test_a_body_that_only_claims_to_be_compressed_is_refused(shop: DeployedShop) -> None:
    answer = post(shop, "/quotes", b"\x1f\x8bnot really", JSON, **{"Content-Encoding": "gzip"})

    assert_refused(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/orders/%00",
        "/orders/%2F",
        "/orders/..%2f..%2fdev",
        "/orders/..;/x",
        "/orders/%ff",
        "/orders/%",
        "/orders/%zz",
        "/orders/" + "x" * 7000,
        "/products/%F0%9F",
        "/products/%0d%0aX:1",
        "/products/%2e%2e",
        "/products/%C0%AF",
        '/products/"quoted"',
        "/products/{sku}",
        "/products/<script>",
        "/products/a;b=c",
        "/products/a%3Fb",
        "/products?limit=%ff",
        "/products?limit",
        "/products?limit=5;category=x",
        "/products?limit=%D9%A3",
        "/products?limit=1e1",
        "/products?limit=-1",
        "/products?limit=%2B5",
        "/products?cursor=%00",
        "/products?cursor=" + "A" * 5000,
        "/products?cursor=bnVsbA",
        "/products?cursor=eyJza3UiOiBbXX0",
        "/products?category=%00",
        "/products?category=" + "x" * 65,
        "//products",
        "/dev/products",
        "/nowhere",
    ],
    ids=lambda path: path[:40],
)
def test_an_odd_path_or_query_is_refused(shop: DeployedShop, path: str) -> None:
    assert_refused(shop.customer().send("GET", path))


@pytest.mark.parametrize("path", ["/health", "/products", "/quotes", "/checkout", "/orders"])
@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "NOSUCH"])
def test_a_method_that_the_api_does_not_have_is_refused(
    shop: DeployedShop, path: str, method: str
) -> None:
    assert_refused(shop.customer().send(method, path))


def test_a_head_is_refused_without_a_body(shop: DeployedShop) -> None:
    answer = shop.customer().send("HEAD", "/products")

    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"Bearer",
        b"Bearer " + b"x" * 9000,
        b"Bearer \xff\xfe",
        b"Bearer a b",
        b"Bearer a.b.c.d",
        b"Bearer ..",
        b"Basic YTpi",
        b"AWS4-HMAC-SHA256 Credential=a/b/us-east-2/dynamodb/aws4_request, SignedHeaders=x",
    ],
    ids=lambda value: repr(value[:20]),
)
def test_an_odd_authorization_is_unauthorized(shop: DeployedShop, value: bytes) -> None:
    answer = shop.stranger().send("GET", "/orders", headers={"Authorization": value})

    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/html"},
        {"Accept": ""},
        {"Accept-Encoding": "nonsense"},
        {"Cookie": "a" * 5000},
        {"Range": "bytes=0-1"},
        {"X-Amz-Target": "DynamoDB_20120810.ListTables"},
        {"X-Amzn-Trace-Id": 'Root=";'},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Expect": "100-continue"},
        {"Connection": "Upgrade", "Upgrade": "websocket"},
    ],
    ids=lambda headers: " ".join(headers),
)
def test_an_odd_header_changes_nothing(shop: DeployedShop, headers: dict[str, str]) -> None:
    assert shop.customer().send("GET", "/orders", headers=headers).json() == {"items": []}


@pytest.mark.parametrize("key", ["é" * 8, "a b c d e"], ids=repr)
def test_an_odd_idempotency_key_is_refused(shop: DeployedShop, key: str) -> None:
    headers = {"Idempotency-Key": key.encode(), "Content-Type": JSON}

    answer = shop.customer().send("POST", "/checkout", content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_IDEMPOTENCY_KEY")


def test_a_character_that_http_forbids_in_a_header_is_refused(shop: DeployedShop) -> None:
    """RFC 9110, 5.5: whoever reads the request refuses it, before anybody looks at the API."""
    headers = {"Idempotency-Key": "k" * 8 + "\x7f", "Content-Type": JSON}

    assert shop.customer().send("POST", "/checkout", content=b"{}", headers=headers).is_client_error


def post(
    shop: DeployedShop, path: str, content: bytes, content_type: str, **more: str
) -> httpx.Response:
    """A POST that lacks nothing but a good body."""
    named = {"Content-Type": content_type} if content_type else {}
    headers = {**named, "Idempotency-Key": purchase.new_key(), **more}
    return shop.customer().send("POST", path, content=content, headers=headers)


def assert_refused(answer: httpx.Response) -> None:
    """By us as a problem, or by the gateway as it sees fit."""
    assert 400 <= answer.status_code < 500, answer.text
    if answer.headers.get("Content-Type") == "application/problem+json":
        problem: dict[str, Any] = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["code"]
