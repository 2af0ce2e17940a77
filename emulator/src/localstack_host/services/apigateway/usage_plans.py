"""What moto lacks of UpdateUsagePlan: throttled methods of stages, and rates that are no integers.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateUsagePlan-Patch
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

STAGES = "/apiStages"
LIMIT = "rateLimit|burstLimit"
OF_STAGE = re.compile(rf"/apiStages/([^:/]+):([^/]+)/throttle(?:/(.+?)(?:/({LIMIT}))?)?")
OF_PLAN = re.compile(rf"/throttle/({LIMIT})")
SETTING = ("add", "replace")


def apply_operations(
    original: Callable[..., None], plan: Any, operations: list[Mapping[str, Any]]
) -> None:
    """Wraps moto's UsagePlan.apply_patch_operations: what is not done here is left to it."""
    for operation in operations:
        if not _is_applied(plan, operation):
            original(plan, [operation])


def _is_applied(plan: Any, operation: Mapping[str, Any]) -> bool:
    """Applies an operation, if it is one of those here."""
    verb, path, value = (operation.get(name) or "" for name in ("op", "path", "value"))
    if (verb, path) == ("remove", STAGES):
        api, _, stage = value.partition(":")
        plan.api_stages = [s for s in plan.api_stages if (s["apiId"], s["stage"]) != (api, stage)]
        return True
    if verb in SETTING and (of_plan := OF_PLAN.fullmatch(path)):
        plan.throttle = {**(plan.throttle or {}), of_plan.group(1): _number(value)}
        return True
    of_stage = OF_STAGE.fullmatch(path)
    if of_stage is None:
        return False
    _throttle(plan, verb, value, *of_stage.groups())
    return True


def _throttle(
    plan: Any, verb: str, value: str, api: str, name: str, method: str | None, limit: str | None
) -> None:
    """Sets a limit of a method in a stage, or removes those of the method or of all."""
    stages = (s for s in plan.api_stages if (s["apiId"], s["stage"]) == (api, name))
    for stage in stages:
        methods = stage.setdefault("throttle", {})
        if method is None:
            methods.clear()
            continue
        key = method.replace("~1", "/")
        if verb == "remove":
            methods.pop(key, None)
        elif limit:
            methods.setdefault(key, {})[limit] = _number(value)


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number
