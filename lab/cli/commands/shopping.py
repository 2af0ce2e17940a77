"""`lab checkout` and `lab orders`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lab.cli.commands.common import MOST, Customer, Environment, Json, target_of

if TYPE_CHECKING:
    from lab.core.target import Target
    from lab.shop.carts import Cart
    from lab.shop.execution import Execution
    from lab.shop.purchase import Purchase
    from lab.shop.shop_client import ApiError


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    panel = "Orders"
    example = "Example: lab checkout seed/carts/12-card-declined.json --watch"
    app.command(rich_help_panel=panel, epilog=example)(checkout)
    app.command(rich_help_panel=panel, epilog="Example: lab orders --status REJECTED")(orders)


def checkout(
    cart: Annotated[
        Path | None, typer.Argument(metavar="[CART.json]", help="A sample cart, or a request body.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show each state as it happens.")] = False,
    customer: Customer = "ada",
    key: Annotated[str, typer.Option(help="The Idempotency-Key (a new one if left out).")] = "",
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Places an order, follows it to its end and prints it.

    Exits with 1 if the result is not that of the cart's file (by default: confirmed).
    """
    from lab.shop import carts, tokens
    from lab.shop.shop_client import ApiError

    tokens.require_customer(customer)
    selected = carts.read(cart) if cart else carts.sample("CONFIRMED")
    target = target_of(environment)
    try:
        purchased = _buy(target, selected, customer, key, watch and not json)
    except ApiError as problem:
        _refused(selected, problem, json)
        return
    _show(purchased, json, drawn=watch)
    _check_expectation(selected, purchased)


def _buy(target: Target, cart: Cart, customer: str, key: str, watch: bool) -> Purchase:
    from lab.console.progress import working
    from lab.shop import purchase

    if not watch:
        with working("Following the order") as on_progress:
            return purchase.buy(
                target, cart.request, customer, key, lambda e: on_progress(_latest(e))
            )
    from lab.shop.live_view import watching

    with watching() as show:
        return purchase.buy(target, cart.request, customer, key, show)


def _latest(execution: Execution) -> str:
    return execution.path[-1] if execution.path else ""


def _refused(cart: Cart, problem: ApiError, json: bool) -> None:
    """Reports a refusal as success if the cart's file expects it; otherwise raises it."""
    from lab.console import render
    from lab.shop import carts

    if not carts.expects_refusal(cart, problem.status, problem.problem_code):
        raise problem
    if json:
        render.as_json({"http": problem.status, "problem": problem.problem})
    else:
        render.done(f"Refused, as {cart.name} says. {problem.message}")


def _show(purchased: Purchase, json: bool, drawn: bool) -> None:
    from lab.console import render
    from lab.shop import order_views

    if json:
        render.as_json({"order": purchased.order, "execution": asdict(purchased.execution)})
        return
    if not drawn:
        render.screen.print(order_views.timeline_of(purchased.execution))
    render.screen.print()
    render.screen.print(order_views.receipt(purchased.order))


def _check_expectation(cart: Cart, purchased: Purchase) -> None:
    from lab.core.errors import LabError
    from lab.shop import carts

    differences = carts.differences(cart, purchased.order)
    if not differences:
        return
    if cart.expect:
        raise LabError(f"The order did not end as {cart.name} says: {'; '.join(differences)}.")
    raise LabError(_reason(purchased.order), "`curl $(lab url)/products` lists what the shop has.")


def _reason(order: dict[str, Any]) -> str:
    rejection = order.get("rejection") or {}
    reason = f": {rejection['code']}: {rejection['message']}" if rejection else ""
    return f"The order was not confirmed, it is {order['status']}{reason}"


def orders(
    customer: Annotated[str, typer.Option(help="Only this customer's.")] = "",
    status: Annotated[
        str, typer.Option(help="Only PENDING, CONFIRMED, REJECTED or FAILED ones.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most this many.")] = 20,
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Lists orders, newest first."""
    from lab.cli import reports
    from lab.console import render
    from lab.shop import orders as order_book

    known = _known_status(status)
    rows = order_book.newest(target_of(environment), customer, known, limit)
    if json:
        render.as_json([asdict(row) for row in rows])
    else:
        render.screen.print(reports.order_list(rows, render.screen.width))


def _known_status(typed: str) -> str:
    from lab.console import render
    from lab.core.errors import LabError

    status = typed.upper()
    if status and status not in render.STATUS_STYLE:
        known = ", ".join(render.STATUS_STYLE)
        raise LabError(f"{typed!r} is no order status.", f"The statuses are: {known}.", code=2)
    return status
