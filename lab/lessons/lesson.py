"""A running lesson: its lab, its customer, and the clean-up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lab.console.drawing.shown import AMBER, GREEN, Box, show
from lab.core.errors import LabError
from lab.core.target import Target
from lab.lessons import setup, turns
from lab.lessons.following import Followed
from lab.lessons.shelves import Shelves
from lab.lessons.stock_watch import StockWatch
from lab.operate import audit, redrive
from lab.shop import carts, execution, mailbox, orders, purchase, roles, tokens
from lab.shop import shop_client as http_api
from lab.shop.roles import Role
from lab.shop.shop_client import CheckoutApi

SETTLE_S = 60.0
POLL_S = 0.1
CUSTOMERS = "ada-"
Undo = Callable[[], object]


@dataclass
class Lesson:
    """One run of a lesson. `customer` is new in every run, so that runs are independent."""

    number: str
    target: Target
    customer: str
    _undo: list[Undo] = field(default_factory=list, repr=False)

    @cached_property
    def api(self) -> CheckoutApi:
        """The HTTP API, signed in as the lesson's customer."""
        return self.shop_as(self.customer)

    @cached_property
    def shelves(self) -> Shelves:
        """The stored catalogue and stock."""
        return Shelves(self.target)

    def shop_as(self, customer: str = "") -> CheckoutApi:
        """The HTTP API as another customer, or anonymously without a name."""
        token = tokens.mint(self.target, customer) if customer else ""
        return CheckoutApi.at(self.base_url, token)

    @cached_property
    def base_url(self) -> str:
        """The URL of the HTTP API, without a trailing slash."""
        return http_api.base_url(self.target)

    def client(self, service: str) -> Any:
        """A boto3 client of an AWS service, pointed at the lab."""
        return self.target.client(service)

    def table(self, name: str) -> Any:
        """A boto3 table: `orders` is orders-dev here."""
        self.take_turn()
        return self.shelves.table(name)

    def cart(self, items: Mapping[str, int], pay: str = "tok_visa", **more: Any) -> dict[str, Any]:
        """The body of an order: `items` maps SKUs to quantities; `more` is added as it is."""
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in items.items()]
        return {**carts.DEFAULTS, "items": lines, "payment": {"token": pay}, **more}

    def place(self, cart: Mapping[str, Any], key: str = "") -> str:
        """Places an order and returns its id, without waiting for its workflow.

        Raises ApiError if the API refuses it.
        """
        self.take_turn()
        return str(self.api.checkout(cart, key or purchase.new_key())["orderId"])

    def follow(self, order_id: str) -> Followed:
        """Waits until the order has ended; returns it with its execution."""
        finished = execution.finish(self.target, order_id)
        return Followed(purchase.ended_order(self.api, order_id), finished)

    def buy(self, items: Mapping[str, int], pay: str = "tok_visa", **more: Any) -> Followed:
        """Places an order and follows it to its end."""
        return self.follow(self.place(self.cart(items, pay, **more)))

    def mails(self, order_id: str) -> list[mailbox.Mail]:
        """Waits for a mail about an order, and returns all of them."""
        return mailbox.wait_for(self.target, order_id)

    def orders(self) -> list[orders.OrderRow]:
        """The orders of this run, newest first."""
        return orders.newest(self.target, self.customer, limit=1000)

    def stock(self, sku: str) -> int:
        """The pieces of a product that can be sold now."""
        return self.shelves.available(sku)

    def watch_stock(self, *skus: str) -> StockWatch:
        """`with lesson.watch_stock(sku) as seen:` records the stock until the block ends."""
        return StockWatch(self.stock, skus)

    def product(self, pieces: int, price: int = 1000, category: str = "kitchen") -> str:
        """Adds a product until the end of the lesson, and returns its SKU. `price` is in cents."""
        self.take_turn()
        return self.shelves.add(self.number, pieces, price, category)

    def role(self, function: str) -> Role:
        """The role of a function. Its policy is restored after the lesson."""
        self.take_turn()
        return roles.borrow(self.target, function)

    def audit(self, settle_s: float = SETTLE_S) -> audit.AuditReport:
        """Checks the seven guarantees, once all orders are settled or after `settle_s` seconds."""
        self._settle(settle_s)
        return audit.run(self.target, settle_s=settle_s)

    def until[T](self, look: Callable[[], T], what: str, timeout_s: float = 90.0) -> T:
        """Polls `look` until its result is truthy. Raises LabError after `timeout_s` seconds."""
        deadline = time.monotonic() + timeout_s
        while not (result := look()):
            if time.monotonic() > deadline:
                raise LabError(f"After {timeout_s:g} s there is still no {what}.")
            time.sleep(POLL_S)
        return result

    def later(self, undo: Undo) -> None:
        """Registers a function that `restore` calls; the last one is called first."""
        self.take_turn()
        self._undo.append(undo)

    def restore(self, settle_s: float = SETTLE_S) -> None:
        """Undoes all changes and audits the books. Raises LabError if they are not clean."""
        self.take_turn()
        while self._undo:
            self._undo.pop()()
        self._settle(settle_s)
        self.clear()
        _require_clean(self.audit(settle_s))
        turns.release(self._lab)
        show(Box("The lab is as it was.", ("All seven guarantees hold.",), GREEN))

    @property
    def _lab(self) -> str:
        return self.target.endpoint or "AWS"

    def take_turn(self) -> None:
        """Raises LabError where another lesson is open. After `restore` this one may go on."""
        turns.take(self._lab, self.number)

    def _settle(self, timeout_s: float) -> None:
        """Lets the sweeper finish the open orders of lessons now."""
        deadline = time.monotonic() + timeout_s
        left = orders.unfinished(self.target, CUSTOMERS)
        while left and time.monotonic() < deadline:
            settled = redrive.settle(self.target, left)
            left = [order.order_id for order in settled if not order.final]
            time.sleep(POLL_S if left else 0)

    def clear(self) -> int:
        """Restores roles, catalogue and stock after any lesson.

        Returns the number of products on sale that are not in `seed/`.
        """
        roles.give_back(self.target)
        return self.shelves.restore().others


def _require_clean(report: audit.AuditReport) -> None:
    if report.clean:
        return
    rows = [f"{finding.title}: {row}" for finding in report.findings for row in finding.broken]
    show(Box("The books are not clean.", rows[:10], AMBER))
    raise LabError(
        f"{len(rows)} broken rows after the lesson: {rows[0]}",
        "`lab audit` shows them; `lab down`, `lab up --fresh` and `lab notebooks` start with a new"
        " lab.",
    )


def begin(number: str) -> Lesson:
    """Finds or starts the lab, and cleans up after interrupted runs.

    Raises LabError while another process has a lesson open: they would undo each other's changes.
    """
    lesson = Lesson(
        number, setup.ready(_show_message), f"{CUSTOMERS}{number}-{purchase.new_key()[:6]}"
    )
    lesson.take_turn()
    others = lesson.clear()
    where = lesson.target.endpoint or "AWS"
    show(
        Box(
            f"Lesson {number} is ready.",
            (f"The lab runs at {where}.", f"You are the customer {lesson.customer}."),
            GREEN,
        )
    )
    if others:
        show(_more_products(others))
    return lesson


def _more_products(others: int) -> Box:
    """A warning: the text and numbers of the lessons assume the products of `seed/`."""
    lines = (
        f"{others:,} products are for sale that are not in seed/, so some numbers will differ.",
        "`lab seed --exact` takes them off sale.",
    )
    return Box("The shop is larger than the one that the lessons are about.", lines, AMBER)


def _show_message(message: str) -> None:
    show(Box(message))
