"""The HTTP API: each route reads, calls one use case, and renders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from checkout import metrics
from checkout.bootstrap import services
from checkout.domain.errors import NoPaymentGateway, OrderNotFound, ProductNotFound, Violation
from checkout.domain.pricing import Destination
from checkout.use_cases.browse_catalogue import get_offer, list_offers
from checkout.use_cases.place_order import PlaceOrder, place_order
from checkout.use_cases.view_orders import get_order, list_orders
from checkout_api import problems, requests, tokens, views
from checkout_api.problems import PROBLEMS

logger = Logger()
app = APIGatewayRestResolver()

MAX_ID = 64
CORRELATION_ID = "X-Correlation-Id"


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a request of API Gateway.

    Every answer has a correlation id: the one that was sent, or that of the order that was placed,
    or else API Gateway's own id of the request.
    """
    sent = requests.read_correlation_id(_sent_id(event))
    correlation_id = sent or event["requestContext"]["requestId"]
    logger.set_correlation_id(correlation_id)
    app.append_context(correlation_id=sent)  # type: ignore[no-untyped-call]
    result: dict[str, Any] = app.resolve(event, context)
    result["multiValueHeaders"].setdefault(CORRELATION_ID, [correlation_id])
    return result


def _sent_id(event: Mapping[str, Any]) -> str | None:
    """Header names are in the case that the client wrote: HTTP/2 has only lower case."""
    headers = event.get("headers") or {}
    name = next((name for name in headers if name.lower() == CORRELATION_ID.lower()), "")
    return headers.get(name)


@app.get("/health")
def health() -> Response[str]:
    """Whether the API responds."""
    return _respond({"status": "ok"})


@app.get("/products")
def products() -> Response[str]:
    """A page of what is on sale."""
    deps = services()
    category = requests.read_category(_parameter("category"))
    limit = requests.read_limit(_parameter("limit"))
    result = list_offers(category, limit, _parameter("cursor"), deps.catalogue, deps.stock)
    return _respond(views.page(result, views.offer))


@app.get("/products/<sku>")
def product(sku: str) -> Response[str]:
    """One product on sale."""
    if len(sku) > MAX_ID:
        raise ProductNotFound(sku[:MAX_ID])
    return _respond(views.offer(get_offer(sku, services().catalogue, services().stock)))


@app.post("/quotes")
def quotes() -> Response[str]:
    """What a cart costs now."""
    body = requests.read_body(_body(), "QuoteRequest")
    pricing = services().pricing
    items = requests.read_items(body["items"])
    destination = Destination(body.get("country", pricing.home().country), body.get("region", ""))
    quote = pricing.quote(items, body.get("discountCodes", []), destination)
    return _respond(views.quote(quote))


@app.post("/checkout")
def checkout() -> Response[str]:
    """Accepts an order."""
    customer = _customer()
    key = requests.read_key(_header("Idempotency-Key"))
    body = requests.read_body(_body(), "CheckoutRequest")
    command = requests.read_command(customer, key, app.context["correlation_id"], body)
    deps = services()
    _refuse_new(command)
    record = place_order(
        command, deps.orders, deps.workflow, lambda: deps.pricing, deps.clock, deps.ids
    )
    # The order's: if none was sent it is its own id, and of a repetition it is the first one's.
    logger.set_correlation_id(record.correlation_id)
    logger.info("accepted", extra={"order_id": record.order_id})
    metrics.put(metrics.ORDERS_ACCEPTED, deps.settings.environment)
    headers: dict[str, str | list[str]] = {
        "Location": views.order_path(record.order_id),
        CORRELATION_ID: record.correlation_id,
    }
    return _respond(views.accepted(record.order_id), HTTPStatus.ACCEPTED, headers)


@app.get("/orders")
def orders() -> Response[str]:
    """A page of the caller's orders."""
    customer = _customer()
    limit = requests.read_limit(_parameter("limit"))
    deps = services()
    result = list_orders(customer, limit, _parameter("cursor"), deps.orders, deps.ledger)
    return _respond(views.page(result, views.order))


@app.get("/orders/<order_id>")
def order(order_id: str) -> Response[str]:
    """One of the caller's orders."""
    customer = _customer()
    if len(order_id) > MAX_ID:
        raise OrderNotFound(order_id[:MAX_ID])
    return _respond(
        views.order(get_order(order_id, customer, services().orders, services().ledger))
    )


@app.exception_handler(list(PROBLEMS))  # type: ignore[untyped-decorator]
def problem(error: Exception) -> Response[str]:
    """Every error of the table becomes a problem."""
    return problems.from_error(error, _path())


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def mistake(_error: Exception) -> Response[str]:
    """Everything else is our mistake; the log has it, the client gets no detail of it."""
    logger.exception("unexpected")
    detail = "The mistake is ours. Try again with the same Idempotency-Key."
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problems.render(status, "INTERNAL", "Something went wrong", detail, _path())


@app.not_found
def unknown(_error: Exception) -> Response[str]:
    """A path that is not in the API."""
    detail = "See the API's paths in openapi.json."
    return problems.render(HTTPStatus.NOT_FOUND, "NOT_FOUND", "No such path", detail, _path())


def _respond(
    body: dict[str, Any],
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str | list[str]] | None = None,
) -> Response[str]:
    return Response(
        status.value, requests.JSON, json.dumps(body, ensure_ascii=False), headers=headers
    )


def _refuse_new(command: PlaceOrder) -> None:
    """Raises why no such order can be taken; what was accepted before gets its answer again."""
    deps = services()
    refusal = _refusal(command)
    if (
        refusal
        and deps.orders.replay_of(command.customer_id, command.key, deps.clock.now()) is None
    ):
        logger.warning("refused", extra={"reason": type(refusal).__name__})
        raise refusal


def _refusal(command: PlaceOrder) -> Exception | None:
    if not services().settings.payment_gateway:
        return NoPaymentGateway()
    rules = services().parameters.price_rules()
    problem = rules.region_error(command.request.shipping_address.destination)
    if problem is None:
        return None
    return problems.InvalidRequest([Violation("/shippingAddress/region", problem)])


def _customer() -> str:
    deps = services()
    settings = deps.parameters.tokens()
    customer = tokens.read_customer(_header("Authorization"), settings, deps.issuer_keys)
    logger.append_keys(customer_id=customer)
    return customer


def _body() -> str | None:
    requests.check_media_type(_header("Content-Type"))
    try:
        return app.current_event.decoded_body
    except ValueError as error:
        raise problems.InvalidBody("The body is not text in UTF-8") from error


def _header(name: str) -> str | None:
    """Without the white space around it, which is no part of a value (RFC 9110, 5.5)."""
    value = app.current_event.headers.get(name)
    return None if value is None else value.strip(" \t")


def _parameter(name: str) -> str | None:
    return app.current_event.query_string_parameters.get(name)


def _path() -> str:
    return app.current_event.path
