"""Queries of Logs Insights: asked, found, described and refused."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import arn, refusal

HOUR = 3600


@pytest.fixture
def logs(cloud: Cloud) -> Any:
    return cloud.client("logs")


@pytest.fixture
def group(logs: Any) -> str:
    """A log group with three events, one of them an hour old."""
    name = f"/probe/{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    now = int(time.time() * 1000)
    events = [
        {"timestamp": at, "message": json.dumps({"n": number})}
        for number, at in enumerate((now - HOUR * 1000, now - 1000, now))
    ]
    logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=events)
    return name


def window(seconds: int = 2 * HOUR) -> dict[str, int]:
    now = int(time.time())
    return {"startTime": now - seconds, "endTime": now}


def ask(logs: Any, query: str, seconds: int = 2 * HOUR, **where: Any) -> dict[str, Any]:
    number = logs.start_query(queryString=query, **window(seconds), **where)["queryId"]
    answer: dict[str, Any] = logs.get_query_results(queryId=number)
    return answer


@pytest.mark.parametrize("named", ["logGroupName", "logGroupNames", "logGroupIdentifiers"])
def test_a_query_finds_the_events_of_a_time(logs: Any, group: str, named: str) -> None:
    where = {
        "logGroupName": group,
        "logGroupNames": [group],
        "logGroupIdentifiers": [arn("logs", f"log-group:{group}")],
    }[named]
    recent = ask(logs, "fields n | sort n asc", 60, **{named: where})
    assert recent["status"] == "Complete"
    found = [[(one["field"], one["value"]) for one in row[:-1]] for row in recent["results"]]
    assert found == [[("n", "1")], [("n", "2")]]
    assert recent["results"][0][-1]["field"] == "@ptr"
    assert recent["statistics"]["recordsScanned"] == 2
    every = ask(logs, "stats count(*) as c, sum(n) as s", **{named: where})
    assert every["results"] == [[{"field": "c", "value": "3"}, {"field": "s", "value": "3"}]]


def test_a_limit_of_the_request_counts_too(logs: Any, group: str) -> None:
    assert len(ask(logs, "fields n", logGroupName=group, limit=2)["results"]) == 2


def test_queries_are_described_by_group(logs: Any, group: str) -> None:
    number = logs.start_query(queryString="fields n", logGroupName=group, **window())["queryId"]
    described = logs.describe_queries(logGroupName=group)["queries"]
    assert [(one["queryId"], one["queryString"], one["status"]) for one in described] == [
        (number, "fields n", "Complete")
    ]
    assert number in [one["queryId"] for one in logs.describe_queries()["queries"]]
    assert not logs.describe_queries(logGroupName=group, status="Running")["queries"]


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"queryString": "where n"}, "MalformedQueryException", "unexpected symbol found where"),
        ({"logGroupName": "/nobodys"}, "ResourceNotFoundException", "Log group '/nobodys' does"),
        ({"startTime": 2, "endTime": 1}, "InvalidParameterException", "after the end time"),
        ({"queryLanguage": "SQL"}, "InvalidParameterException", "CWLI, not SQL"),
        ({"logGroupNames": ["/x"]}, "InvalidParameterException", "one of logGroupName,"),
    ],
)
def test_what_is_no_query_is_refused(
    logs: Any, group: str, changed: dict[str, Any], code: str, words: str
) -> None:
    asked = {"queryString": "fields n", "logGroupName": group, **window(), **changed}
    found, message, _ = refusal(logs.start_query, **asked)
    assert (found, words in message) == (code, True), message


@pytest.mark.parametrize("operation", ["get_query_results", "stop_query"])
def test_a_query_that_never_was_is_not_found(logs: Any, operation: str) -> None:
    call = getattr(logs, operation)
    assert refusal(call, queryId=str(uuid.uuid4()))[0] == "ResourceNotFoundException"
