"""Reads requests. The schemas of openapi.json decide what is valid; there is no second opinion."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

from checkout.domain import correlation
from checkout.domain.cart import CartLine
from checkout.domain.errors import Violation
from checkout.domain.money import Money
from checkout.domain.order import Address, Fault, FaultInjection, OrderRequest
from checkout.use_cases.place_order import PlaceOrder
from checkout_api.problems import (
    BodyTooLarge,
    InvalidBody,
    InvalidIdempotencyKey,
    InvalidParameter,
    InvalidRequest,
    UnsupportedMediaType,
)

JSON = "application/json"
MAX_BODY = 64 * 1024
MAX_LIMIT = 100
DEFAULT_LIMIT = 20
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{8,64}")

Body = dict[str, Any]


def read_body(text: str | None, schema: str) -> Body:
    """A body that satisfies a schema of openapi.json.

    Raises `BodyTooLarge`, `InvalidBody` if it is not a JSON object, `InvalidRequest` if the
    schema says no.
    """
    body = _parse(text or "")
    try:
        _validator(schema)(body)
    except fastjsonschema.JsonSchemaValueException as error:
        raise InvalidRequest(_violations(error)) from error
    return body


def check_media_type(header: str | None) -> None:
    """A body without a Content-Type is taken for JSON. Raises `UnsupportedMediaType`."""
    media_type = (header or JSON).partition(";")[0].strip().lower()
    if media_type != JSON and not media_type.endswith("+json"):
        raise UnsupportedMediaType(f"Send Content-Type: {JSON}, not {media_type[:64]!r}")


def _parse(text: str) -> Body:
    if len(text) > MAX_BODY:
        raise BodyTooLarge(f"The body has {len(text)} characters; the limit is {MAX_BODY}")
    try:
        # Decimal, because 1.0 would pass as an integer if it were a float.
        body = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
        _canonical(body)
    except (ValueError, RecursionError) as error:
        raise InvalidBody("The body is not JSON in UTF-8") from error
    if not isinstance(body, dict):
        raise InvalidBody("The body is not a JSON object")
    return body


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _canonical(body: Any) -> bytes:
    """The same bytes for the same JSON value. Raises ValueError for lone surrogates."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    return text.encode()


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(
        (Path(__file__).parent / "openapi.json").read_text("utf-8")
    )
    return document


@cache
def _validator(schema: str) -> Callable[[Any], Any]:
    components = {"components": _document()["components"]}
    root = {"$ref": f"#/components/schemas/{schema}", **components}
    validate: Callable[[Any], Any] = fastjsonschema.compile(root, use_default=False)
    return validate


def _violations(error: fastjsonschema.JsonSchemaValueException) -> Sequence[Violation]:
    """The first rule that was broken, as pointers into the body; all that are missing at once."""
    path = list(error.path)[1:]
    if error.rule == "required":
        missing = [name for name in error.rule_definition if name not in error.value]
        return [Violation(_pointer([*path, name]), "is required") for name in missing]
    return [Violation(_pointer(path), _message(error))]


def _message(error: fastjsonschema.JsonSchemaValueException) -> str:
    if error.rule == "pattern":
        return "has characters or a form that is not allowed"
    if error.rule == "additionalProperties":
        unknown = sorted(error.value.keys() - error.definition["properties"].keys())
        return f"has fields that are not known: {', '.join(unknown)}"
    return str(error.message).removeprefix(str(error.name)).strip()


def _pointer(path: Sequence[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def read_command(customer_id: str, key: str, correlation_id: str, body: Body) -> PlaceOrder:
    """The request of POST /checkout, from a body that satisfies its schema."""
    simulate = body.get("simulate")
    expected = body.get("expectedTotal")
    return PlaceOrder(
        customer_id=customer_id,
        key=key,
        body_hash=hashlib.sha256(_canonical(body)).hexdigest(),
        request=OrderRequest(
            items=read_items(body["items"]),
            discount_codes=tuple(body.get("discountCodes", [])),
            payment_token=body["payment"]["token"],
            shipping_address=read_address(body["shippingAddress"]),
            email=body["email"],
        ),
        expected_total=Money(**expected) if expected else None,
        simulate=_simulation(simulate) if simulate else None,
        correlation_id=correlation_id,
    )


def read_items(items: Iterable[Body]) -> tuple[CartLine, ...]:
    """Cart lines as they are sent."""
    return tuple(CartLine(item["sku"], item["quantity"]) for item in items)


ADDRESS = {
    "name": "name",
    "line1": "line1",
    "line2": "line2",
    "city": "city",
    "region": "region",
    "postalCode": "postal_code",
    "country": "country",
    "phone": "phone",
}
"""The fields of an address as they are sent, and as the domain names them."""


def read_address(sent: Mapping[str, str]) -> Address:
    """An address as it is sent."""
    return Address(**{field: sent.get(name, "") for name, field in ADDRESS.items()})


def _simulation(sent: Body) -> FaultInjection:
    return FaultInjection(
        fail=sent["fail"],
        times=sent.get("times", 1),
        how=Fault(sent.get("how", Fault.RAISE)),
        after=sent.get("after", ""),
    )


def read_key(header: str | None) -> str:
    """The Idempotency-Key. Raises `InvalidIdempotencyKey`."""
    if not header:
        raise InvalidIdempotencyKey("The header Idempotency-Key is missing")
    if not IDEMPOTENCY_KEY.fullmatch(header):
        raise InvalidIdempotencyKey("The Idempotency-Key is not 8 to 64 printable characters")
    return header


def read_correlation_id(header: str | None) -> str:
    """The correlation id that was sent, empty if none was.

    A header of another form is ignored: nobody's order fails for it, and nothing logs it.
    """
    sent = (header or "").strip(" \t")
    return sent if correlation.is_valid(sent) else ""


def read_limit(text: str | None) -> int:
    """How many items a page holds, 1 to 100. Raises `InvalidParameter`."""
    if text is None:
        return DEFAULT_LIMIT
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise InvalidParameter(f"limit is {text[:20]!r}, not a number from 1 to {MAX_LIMIT}")
    return int(text)


def read_category(text: str | None) -> str | None:
    """A category's name, or None for all. Raises `InvalidParameter`."""
    if text is not None and not re.fullmatch(r"[^\x00-\x1f\x7f]{1,64}", text):
        raise InvalidParameter("category is not 1 to 64 printable characters")
    return text
