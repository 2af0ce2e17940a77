"""Errors as problem details (RFC 9457): the one table that maps an error to HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from checkout.domain import errors
from checkout.domain.errors import Violation


class InvalidBody(Exception):
    """The body is not a JSON object that can be read."""


class BodyTooLarge(Exception):
    """The body is longer than any order needs to be."""


class UnsupportedMediaType(Exception):
    """The body's media type is not JSON."""


class InvalidParameter(Exception):
    """A query parameter or a header does not have the form it must have."""


class InvalidRequest(Exception):
    """The body is a JSON object that does not satisfy the schema."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("The request is not valid")


class InvalidIdempotencyKey(InvalidParameter):
    """The Idempotency-Key header is missing or not 8 to 64 printable characters."""


PROBLEMS: dict[type[Exception], tuple[HTTPStatus, str, str]] = {
    InvalidBody: (HTTPStatus.BAD_REQUEST, "INVALID_BODY", "The body cannot be read"),
    BodyTooLarge: (HTTPStatus.CONTENT_TOO_LARGE, "TOO_LARGE", "The request is too large"),
    UnsupportedMediaType: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        "The body is not JSON",
    ),
    InvalidParameter: (HTTPStatus.BAD_REQUEST, "INVALID_PARAMETER", "A parameter is not valid"),
    InvalidIdempotencyKey: (
        HTTPStatus.BAD_REQUEST,
        "INVALID_IDEMPOTENCY_KEY",
        "The Idempotency-Key is not valid",
    ),
    errors.InvalidCursor: (HTTPStatus.BAD_REQUEST, "INVALID_CURSOR", "The cursor is not valid"),
    InvalidRequest: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "INVALID_REQUEST",
        "The request is not valid",
    ),
    errors.InvalidCart: (HTTPStatus.UNPROCESSABLE_ENTITY, "INVALID_CART", "The cart is not valid"),
    errors.NotAuthenticated: (HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", "Sign-in is required"),
    errors.ProductNotFound: (HTTPStatus.NOT_FOUND, "NOT_FOUND", "No such product"),
    errors.OrderNotFound: (HTTPStatus.NOT_FOUND, "NOT_FOUND", "No such order"),
    errors.IdempotencyConflict: (
        HTTPStatus.CONFLICT,
        "IDEMPOTENCY_CONFLICT",
        "The Idempotency-Key was used for another body",
    ),
    errors.NoPaymentGateway: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "NO_PAYMENT_GATEWAY",
        "The shop is not open for orders",
    ),
    errors.NotConfigured: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "NOT_CONFIGURED",
        "The shop is not open for orders",
    ),
    errors.PriceChanged: (HTTPStatus.CONFLICT, "PRICE_CHANGED", "The price has changed"),
    errors.Contended: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "BUSY",
        "Too many write the same things at once",
    ),
}

HEADERS = {
    "UNAUTHORIZED": {"WWW-Authenticate": "Bearer"},
    "BUSY": {"Retry-After": "1"},
}
"""By code: who waits a second for a shop that is not open only waits."""


def render(
    status: HTTPStatus,
    code: str,
    title: str,
    detail: str,
    instance: str,
    violations: Iterable[Violation] = (),
) -> Response[str]:
    """A problem as an HTTP response. `type` is about:blank: `code` tells programs which it is."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status.value,
        "detail": detail,
        "instance": instance,
        "code": code,
    }
    errors_found = [{"pointer": v.pointer, "message": v.message} for v in violations]
    if errors_found:
        problem["errors"] = errors_found
    return Response(
        status_code=status.value,
        content_type="application/problem+json",
        body=json.dumps(problem),
        headers=HEADERS.get(code, {}),
    )


def from_error(error: Exception, instance: str) -> Response[str]:
    """The problem for an error of the table above."""
    kind = next(kind for kind in type(error).__mro__ if kind in PROBLEMS)
    status, code, title = PROBLEMS[kind]
    return render(status, code, title, str(error), instance, getattr(error, "violations", ()))
