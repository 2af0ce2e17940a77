"""The payment gateways that a shop can choose: a new one is an adapter, and a line here.

Terraform's `payment_gateway` has the same names, and decides which one an environment has. Without
one the shop takes no orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from checkout.adapters.dynamodb import Table
from checkout.adapters.payments import DynamoLedger, SimulatedGateway
from checkout.domain.errors import NoPaymentGateway
from checkout.domain.money import Money
from checkout.domain.payment import EntryKind, Reversal, order_of
from checkout.ports import PaymentBooks, PaymentGateway
from checkout.settings import SIMULATED, ParameterStore

Make = Callable[[Table, ParameterStore], PaymentGateway]
"""Makes an adapter, of the payments table and of the settings in SSM below `payment`."""


def _simulated(payments: Table, parameters: ParameterStore) -> PaymentGateway:
    return SimulatedGateway(payments, parameters.gateway_timeout_s())


GATEWAYS: Mapping[str, Make] = {SIMULATED: _simulated}


@dataclass(frozen=True)
class NoGateway:
    """Used where no gateway is chosen: it charges nothing, so there is nothing to refund."""

    ledger: DynamoLedger

    def authorise(self, key: str, amount: Money, token: str) -> None:  # noqa: ARG002
        """Raises `NoPaymentGateway`."""
        raise NoPaymentGateway

    def capture(self, key: str) -> None:  # noqa: ARG002
        """Raises `NoPaymentGateway`."""
        raise NoPaymentGateway

    def reverse(self, key: str) -> Reversal:
        """Refunds nothing. Raises `NoPaymentGateway` if an earlier gateway captured money."""
        taken = (EntryKind.AUTHORISED, EntryKind.CAPTURED)
        if any(self.ledger.has(order_of(key), kind) for kind in taken):
            raise NoPaymentGateway
        return Reversal()


def require_known(name: str) -> None:
    """Raises ValueError for a name that is no gateway's; none at all is fine."""
    if name and name not in GATEWAYS:
        raise ValueError(f"PAYMENT_GATEWAY is {name!r}; known: {', '.join(GATEWAYS)}")


def of(name: str, payments: Table, parameters: ParameterStore) -> PaymentGateway:
    """The gateway of this name, and with an empty one `NoGateway`. Raises ValueError."""
    require_known(name)
    return GATEWAYS[name](payments, parameters) if name else NoGateway(DynamoLedger(payments))


def books_of(name: str, payments: Table, parameters: ParameterStore) -> PaymentBooks | None:
    """The books of this gateway's provider; None if it has none, or does not publish them."""
    gateway = of(name, payments, parameters)
    return gateway if isinstance(gateway, PaymentBooks) else None
