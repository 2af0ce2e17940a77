"""The key that the storefront shows to the API, where an environment asks for one.

Terraform makes the usage plan. The key is made here and put into the plan, so that its value is in
no state. It tells which program calls, to throttle it apart; who the customer is, tokens say.
"""

from __future__ import annotations

from typing import Any

from lab.core.target import Target

CLIENT = "storefront"
HEADER = "X-API-Key"


def ensure(target: Target) -> None:
    """Makes the key and puts it into the usage plan; without a plan, deletes it."""
    gateway = target.client("apigateway")
    plan = _plan(target, gateway)
    if plan is None:
        delete(target)
        return
    key = _key(target, gateway) or gateway.create_api_key(
        name=target.named(CLIENT), description="The storefront", enabled=True
    )
    held = _listed(gateway, "usage_plan_keys", usagePlanId=plan)
    if key["id"] not in {item["id"] for item in held}:
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")


def delete(target: Target) -> None:
    """Deletes the key if there is one."""
    gateway = target.client("apigateway")
    if key := _key(target, gateway):
        gateway.delete_api_key(apiKey=key["id"])


def read(target: Target) -> str:
    """The key's value; empty where the environment asks for none."""
    gateway = target.client("apigateway")
    key = _key(target, gateway)
    return str(gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"]) if key else ""


def _plan(target: Target, gateway: Any) -> str | None:
    plans = _listed(gateway, "usage_plans")
    return next((str(p["id"]) for p in plans if p["name"] == target.named(CLIENT)), None)


def _key(target: Target, gateway: Any) -> dict[str, Any] | None:
    keys = _listed(gateway, "api_keys", nameQuery=target.named(CLIENT))
    return next((key for key in keys if key["name"] == target.named(CLIENT)), None)


def _listed(gateway: Any, what: str, **query: str) -> list[dict[str, Any]]:
    pages = gateway.get_paginator(f"get_{what}").paginate(**query)
    return [item for page in pages for item in page.get("items", ())]
