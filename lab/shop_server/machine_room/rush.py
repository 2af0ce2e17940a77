"""Many buyers who all want one piece of the same product, at the same moment."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

from lab.core import tables
from lab.core.errors import LabError
from lab.core.target import Target
from lab.seed import items
from lab.shop import carts, purchase
from lab.shop.shop_client import ApiError, CheckoutApi

AT_ONCE = 16
LEFT_OUT = ("items", "expectedTotal", "discountCodes", "simulate")


@dataclass
class Rush:
    """A rush on a copy of a product, which is taken off sale at its end: real stock stays."""

    target: Target
    wanted: str
    buyers: int
    pieces: int
    sku: str = field(default_factory=lambda: f"RUSH-{uuid.uuid4().hex[:6].upper()}")
    _ended: Counter[str] = field(default_factory=Counter)
    _name: str = ""
    _thread: threading.Thread | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def runs(self) -> bool:
        """Whether buyers are still at it."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> str:
        """Puts the pieces on sale, and sends the buyers. Raises LabError without the product."""
        product = self._put_on_sale()
        self._name = str(product["name"])
        self._thread = threading.Thread(target=self._run, args=(product,), daemon=True)
        self._thread.start()
        return (
            f"{self.buyers} buyers want one of {self.pieces} pieces of {self._name} ({self.sku})."
            " At the end it is taken off sale."
        )

    def stop(self) -> None:
        """Sends no more buyers, and waits for those who are there."""
        self._stopped.set()
        if self._thread:
            self._thread.join(timeout=60)

    def state(self) -> dict[str, Any]:
        """How many have ended, and how."""
        return {
            "sku": self.sku,
            "name": self._name,
            "buyers": self.buyers,
            "pieces": self.pieces,
            "ended": dict(self._ended),
            "runs": self.runs,
        }

    def _run(self, product: dict[str, Any]) -> None:
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                buying = [pool.submit(self._buy, n) for n in range(1, self.buyers + 1)]
                for outcome in filter(None, (one.result() for one in as_completed(buying))):
                    self._ended[outcome] += 1
        finally:
            self._table("products").put_item(Item=items.product({**product, "active": False}))

    def _buy(self, number: int) -> str | None:
        """How it ended; None if nothing was bought because the rush was stopped."""
        if self._stopped.is_set():
            return None
        request = {k: v for k, v in carts.sample("CONFIRMED").request.items() if k not in LEFT_OUT}
        request["items"] = [{"sku": self.sku, "quantity": 1}]
        try:
            api = CheckoutApi.of(self.target, f"rush-{number:03}")
            placed = api.checkout(request, purchase.new_key())
            ended = purchase.ended_order(api, placed["orderId"], 120)
            return str((ended.get("rejection") or {}).get("code", ended["status"]))
        except ApiError as refused:
            return refused.problem_code or str(refused.status)
        except LabError:
            return "NO_END"

    def _put_on_sale(self) -> dict[str, Any]:
        found = CheckoutApi.of(self.target).product(self.wanted)
        product = {
            "sku": self.sku,
            "name": f"{found['name']} (rush)",
            "description": "On sale for a rush of buyers, and gone after it.",
            "category": found["category"],
            "price": found["price"],
        }
        for item in items.stock({"sku": self.sku, "initial": self.pieces, "lowStockThreshold": 0}):
            self._table("inventory").put_item(Item=item)
        self._table("products").put_item(Item=items.product(product))
        return product

    def _table(self, name: str) -> Any:
        return tables.resource(self.target).Table(self.target.table(name))
