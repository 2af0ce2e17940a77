"""Throttling: token buckets for the methods of a stage, and for the keys of a usage plan.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
A bucket holds as many tokens as the burst, and gets as many in a second as the rate says. Buckets
are full again after a restart; the requests that a quota has counted are saved with their plan.
The limits of the account (10,000 a second) are not enforced.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    QuotaExceededError,
    ThrottledError,
)
from moto.apigateway.models import apigateway_backends

from localstack_host.services.apigateway import method_settings

MOST_BUCKETS = 4096
UNLIMITED = -1.0
USED = "requests_of_keys"  # an attribute of moto's UsagePlan: by key, the period and its requests


class Buckets:
    """Token buckets by any key."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: tuple[str, ...], rate: float, burst: float) -> bool:
        """Takes a token, and returns whether there was one. `rate` is in tokens per second."""
        now = time.monotonic()
        with self._lock:
            if key not in self._buckets and len(self._buckets) >= MOST_BUCKETS:
                self._buckets.clear()
            tokens, seen = self._buckets.get(key, (burst, now))
            tokens = min(burst, tokens + (now - seen) * rate)
            taken = tokens >= 1
            self._buckets[key] = (tokens - 1 if taken else tokens, now)
            return taken


BUCKETS = Buckets()
QUOTAS = threading.Lock()


def throttle(_chain: Any, context: Any, _response: Any) -> None:
    """A handler of the gateway. Raises ThrottledError or QuotaExceededError, both 429."""
    place = (context.account_id, context.region, context.api_id, context.stage)
    method = f"{context.resource['path']}/{context.resource_method.get('httpMethod')}"
    if key := _api_key(context):
        for plan in _plans(context, key):
            _of_plan(plan, key, (*place, method))
    settings = method_settings.of(context)
    _limit(
        ("stage", *place, method),
        settings.get("throttlingRateLimit"),
        settings.get("throttlingBurstLimit"),
    )


def _api_key(context: Any) -> str | None:
    """The ID of the request's API key, which counts where a method requires one."""
    if not context.resource_method.get("apiKeyRequired"):
        return None
    identity = context.context_variables.get("identity") or {}
    key: str | None = identity.get("apiKeyId")
    return key


def _plans(context: Any, key: str) -> list[Any]:
    """The usage plans (moto's) of an API key for the stage of a request."""
    backend: Any = apigateway_backends[context.account_id][context.region]
    return [
        plan
        for plan in list(backend.usage_plans.values())
        if key in backend.usage_plan_keys.get(plan.id, {}) and _stage_of(plan, context)
    ]


def _stage_of(plan: Any, context: Any) -> Mapping[str, Any] | None:
    named = {"apiId": context.api_id, "stage": context.stage}
    stages = (s for s in plan.api_stages if named.items() <= s.items())
    return next(stages, None)


def _of_plan(plan: Any, key: str, place: tuple[str, ...]) -> None:
    *_, api, stage, method = place
    own: dict[str, Any] = {}
    for one in plan.api_stages:
        if (one.get("apiId"), one.get("stage")) == (api, stage):
            own = (one.get("throttle") or {}).get(method) or {}
    if own:
        _limit((plan.id, key, *place), own.get("rateLimit"), own.get("burstLimit"))
    _limit((plan.id, key), plan.throttle.get("rateLimit"), plan.throttle.get("burstLimit"))
    _count(plan, key)


def _limit(bucket: tuple[str, ...], rate: Any, burst: Any) -> None:
    """Takes a token. Raises ThrottledError if there is none."""
    if not has_token(bucket, rate, burst):
        raise ThrottledError("Too Many Requests")


def has_token(bucket: tuple[str, ...], rate: Any, burst: Any) -> bool:
    """Takes a token of a bucket, and returns whether there was one; always without a limit.

    `rate` is in tokens per second; None and negative numbers are no limits.
    """
    if rate is None and burst is None:
        return True
    per_second = UNLIMITED if rate is None else float(rate)
    size = UNLIMITED if burst is None else float(burst)
    if per_second < 0:
        return True
    return BUCKETS.take(bucket, per_second, size if size >= 0 else max(per_second, 1.0))


def _count(plan: Any, key: str) -> None:
    """Counts a request. Raises QuotaExceededError if the plan's quota for this period is used."""
    limit = plan.quota.get("limit")
    if limit is None:
        return
    offset = int(plan.quota.get("offset") or 0)
    period = period_of(str(plan.quota.get("period", "DAY")), datetime.now(UTC), offset)
    with QUOTAS:
        used = vars(plan).setdefault(USED, {})
        began, count = used.get(key, (period, 0))
        count = count if began == period else 0
        if count >= int(limit):
            raise QuotaExceededError("Limit Exceeded")
        used[key] = (period, count + 1)


def period_of(kind: str, now: datetime, offset: int) -> str:
    """The first day of a quota's period; weeks begin on Sunday, and `offset` days later."""
    day = now.date() - timedelta(days=offset)
    if kind == "WEEK":
        day -= timedelta(days=(day.weekday() + 1) % 7)
    elif kind == "MONTH":
        day = day.replace(day=1)
    return day.isoformat()
