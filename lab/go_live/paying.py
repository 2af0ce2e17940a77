"""Checks whether customers can pay: the payment gateway of the environment."""

from __future__ import annotations

from typing import Any

from checkout.settings import SIMULATED
from lab.go_live.steps import Step, done, to_do

NAME = "payment"


def look(environment: str, settings: dict[str, Any]) -> Step:
    """The gateway in `terraform.tfvars`; without one the shop accepts no orders."""
    gateway = settings.get("payment_gateway")
    if gateway == SIMULATED:
        return done(NAME, "simulated: orders are confirmed, and no real money is taken")
    if gateway:
        return done(NAME, f"the gateway {gateway}")
    file = f"terraform/environments/{environment}/terraform.tfvars"
    why = "no payment gateway is set, so the shop will accept no orders (docs/environments.md)"
    return to_do(NAME, why, f"set payment_gateway in {file}")
