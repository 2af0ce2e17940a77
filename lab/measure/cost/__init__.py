"""The costs of the shop on AWS: usage counted on the emulator, at AWS's list prices.

    counted = cost.count(target)                    # or cost.stored(), the last one saved
    cost.of("prod", 10_000, counted).per_order      # US dollars
    cost.variants("prod", 10_000, counted)          # alternatives, and when they are cheaper
    cost.memory(counted)                            # memory sizes, by a model of Lambda

docs/cost.md says what is counted and what is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from lab.core import environment_settings
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.deploy.terraform.state import State
from lab.measure.cost import alternatives, bill, measuring, metering, prices, sizing
from lab.measure.cost.alternatives import Variant
from lab.measure.cost.bill import Bill
from lab.measure.cost.counted import FILE, Counted, DataEvents, Measured, Structure, save, stored
from lab.measure.cost.sizing import Sizes
from lab.shop import carts

__all__ = [
    "FILE",
    "Bill",
    "Counted",
    "Sizes",
    "Variant",
    "count",
    "measure",
    "memory",
    "of",
    "save",
]
__all__ += ["as_dict", "stored", "variants"]

CART = "01-first-order.json"
"""The order that is counted: a sample cart, paid and confirmed."""
ORDERS = 10_000
COUNTED = 3
"""The number of orders placed, of which the fastest is counted."""


def of(environment: str, orders_per_month: int = ORDERS, counted: Counted | None = None) -> Bill:
    """The monthly bill of an environment's settings (its terraform.tfvars) at a load.

    By default uses the stored count. Raises LabError (code 2) for an unknown environment and for
    fewer than one order.
    """
    return bill.of(environment, _settings(environment), counted or stored(), orders_per_month)


def variants(
    environment: str, orders_per_month: int = ORDERS, counted: Counted | None = None
) -> tuple[Variant, ...]:
    """Alternative designs, each with the load above which it is cheaper."""
    return alternatives.of(_settings(environment), counted or stored(), orders_per_month)


def memory(counted: Counted | None = None) -> tuple[Sizes, ...]:
    """Every function at every memory size; empty if they were not measured."""
    return sizing.of((counted or stored()).memory, prices.load())


def count(target: Target, on_progress: Progress = ignore) -> Counted:
    """Places real orders in a deployed lab and counts the usage of one. The orders stay.

    The first order warms the functions up. Of the others the fastest is counted: differences come
    from this machine.

    Raises LabError if the environment is not deployed or not seeded, or if the emulator does not
    record its calls.
    """
    state = State.of(target)
    if not state.resources():
        raise LabError(
            f"{target.environment} is not deployed at {target.place}.",
            "Run `lab deploy` and `lab seed`, or use `lab cost --stored`.",
        )
    on_progress("an order that warms the functions up")
    metering.one_checkout(target, _request())
    on_progress("orders that count")
    placed = [metering.one_checkout(target, _request()) for _ in range(COUNTED)]
    order = min(placed, key=lambda checkout: checkout.usage.lambda_gb_seconds)
    on_progress("a round of the sweeper")
    sweep = metering.one_sweep(target)
    return Counted(
        on=datetime.now(UTC).date().isoformat(),
        checkout=order.usage,
        sweep=sweep.usage,
        functions=order.functions,
        execution_s=order.execution_s,
        stored_bytes=order.stored_bytes,
        structure=_structure(state, order.metrics),
        data_events=DataEvents(order.data_events, sweep.data_events),
    )


def measure(target: Target, counted: Counted, on_progress: Progress = ignore) -> Counted:
    """Adds the functions' processor time, measured over thirty orders, which stay in the lab."""
    measured: tuple[Measured, ...] = measuring.functions(target, _request(), on_progress)
    return replace(counted, memory=measured)


def as_dict(
    monthly_bill: Bill, alternatives: Sequence[Variant], counted: Counted
) -> dict[str, Any]:
    """The values for JSON: bill, variants, counted usage, and date of the prices."""
    price_list = prices.load()
    return monthly_bill.as_dict() | {
        "variants": [asdict(one) | {"saves_usd": one.saves_usd} for one in alternatives],
        "counted": asdict(counted),
        "prices": {"region": price_list.region, "noted": price_list.noted},
        "unconfirmed_prices": price_list.unconfirmed,
    }


def _request() -> Mapping[str, Any]:
    return carts.read(carts.CARTS / CART).request


def _settings(environment: str) -> dict[str, Any]:
    if environment in environment_settings.ENVIRONMENTS:
        return environment_settings.settings_of(environment)
    known = ", ".join(environment_settings.ENVIRONMENTS)
    raise LabError(
        f"There is no environment {environment!r}.", f"The environments are: {known}.", code=2
    )


def _structure(state: State, metrics: int) -> Structure:
    tables = state.instances("aws_dynamodb_table")
    alarms = state.instances("aws_cloudwatch_metric_alarm")
    return Structure(
        functions=len(state.instances("aws_lambda_function")),
        composite_alarms=len(state.instances("aws_cloudwatch_composite_alarm")),
        dashboards=len(state.instances("aws_cloudwatch_dashboard")),
        tables=len(tables),
        indexes=sum(len(table["global_secondary_index"]) for table in tables),
        watched_queues=sum(alarm["namespace"] == "AWS/SQS" for alarm in alarms),
        business_metrics=metrics,
    )
