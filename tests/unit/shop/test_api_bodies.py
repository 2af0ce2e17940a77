"""No body, however malformed, gets anything but a 400 or a 422 that says what is wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shop import Shop
from tests.unit.shop.api import a_checkout, call, post_checkout

pytestmark = pytest.mark.usefixtures("open_shop")

A_QUOTE = {"items": [{"sku": "TEA", "quantity": 1}]}
NOT_JSON_OBJECTS = {
    "nothing": None,
    "empty": "",
    "spaces": "  ",
    "cut off": '{"items": [',
    "NaN": '{"items": NaN}',
    "Infinity": '{"items": -Infinity}',
    "single quotes": "{'items': []}",
    "a list": "[]",
    "a string": '"items"',
    "a number": "1",
    "null": "null",
    "a lone surrogate": '{"email": "\\ud800"}',
    "a lone surrogate as a name": '{"\\udfff": 1}',
    "deeply nested": "[" * 30_000 + "]" * 30_000,
    "deeply nested objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "a number of 5000 digits": '{"items": ' + "1" * 5000 + "}",
    "a byte order mark": "\ufeff{}",
}


@pytest.mark.parametrize("path", ["/quotes", "/checkout"])
@pytest.mark.parametrize("raw", NOT_JSON_OBJECTS.values(), ids=NOT_JSON_OBJECTS)
def test_what_is_not_a_json_object_is_refused(raw: str | None, path: str) -> None:
    answer = post_checkout(raw=raw) if path == "/checkout" else call("POST", path, raw=raw)
    assert (answer.status, answer.code) == (400, "INVALID_BODY")


@pytest.mark.parametrize("path", ["/quotes", "/checkout"])
def test_a_body_that_is_too_large_is_refused_unread(path: str) -> None:
    raw = "{" * 65_537
    answer = post_checkout(raw=raw) if path == "/checkout" else call("POST", path, raw=raw)
    assert (answer.status, answer.code) == (413, "TOO_LARGE")


@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data", "nonsense", "a/b;c"])
def test_a_body_that_says_it_is_not_json_is_refused(media_type: str) -> None:
    answer = call("POST", "/quotes", A_QUOTE, {"content-type": media_type})
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert "application/json" in answer.body["detail"]


@pytest.mark.parametrize(
    "media_type", ["", "application/json; charset=utf-8", "Application/JSON", "application/x+json"]
)
def test_json_may_be_called_what_json_is_called(media_type: str) -> None:
    assert call("POST", "/quotes", A_QUOTE, {"Content-Type": media_type}).status == 200


def test_a_body_that_is_not_utf_8_is_refused() -> None:
    assert post_checkout(base64_body=b'{"email": "\xff"}').code == "INVALID_BODY"


def test_a_body_may_come_in_base64() -> None:
    body = b'{"items": [{"sku": "TEA", "quantity": 1}]}'
    assert call("POST", "/quotes", base64_body=body).status == 200


@pytest.mark.parametrize(
    "email",
    ["a@b.co", "o'hara+tea@mail.example.co.uk", "first.last@xn--caf-dma.example", "_@1.2"],
)
def test_an_address_that_mail_can_go_to_is_taken(email: str) -> None:
    assert post_checkout(a_checkout(email=email)).status == 202


@pytest.mark.parametrize(
    "email",
    [
        "ada",
        "ada@example",
        "@example.com",
        "ada@.com",
        "ada@example.com\n",
        "ada@example.com,eve@example.com",
        "Ada <ada@example.com>",
        "a..b@example.com",
        "ada@-example.com",
        "adå@example.com",
        "ada@exämple.com",
        "a" * 250 + "@b.co",
    ],
)
def test_an_address_that_the_mail_service_would_refuse_is_refused_at_once(email: str) -> None:
    answer = post_checkout(a_checkout(email=email))
    assert (answer.status, answer.pointers) == (422, ["/email"])


def test_all_fields_that_are_missing_are_named_at_once() -> None:
    answer = post_checkout({})
    assert (answer.status, answer.code) == (422, "INVALID_REQUEST")
    assert answer.pointers == ["/items", "/payment", "/shippingAddress", "/email"]


def test_missing_fields_are_named_where_they_belong() -> None:
    answer = post_checkout(a_checkout(shippingAddress={"name": "Ada", "city": "Portland"}))
    assert answer.pointers == [
        "/shippingAddress/line1",
        "/shippingAddress/postalCode",
        "/shippingAddress/country",
    ]


def changed(path: str, value: object) -> dict[str, Any]:
    """A valid body with one field changed."""
    body: Any = copy.deepcopy(a_checkout(expectedTotal={"amount": 2599, "currency": "USD"}))
    *parents, last = [int(p) if p.isdigit() else p for p in path.split("/")[1:]]
    place = body
    for parent in parents:
        place = place[parent]
    place[last] = value
    return dict(body)


BAD_FIELDS = [
    ("/items", []),
    ("/items", [{"sku": "TEA", "quantity": 1}] * 51),
    ("/items", {"sku": "TEA"}),
    ("/items", None),
    ("/items/0", "TEA"),
    ("/items/0/sku", ""),
    ("/items/0/sku", "x" * 65),
    ("/items/0/sku", "TEA\n"),
    ("/items/0/sku", "TEA\x00"),
    ("/items/0/sku", 7),
    ("/items/0/quantity", 0),
    ("/items/0/quantity", -1),
    ("/items/0/quantity", 100),
    ("/items/0/quantity", 1.0),
    ("/items/0/quantity", 1.5),
    ("/items/0/quantity", 1e300),
    ("/items/0/quantity", "1"),
    ("/items/0/quantity", True),
    ("/items/0/quantity", None),
    ("/payment/token", "4111111111111111"),
    ("/payment/token", "tok_"),
    ("/payment/token", "tok_visa\n"),
    ("/shippingAddress/name", ""),
    ("/shippingAddress/name", "Ada\x00"),
    ("/shippingAddress/name", "Ada\r\nBcc: eve@example.com"),
    ("/shippingAddress/name", "x" * 101),
    ("/shippingAddress/city", "\x7f"),
    ("/shippingAddress/country", "us"),
    ("/shippingAddress/country", "USA"),
    ("/shippingAddress/region", "Oregon?"),
    ("/email", "ada"),
    ("/email", "ada@example"),
    ("/email", "ada@example.com\r\nBcc: eve@example.com"),
    ("/email", "a" * 250 + "@b.cd"),
    ("/discountCodes", ["TEN"] * 11),
    ("/discountCodes/0", "ten percent"),
    ("/expectedTotal/amount", 25.99),
    ("/expectedTotal/currency", "usd"),
    ("/simulate/fail", "Everything"),
    ("/simulate/times", 0),
]


@pytest.mark.parametrize(("path", "value"), BAD_FIELDS, ids=lambda v: repr(v)[:30])
def test_a_bad_field_is_pointed_at(shop: Shop, path: str, value: object) -> None:
    extra = {"discountCodes": ["TEN"], "simulate": {"fail": "ReserveStock", "times": 1}}
    body = {**changed("/email", "ada@example.com"), **copy.deepcopy(extra)}
    place: Any = body
    *parents, last = [int(p) if p.isdigit() else p for p in path.split("/")[1:]]
    for parent in parents:
        place = place[parent]
    place[last] = value
    answer = post_checkout(body)
    assert (answer.status, answer.pointers) == (422, [path])
    assert shop.memory.orders == {}


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/surprise", ""),
        ("/items/0/price", "/items/0"),
        ("/payment/amount", "/payment"),
        ("/expectedTotal/exact", "/expectedTotal"),
    ],
)
def test_an_extra_field_is_refused(path: str, pointer: str) -> None:
    answer = post_checkout(changed(path, 1))
    assert (answer.status, answer.pointers) == (422, [pointer])


def test_extra_fields_are_named_all_at_once() -> None:
    answer = post_checkout(a_checkout(surprise=1, another=2))
    (error,) = answer.body["errors"]
    assert error["message"] == "has fields that are not known: another, surprise"


@pytest.mark.parametrize("of", ["/shippingAddress", "/payment", "/items/0"])
def test_no_object_takes_fields_that_it_does_not_know(of: str) -> None:
    """They would be dropped, and yet make another body of the same wish under one key."""
    answer = post_checkout(changed(f"{of}/doorbell", "left"))
    assert (answer.status, answer.pointers) == (422, [of])


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["items", "sku", "quantity", "payment", "token", "email", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON.filter(lambda body: body is not None))
def test_no_json_value_breaks_the_api(body: object) -> None:
    assert call("POST", "/quotes", body).status in (200, 400, 422)
    assert post_checkout(body).status in (202, 400, 409, 422)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(sorted(a_checkout())), value=JSON)
def test_no_value_of_a_field_breaks_the_api(field: str, value: object) -> None:
    assert post_checkout(changed(f"/{field}", value)).status in (202, 409, 422)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.text(max_size=60))
def test_no_text_breaks_the_api(raw: str) -> None:
    assert post_checkout(raw=raw).status in (400, 422)
