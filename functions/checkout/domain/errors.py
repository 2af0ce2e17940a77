"""What can go wrong, named for what went wrong.

The names of those in `CAUGHT_BY_NAME` are a contract: the workflow catches them by name. Everything
else it treats as transient, retries, then compensates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checkout.domain.money import Money


@dataclass(frozen=True)
class Violation:
    """One thing wrong with a request: a JSON pointer (RFC 6901) and a message."""

    pointer: str
    message: str


class CheckoutError(Exception):
    """The root of everything this library raises."""


class WrongRow(CheckoutError):
    """A stored row is invalid; the message names the wrong value and the reason."""


class WrongSetting(CheckoutError):
    """A setting in SSM is not what it should be: which one, its value, and why."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        self.problem = problem
        super().__init__(f"{name} {problem}")


class NotConfigured(CheckoutError):
    """A setting is wrong, and no good one is known. Customers read this, so it names nothing."""

    def __init__(self) -> None:
        super().__init__(
            "A setting of the shop is wrong, so it cannot take orders until that is put right."
            " Nothing was done: try again later with the same Idempotency-Key."
        )


class InvalidCart(CheckoutError):
    """The cart cannot be sold as it is."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(v.message for v in self.violations))


class OutOfStock(CheckoutError):
    """At least one line has more pieces than are available."""

    def __init__(self, skus: Iterable[str]) -> None:
        self.skus = tuple(sorted(skus))
        super().__init__(f"Not enough in stock: {', '.join(self.skus)}")


class PromotionExhausted(InvalidCart):
    """A promotion in the order has reached its limit since the order was priced."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(sorted(codes))
        text = f"No longer redeemable: {', '.join(self.codes)}"
        super().__init__([Violation("/discountCodes", text)])


class NotFirstOrder(InvalidCart):
    """A promotion in the order is for a customer's first order, and this is another one."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(sorted(codes))
        text = f"Only for a first order: {', '.join(self.codes)}"
        super().__init__([Violation("/discountCodes", text)])


DECLINED = {
    "declined": "The bank declined the payment",
    "insufficient_funds": "The payment was declined: not enough money on the card",
    "expired_card": "The payment was declined: the card has expired",
    "fraud": "The payment was declined: the bank asks to be called",
    "unknown_token": "The payment was declined: the card is not known",
}
"""What a customer reads for each of the gateway's reasons."""


class PaymentDeclined(CheckoutError):
    """The gateway refused the payment, for good."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(DECLINED.get(reason, "The payment was declined"))


class NoPaymentGateway(CheckoutError):
    """The shop has no payment gateway, so it takes no orders and charges nothing."""

    def __init__(self) -> None:
        super().__init__(
            "No payment gateway is chosen for this shop, so nothing can be paid."
            " Choose one with payment_gateway in the environment's terraform.tfvars, and apply."
        )


class GatewayTimeout(CheckoutError):
    """The gateway did not answer in time: it may or may not have charged."""


class ChargeReversed(CheckoutError):
    """The charge was given back, so it can no longer be authorised or captured."""


class PaymentMissing(CheckoutError):
    """An order was about to be confirmed, but what was captured is not its total."""

    def __init__(self, captured: Money, total: Money) -> None:
        self.captured = captured
        self.total = total
        super().__init__(f"Captured {captured}, but the order's total is {total}")


class OrderNotFound(CheckoutError):
    """No such order, or not this customer's."""

    def __init__(self, order_id: str) -> None:
        self.order_id = order_id
        super().__init__(f"No order {order_id}")


class OrderUnreadable(OrderNotFound):
    """The order exists, but its row is invalid. Customers get a 404; the log has the reason."""


class OrderNotPriced(CheckoutError):
    """A step that needs the order's prices ran before they were written."""


class OrderClosed(CheckoutError):
    """The order has ended another way: its status never goes back."""


class AlreadyConfirmed(OrderClosed):
    """The order is CONFIRMED, so nothing of it may be undone.

    The workflow then goes on where the order was confirmed.
    """


class OrderStillOpen(CheckoutError):
    """The order has not ended, so there is no event to publish."""


class ReservationClosed(CheckoutError):
    """The order's reservation is no longer held: it was released, or never made."""


class ProductNotFound(CheckoutError):
    """No product on sale has this SKU."""

    def __init__(self, sku: str) -> None:
        self.sku = sku
        super().__init__(f"No product {sku}")


class IdempotencyConflict(CheckoutError):
    """The key was used before, for another body."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"The Idempotency-Key {key} stands for another body: use a new one")


class PriceChanged(CheckoutError):
    """The total that the customer agreed to is not the total now."""

    def __init__(self, expected: Money, actual: Money) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(f"The total is {actual}, not {expected}: ask for a new quote")


class InvalidCursor(CheckoutError):
    """A page cursor that this API did not make."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        super().__init__("The cursor is not a nextCursor of this list")


class NotAuthenticated(CheckoutError):
    """The bearer token is missing, expired or not ours."""


class Contended(CheckoutError):
    """Other writers kept winning; trying again later is safe."""


class MailNotSent(CheckoutError):
    """The mail service did not take the mail."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The mail service said {reason}")


class SimulatedFailure(CheckoutError):
    """A failure switch was thrown (`simulate` in the request)."""


CAUGHT_BY_NAME: tuple[type[CheckoutError], ...] = (
    InvalidCart,
    PriceChanged,
    OutOfStock,
    PaymentDeclined,
    AlreadyConfirmed,
    OrderStillOpen,
)
"""The errors that workflow.asl.json names."""
