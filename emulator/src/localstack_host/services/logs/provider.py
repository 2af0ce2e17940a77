"""The entry point PROVIDER_OVERRIDE_LOGS=host: CloudWatch Logs with what LocalStack leaves out.

- saved queries (QueryDefinitions) are kept, so that Terraform can manage them;
- metrics in what functions log (the embedded metric format) become metrics;
- so many events stay as `KEPT_LOG_EVENTS` says, and the oldest go.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

from localstack.services.logs.provider import LogsProvider

from localstack_host.host.settings import KEPT_LOG_EVENTS
from localstack_host.localstack_api import (
    CommonServiceException,
    RequestContext,
    Service,
    falling_back_to_moto,
    provides,
)
from localstack_host.services.cloudwatch import emf

Saved = dict[str, Any]
Stream = tuple[str, str, str, str]  # account, region, log group and name


@provides("logs")
def logs() -> Service:
    """LocalStack's CloudWatch Logs with all three."""
    return falling_back_to_moto(Logs())


class Latest:
    """Counts the events of all streams; `drop` takes so many of the oldest out of a stream."""

    def __init__(self, most: int, drop: Callable[[Stream, int], None]) -> None:
        self._most = most
        self._drop = drop
        self._put: deque[tuple[Stream, int]] = deque()
        self._kept = 0
        self._lock = threading.Lock()

    def add(self, stream: Stream, count: int) -> None:
        """So many events have been put."""
        with self._lock:
            self._put.append((stream, count))
            self._kept += count
            while self._kept > self._most:
                oldest, size = self._put.popleft()
                surplus = min(size, self._kept - self._most)
                if size > surplus:
                    self._put.appendleft((oldest, size - surplus))
                self._kept -= surplus
                self._drop(oldest, surplus)


def drop_oldest(stream: Stream, count: int) -> None:
    """Takes the oldest events out of a stream of moto's, if it is still there."""
    from moto.logs.models import logs_backends

    account, region, group, name = stream
    groups = logs_backends[account][region].groups
    if group in groups and name in groups[group].streams:
        del groups[group].streams[name].events[:count]


class Logs(LogsProvider):
    """CloudWatch Logs that reads what is logged, and remembers what is asked."""

    def __init__(self) -> None:
        original: Any = super()
        original.__init__()
        self._queries: dict[tuple[str, str], dict[str, Saved]] = {}
        self._latest = Latest(KEPT_LOG_EVENTS.value(), drop_oldest)

    def put_log_events(
        self,
        context: RequestContext,
        log_group_name: Any,
        log_stream_name: Any,
        log_events: Any,
        *more: Any,
        **rest: Any,
    ) -> Any:
        """Passes metrics on to CloudWatch, and lets the oldest events go."""
        response = super().put_log_events(
            context, log_group_name, log_stream_name, log_events, *more, **rest
        )
        stream = (context.account_id, context.region, str(log_group_name), str(log_stream_name))
        self._latest.add(stream, len(log_events))
        emf.publish(context.account_id, context.region, log_events)
        return response

    def put_query_definition(  # type: ignore[override] # the rest is named
        self, context: RequestContext, name: str, query_string: str, **rest: Any
    ) -> Any:
        """Saves a query, or changes one that is saved."""
        number = rest.get("query_definition_id") or str(uuid.uuid4())
        self._saved(context)[number] = {
            "queryDefinitionId": number,
            "name": name,
            "queryString": query_string,
            "logGroupNames": rest.get("log_group_names") or [],
            "lastModified": int(time.time() * 1000),
        }
        return {"queryDefinitionId": number}

    def describe_query_definitions(  # type: ignore[override] # the rest is named
        self, context: RequestContext, **asked: Any
    ) -> Any:
        """All that are saved, in one page, or those whose names begin with a prefix."""
        prefix = asked.get("query_definition_name_prefix") or ""
        saved = self._saved(context).values()
        return {"queryDefinitions": [one for one in saved if one["name"].startswith(prefix)]}

    def delete_query_definition(
        self, context: RequestContext, query_definition_id: str, **_rest: Any
    ) -> Any:
        """Forgets a query."""
        if self._saved(context).pop(query_definition_id, None) is None:
            raise CommonServiceException("ResourceNotFoundException", "There is no such query", 400)
        return {"success": True}

    def _saved(self, context: RequestContext) -> dict[str, Saved]:
        return self._queries.setdefault((context.account_id, context.region), {})
