"""The checkout as its customers have it: over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import api_key, execution, purchase, tokens
from lab.shop.shop_client import CheckoutApi

# Long, for a busy machine: thirty orders at once start some hundred function processes.
PATIENCE_S = 240.0
ADDRESS = {
    "name": "Ada Byron",
    "line1": "12 Analytical Way",
    "city": "Portland",
    "region": "OR",
    "postalCode": "97201",
    "country": "US",
}


@dataclass(frozen=True)
class DeployedShop:
    """A deployed environment and its base URL, without a slash at the end."""

    target: Target
    base_url: str

    @cached_property
    def key(self) -> str:
        """The API key of the storefront; empty where the environment asks for none."""
        return api_key.read(self.target)

    def customer(self, name: str = "") -> CheckoutApi:
        """The API as a customer; a new one without a name."""
        token = self.sign_in(name or f"customer-{uuid.uuid4().hex[:12]}")
        return CheckoutApi.at(self.base_url, token, key=self.key)

    def sign_in(self, name: str) -> str:
        """A token of a customer."""
        return tokens.mint(self.target, name)

    def stranger(self, token: str = "") -> CheckoutApi:
        """The API with any token, or with none."""
        return CheckoutApi.at(self.base_url, token, key=self.key)

    def buy(self, request: Mapping[str, Any], customer: CheckoutApi | None = None) -> Any:
        """Places an order and gives it once it has ended."""
        buyer = customer or self.customer()
        accepted = buyer.checkout(request, purchase.new_key())
        return self.ended(buyer, accepted["orderId"])

    def ended(self, customer: CheckoutApi, order_id: str) -> Any:
        """The order at its end; if it does not end, the error tells its way so far."""
        try:
            return purchase.ended_order(customer, order_id, PATIENCE_S)
        except LabError as error:
            client = self.target.client("stepfunctions")
            seen = next(execution.follow(client, execution.arn_of(self.target, order_id)))
            error.add_note("\n".join(str(step) for step in seen.steps))
            raise


def order_of(*items: tuple[str, int], **more: Any) -> dict[str, Any]:
    """A request for SKUs and quantities that would be confirmed."""
    return {
        "items": [{"sku": sku, "quantity": quantity} for sku, quantity in items],
        "payment": {"token": "tok_visa"},
        "shippingAddress": ADDRESS,
        "email": "ada@example.com",
        **more,
    }


def at_once[T](calls: Sequence[Callable[[], T]], workers: int) -> list[T]:
    """The results of all calls, made `workers` at a time."""
    with ThreadPoolExecutor(workers) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]
