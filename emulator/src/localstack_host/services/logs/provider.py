"""The entry point PROVIDER_OVERRIDE_LOGS=host: CloudWatch Logs with features LocalStack lacks.

- queries of Logs Insights are answered (`insights/`), and query definitions stored;
- patterns filter in FilterLogEvents, metric filters and subscription filters (`patterns.py`);
- metrics in log events (the embedded metric format) are sent to CloudWatch;
- at most `KEPT_LOG_EVENTS` events are stored; the oldest are deleted.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

from localstack.services.logs import provider as stock
from localstack.services.logs.provider import LogsProvider
from localstack.services.moto import call_moto_with_request

from localstack_host.gateway import constraints
from localstack_host.host.settings import KEPT_LOG_EVENTS
from localstack_host.localstack_api import (
    CommonServiceException,
    RequestContext,
    Service,
    falling_back_to_moto,
    handler,
    provides,
)
from localstack_host.services.cloudwatch import emf
from localstack_host.services.logs import metric_filters, metrics, patches, stored_events
from localstack_host.services.logs.conditions import InvalidPattern
from localstack_host.services.logs.insights.commands import MOST_RESULTS
from localstack_host.services.logs.insights.expressions import Malformed
from localstack_host.services.logs.insights.queries import Queries, Query
from localstack_host.services.logs.patterns import pattern

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
OWN_LANGUAGE, COMPLETE = "CWLI", "Complete"
Saved = dict[str, Any]
# moto's token of a page of events: GROUP@STREAM@EVENT
EVENT_TOKEN_MARKS = 2
Stream = tuple[str, str, str, str]  # account, region, log group and name


@provides("logs")
def logs() -> Service:
    """LocalStack's CloudWatch Logs with the features above."""
    patches.apply_patches()
    return falling_back_to_moto(Logs())


class Latest:
    """Counts the events of all streams; `drop(stream, count)` deletes the oldest of a stream."""

    def __init__(self, most: int, drop: Callable[[Stream, int], None]) -> None:
        self._most = most
        self._drop = drop
        self._put: deque[tuple[Stream, int]] = deque()
        self._kept = 0
        self._lock = threading.Lock()

    def add(self, stream: Stream, count: int) -> None:
        """Counts `count` new events of a stream, and drops the oldest above the limit."""
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
    """Deletes the oldest events of a stream in moto, if it still exists."""
    from moto.logs.models import logs_backends

    account, region, group, name = stream
    groups = logs_backends[account][region].groups
    if group in groups and name in groups[group].streams:
        stored_events.of(groups[group].streams[name]).drop(count)


class Logs(LogsProvider):
    """CloudWatch Logs with query definitions, embedded metrics and a limit of stored events."""

    def __init__(self) -> None:
        original: Any = super()
        original.__init__()
        self._queries: dict[tuple[str, str], dict[str, Saved]] = {}
        self._ended = Queries()
        self._latest = Latest(KEPT_LOG_EVENTS.value(), drop_oldest)

    def put_log_events(
        self,
        context: RequestContext,
        log_group_name: Any,
        log_stream_name: Any,
        log_events: Any,
        *_more: Any,
        **_rest: Any,
    ) -> Any:
        """Stores events, sends their metrics to CloudWatch, and drops the oldest events."""
        untyped: Any = stock
        response = untyped.call_moto(context)
        place, group = (context.account_id, context.region), str(log_group_name)
        self._latest.add((*place, group, str(log_stream_name)), len(log_events))
        emf.publish(*place, log_events)
        metrics.received(*place, group, log_events)
        metric_filters.publish(place, _metric_filters(context).metric_filters, group, log_events)
        return response

    @handler("FilterLogEvents", expand=False)
    def filter_log_events(  # type: ignore[override] # LocalStack has not got it
        self, context: RequestContext, request: Any
    ) -> Any:
        """Returns the matching events of all streams in the order of time."""
        _check(request.get("filterPattern"))
        token = request.get("nextToken")
        if token is not None and token.count("@") != EVENT_TOKEN_MARKS:
            raise _invalid("The specified nextToken is invalid.")
        every: Any = {**request, "interleaved": True}
        return call_moto_with_request(context, every)

    @handler("PutMetricFilter", expand=False)
    def put_metric_filter(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> None:
        """Checks the pattern. A filter with the same name is replaced."""
        _check(request.get("filterPattern"))
        metric_filters.check(request.get("metricTransformations") or ())
        name, group = request["filterName"], request["logGroupName"]
        stored = _metric_filters(context)
        before = [each for each in stored.metric_filters if _is(each, name, group)]
        untyped: Any = stock
        untyped.call_moto(context)
        for each in before:
            stored.metric_filters.remove(each)
        for each in stored.metric_filters:
            if _is(each, name, group):
                each |= {"creationTime": int(time.time() * 1000), "applyOnTransformedLogs": False}

    @handler("PutSubscriptionFilter", expand=False)
    def put_subscription_filter(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> None:
        """Checks the pattern."""
        _check(request.get("filterPattern"))
        untyped: Any = stock
        untyped.call_moto(context)

    @handler("TestMetricFilter", expand=False)
    def test_metric_filter(  # type: ignore[override]
        self,
        context: RequestContext,  # noqa: ARG002 - LocalStack passes it
        request: Any,
    ) -> Any:
        """Returns the messages that a pattern matches, with the values of its fields."""
        text, messages = request["filterPattern"], request["logEventMessages"]
        _check(text)
        return {"matches": metric_filters.matched_messages(text, messages)}

    @handler("PutRetentionPolicy", expand=False)
    def put_retention_policy(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> None:
        """Checks and stores after how many days events expire. Here they do not."""
        days = request["retentionInDays"]
        if days not in RETENTION_DAYS:
            rule = f"Member must satisfy enum value set: {list(RETENTION_DAYS)}"
            wrong = constraints.violation("retentionInDays", rule, days)
            raise _invalid(constraints.detected([wrong]))
        untyped: Any = stock
        untyped.call_moto(context)

    @handler("StartQuery", expand=False)
    def start_query(  # type: ignore[override] # LocalStack has not got it
        self, context: RequestContext, request: Any
    ) -> Any:
        """Answers a query at once; GetQueryResults has what it found."""
        language = request.get("queryLanguage") or OWN_LANGUAGE
        if language != OWN_LANGUAGE:
            raise _invalid(
                f"This emulator has Logs Insights' own language, {OWN_LANGUAGE}, not {language}."
            )
        groups, text = _groups_of(context, request), request["queryString"]
        times = request["startTime"], request["endTime"]
        if times[0] > times[1]:
            raise _invalid("The start time is after the end time.")
        most = request.get("limit") or MOST_RESULTS
        try:
            query = self._ended.run(_place(context), text, groups, times, most)
        except Malformed as error:
            raise CommonServiceException("MalformedQueryException", str(error), 400) from error
        return {"queryId": query.id}

    @handler("GetQueryResults", expand=False)
    def get_query_results(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Returns what a query found."""
        query = self._found(context, request)
        statistics = query.statistics.as_aws()
        return {"results": query.results, "statistics": statistics, "status": COMPLETE}

    @handler("StopQuery", expand=False)
    def stop_query(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Every query has ended already."""
        self._found(context, request)
        raise _invalid("The query has already ended.")

    @handler("DescribeQueries", expand=False)
    def describe_queries(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Returns the latest queries, of one log group or of all."""
        group = request.get("logGroupName")
        if request.get("status") not in (None, COMPLETE):
            return {"queries": []}
        return {
            "queries": [
                {
                    "queryId": query.id,
                    "queryString": query.text,
                    "queryLanguage": OWN_LANGUAGE,
                    "status": COMPLETE,
                    "createTime": query.created,
                    "logGroupName": group or query.groups[0],
                }
                for query in self._ended.of(_place(context))
                if group is None or group in query.groups
            ]
        }

    def _found(self, context: RequestContext, request: Any) -> Query:
        query = self._ended.get(_place(context), request["queryId"])
        if query is None:
            raise CommonServiceException(
                "ResourceNotFoundException", f"There is no query {request['queryId']}.", 400
            )
        return query

    def put_query_definition(  # type: ignore[override] # the rest is named
        self, context: RequestContext, name: str, query_string: str, **rest: Any
    ) -> Any:
        """Creates or updates a query definition."""
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
        self, context: RequestContext, **filters: Any
    ) -> Any:
        """Returns all query definitions, or those with a name prefix, in one page."""
        prefix = filters.get("query_definition_name_prefix") or ""
        saved = self._saved(context).values()
        return {"queryDefinitions": [one for one in saved if one["name"].startswith(prefix)]}

    def delete_query_definition(
        self, context: RequestContext, query_definition_id: str, **_rest: Any
    ) -> Any:
        """Deletes a query definition."""
        if self._saved(context).pop(query_definition_id, None) is None:
            raise CommonServiceException("ResourceNotFoundException", "There is no such query", 400)
        return {"success": True}

    def _saved(self, context: RequestContext) -> dict[str, Saved]:
        return self._queries.setdefault((context.account_id, context.region), {})


def _place(context: RequestContext) -> tuple[str, str]:
    return context.account_id, context.region


def _groups_of(context: RequestContext, request: Any) -> dict[str, Any]:
    """The log groups of a query (moto's, by name), which names them, or their ARNs."""
    from moto.logs.models import logs_backends

    named = [
        request[one]
        for one in ("logGroupName", "logGroupNames", "logGroupIdentifiers")
        if request.get(one)
    ]
    if len(named) != 1:
        raise _invalid("A query needs one of logGroupName, logGroupNames and logGroupIdentifiers.")
    asked = [named[0]] if isinstance(named[0], str) else named[0]
    names = [one.partition(":log-group:")[2].removesuffix(":*") or one for one in asked]
    groups = logs_backends[context.account_id][context.region].groups
    if missing := [name for name in names if name not in groups]:
        raise CommonServiceException(
            "ResourceNotFoundException",
            f"Log group '{missing[0]}' does not exist for account ID '{context.account_id}'",
            400,
        )
    return {name: groups[name] for name in names}


def _metric_filters(context: RequestContext) -> Any:
    from moto.logs.models import logs_backends

    return logs_backends[context.account_id][context.region].filters


def _is(stored: Saved, name: str, group: str) -> bool:
    return bool(stored["filterName"] == name and stored["logGroupName"] == group)


def _check(text: str | None) -> None:
    try:
        pattern(text or "")
    except InvalidPattern as error:
        raise _invalid(str(error)) from error


def _invalid(message: str) -> CommonServiceException:
    return CommonServiceException("InvalidParameterException", message, 400)
