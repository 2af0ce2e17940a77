"""The API key of the storefront, in environments that require one.

Terraform creates the usage plan. The lab creates the key and adds it to the plan, so that the
value is in no Terraform state. The key identifies the calling program, for throttling; tokens
identify the customer.
"""

from __future__ import annotations

from typing import Any

from lab.core import naming
from lab.core.target import Target

CLIENT = "storefront"
HEADER = "X-API-Key"


def ensure(target: Target) -> None:
    """Creates the key and adds it to the usage plan. Deletes it if there is no usage plan."""
    gateway = target.client("apigateway")
    plan = _plan(target, gateway)
    if plan is None:
        delete(target)
        return
    key = _key(target, gateway) or gateway.create_api_key(
        name=target.named(CLIENT), description="The storefront", enabled=True, tags=_tags(target)
    )
    plan_keys = _list(gateway, "usage_plan_keys", usagePlanId=plan)
    if key["id"] not in {item["id"] for item in plan_keys}:
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")


def delete(target: Target) -> None:
    """Deletes the key if there is one."""
    gateway = target.client("apigateway")
    if key := _key(target, gateway):
        gateway.delete_api_key(apiKey=key["id"])


def read(target: Target) -> str:
    """The value of the key; empty if the environment requires none."""
    gateway = target.client("apigateway")
    key = _key(target, gateway)
    return str(gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"]) if key else ""


def _tags(target: Target) -> dict[str, str]:
    """By its tag a pipeline's role knows whose key it is: an ARN has no name in it."""
    project = naming.shop().project
    return {"Project": project, "Environment": target.environment, "Stack": target.prefix}


def _plan(target: Target, gateway: Any) -> str | None:
    plans = _list(gateway, "usage_plans")
    return next((str(p["id"]) for p in plans if p["name"] == target.named(CLIENT)), None)


def _key(target: Target, gateway: Any) -> dict[str, Any] | None:
    keys = _list(gateway, "api_keys", nameQuery=target.named(CLIENT))
    return next((key for key in keys if key["name"] == target.named(CLIENT)), None)


def _list(gateway: Any, resource: str, **query: str) -> list[dict[str, Any]]:
    pages = gateway.get_paginator(f"get_{resource}").paginate(**query)
    return [item for page in pages for item in page.get("items", ())]
