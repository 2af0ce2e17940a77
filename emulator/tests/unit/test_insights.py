"""The query language of Logs Insights: what queries find, and what is no query."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstack_host.services.logs.insights import language, queries, values
from localstack_host.services.logs.insights.commands import Result
from localstack_host.services.logs.insights.discovery import Source, fields
from localstack_host.services.logs.insights.expressions import Malformed
from localstack_host.services.logs.insights.queries import Queries

PLACE = ("000000000000", "us-east-2")
GROUP = "/aws/lambda/checkout"
START = 1_700_000_000  # 2023-11-14 22:13:20 UTC


@dataclass
class Event:
    """What is read of moto's LogEvent."""

    message: str
    timestamp: int = START * 1000
    ingestion_time: int = START * 1000
    event_id: int = 0


@dataclass
class Stream:
    events: Any
    log_stream_name: str = "stream"


@dataclass
class Group:
    streams: dict[str, Stream] = field(default_factory=dict)


def line(**document: Any) -> str:
    return json.dumps(document)


REPORT = (
    "REPORT RequestId: 1-2\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 256 MB\t"
    "Max Memory Used: 50 MB\tInit Duration: 100.5 ms\t"
)
MESSAGES = (
    line(level="ERROR", n=3, user={"id": "u1"}, took=[12.5], step="pay", paid=True),
    line(level="INFO", n="7", user={"id": "u2"}, took=[2.5], step="pay", paid=False),
    line(level="ERROR", n=1, took=[1], step="ship"),
    "[ERROR] OutOfStock: none left",
    "user=ann, method:get, latency := 12",
    REPORT,
)


def rows(
    query: str, messages: tuple[str, ...] = MESSAGES, limit: int = 100
) -> list[dict[str, str]]:
    """What a query finds among messages that came a second apart, without pointers."""
    events = [
        Event(message, (START + number) * 1000, event_id=number)
        for number, message in enumerate(messages)
    ]
    groups = {GROUP: Group({"stream": Stream(events)})}
    found = Queries().run(PLACE, query, groups, (START, START + 3600), limit)
    return [
        {one["field"]: one["value"] for one in row if one["field"] != "@ptr"}
        for row in found.results
    ]


def column(query: str, name: str) -> list[str | None]:
    return [row.get(name) for row in rows(query)]


def test_without_fields_time_and_message_are_shown_the_latest_first() -> None:
    found = rows("filter level = 'ERROR'")
    assert found == [
        {"@timestamp": "2023-11-14 22:13:22.000", "@message": MESSAGES[2]},
        {"@timestamp": "2023-11-14 22:13:20.000", "@message": MESSAGES[0]},
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("n > 2", ["7", "3"]),
        ("n > 2 and n < 7", ["3"]),
        ("n = 1 or n = 7", ["1", "7"]),
        ("not (n = 1) and ispresent(n)", ["7", "3"]),
        ("n in [1, '3']", ["1", "3"]),
        ("ispresent(n) and n not in [1]", ["7", "3"]),
        ("n != 1 and ispresent(n)", ["7", "3"]),
        ("level = 'INFO'", ["7"]),
        ("user.id = 'u1'", ["3"]),
        ("`user.id` like 'u'", ["7", "3"]),
        ("took.0 >= 2.5", ["7", "3"]),
        ("paid = 1", ["3"]),
        ("paid = 0", ["7"]),
        ("step like /^P/", []),
        ("step like /(?i)^P/", ["7", "3"]),
        ("step like /^P/i", ["7", "3"]),
        ("step =~ 'hi'", ["1"]),
        ("ispresent(step) and step not like 'pay'", ["1"]),
        ("n * 2 + 1 = 7", ["3"]),
        ("n ^ 2 = 49", ["7"]),
        ("n % 2 = 1 and -n < -2", ["7", "3"]),
        ("n / 0 = 1", []),
        ("strlen(step) = 4", ["1"]),
        ("toupper(step) = 'SHIP'", ["1"]),
        ("concat(step, '-', level) = 'pay-INFO'", ["7"]),
        ("substr(step, 1) = 'hip'", ["1"]),
        ("substr(step, 0, 2) = 'sh'", ["1"]),
        ("replace(step, 'p', 'd') = 'day'", ["7", "3"]),
        ("coalesce(missing, step) = 'ship'", ["1"]),
        ("isempty(missing) and isblank(missing) and n = 1", ["1"]),
        ("greatest(n, 5) = 7 or least(n, 2) = 1", ["1", "7"]),
        ("@timestamp < 1700000001000", ["3"]),
        ("n = 1 # a comment\n", ["1"]),
    ],
)  # fmt: skip
def test_a_filter_keeps_what_its_condition_holds_for(condition: str, expected: list[str]) -> None:
    assert column(f"fields n | filter {condition}", "n") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("stats count(*) as c, avg(took.0) by step | sort c desc",
         [{"c": "3"}, {"step": "pay", "c": "2", "avg(took.0)": "7.5"},
          {"step": "ship", "c": "1", "avg(took.0)": "1"}]),
        ("stats count(n), count_distinct(level), min(n), max(n), sum(n)",
         [{"count(n)": "3", "count_distinct(level)": "2", "min(n)": "1", "max(n)": "7",
           "sum(n)": "11"}]),
        ("filter n > 0 | stats sum(n) / count(*) as mean", [{"mean": "3.6667"}]),
        ("stats pct(took.0, 50) as half, pct(took.0, 99) as most, stddev(n) as spread",
         [{"half": "2.5", "most": "12.5", "spread": "2.4944"}]),
        ("stats earliest(step) as first, latest(step) as last", [{"first": "pay", "last": "ship"}]),
        ("stats count(*) by bin(5s)",
         [{"bin(5s)": "2023-11-14 22:13:20.000", "count(*)": "5"},
          {"bin(5s)": "2023-11-14 22:13:25.000", "count(*)": "1"}]),
        ("stats count(*) by bin(5s) | sort bin(5s) desc | limit 1",
         [{"bin(5s)": "2023-11-14 22:13:25.000", "count(*)": "1"}]),
        ("filter level = 'NONE' | stats count(*) as c", [{"c": "0"}]),
        ("filter level = 'NONE' | stats count(*) as c by step", []),
        ("filter n > 0 | stats count(*) as c by step | stats max(c) as most", [{"most": "2"}]),
    ],
)  # fmt: skip
def test_stats_have_a_row_for_each_group(query: str, expected: list[dict[str, str]]) -> None:
    assert rows(query) == expected


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "NaN", "Infinity", "1" + "0" * 400, '"nan"', '"infinity"']
)
@pytest.mark.parametrize(
    "query",
    [
        "fields n",
        "fields n | sort n",
        "fields n * 2 as m, ceil(n), toMillis(n), fromMillis(n), substr(@message, n), bin(n)",
        "stats sum(n), avg(n), stddev(n), median(n), min(n), max(n)",
    ],
)
def test_numbers_that_are_not_finite_are_texts(number: str, query: str) -> None:
    found = rows(query, (f'{{"n": {number}}}', '{"n": 1}', '{"n": 2}'))
    if query.startswith("stats"):
        assert {"sum(n)": "3", "avg(n)": "1.5"}.items() <= found[0].items()
    else:
        assert len(found) == 3


@pytest.mark.parametrize(
    "expression",
    [
        "1e1",
        f"substr(@message, {'9' * 400})",
        "fromMillis(99999999999999999999)",
        "fromMillis(-99999999999999999999)",
        f"fromMillis({'9' * 400})",
        "9 ^ 9999",
        f"bin({'9' * 400}s)",
        f"bin({'9' * 400}ms)",
        f"strlen(@message) | limit {'9' * 400}",
        "strlen(@message) | filter @message like /a{99999999999}/",
    ],
)
def test_numbers_that_are_too_large_are_no_faults(expression: str) -> None:
    with suppress(Malformed):
        assert rows(f"fields {expression}", ('{"n": 1}',)) is not None


def test_a_result_that_is_too_large_is_none() -> None:
    (found,) = rows("stats sum(n) as s, count(n) as c", ('{"n": 1e308}', '{"n": 1e308}'))
    assert found == {"c": "2"}


def test_the_latest_queries_are_kept_up_to_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "KEPT_ROWS", 2)
    monkeypatch.setattr(queries, "KEPT", 2)
    kept, events = Queries(), [Event("a"), Event("b"), Event("c")]

    def run(events: list[Event]) -> str:
        groups = {GROUP: Group({"stream": Stream(events)})}
        return kept.run(PLACE, "fields @message", groups, (START, START + 1), 100).id

    first, second = run(events[:1]), run(events[:1])
    assert [one.id for one in kept.of(PLACE)] == [second, first]
    third = run(events)  # has more rows than are kept, and nothing else is
    assert [one.id for one in kept.of(PLACE)] == [third]
    many = [run([]) for _ in range(3)]
    assert [one.id for one in kept.of(PLACE)] == many[:0:-1]


def test_functions_tell_what_they_used() -> None:
    query = (
        "filter @type = 'REPORT' | stats max(@maxMemoryUsed / 1000000) as used_mb,"
        " max(@memorySize / 1000000) as given_mb, avg(@billedDuration) as billed,"
        " count(@initDuration) as cold by @log, @requestId"
    )
    assert rows(query) == [
        {"@log": f"000000000000:{GROUP}", "@requestId": "1-2", "used_mb": "50", "given_mb": "256",
         "billed": "2", "cold": "1"}
    ]  # fmt: skip


def test_a_document_is_found_in_a_functions_line_and_nowhere_else() -> None:
    event: Any = Event('[INFO]\t2023\t1-2\t{"n": 5} and more')
    assert fields(event, Source("1", GROUP, "s"))["n"] == 5
    assert "n" not in fields(event, Source("1", "/api", "s"))
    broken: Any = Event('{"n": 5')
    assert "n" not in fields(broken, Source("1", GROUP, "s"))


@pytest.mark.parametrize(
    "query",
    [
        'parse @message "user=*, method:*, latency := *" as who, how, long | filter ispresent(who)'
        " | display who, how, long",
        "parse @message /user=(?<who>\\w+), method:(?<how>\\w+), latency := (?<long>\\d+)/"
        " | filter ispresent(who) | display who, how, long",
    ],
)
def test_parse_makes_fields_of_a_text(query: str) -> None:
    assert rows(query) == [{"who": "ann", "how": "get", "long": "12"}]


def test_parsed_fields_are_shown_with_the_others() -> None:
    shown = rows("parse @message 'user=*,' as who | filter who = 'ann'")
    assert shown == [
        {"@timestamp": "2023-11-14 22:13:24.000", "@message": MESSAGES[4], "who": "ann"}
    ]


def test_of_what_is_the_same_the_first_stays() -> None:
    assert column("fields n | filter ispresent(step) | sort n asc | dedup step", "n") == ["1", "3"]


def test_what_has_no_value_is_sorted_last() -> None:
    for direction, expected in (("asc", ["1", "3", "7"]), ("desc", ["7", "3", "1"])):
        assert column(f"fields n | sort n {direction}", "n") == [*expected, None, None, None]
    assert column("fields n, level | filter n > 0 | sort level, n", "n") == ["1", "3", "7"]


def test_display_replaces_the_fields_before() -> None:
    assert rows("fields n, step | filter n = 1 | display step as what") == [{"what": "ship"}]


def test_a_limit_is_of_the_query_or_of_the_request() -> None:
    assert len(rows("limit 2")) == 2
    assert len(rows("fields @message", limit=3)) == 3


def test_statistics_count_what_was_read_and_what_passed() -> None:
    groups: Any = {GROUP: Group({"s": Stream([Event(message) for message in MESSAGES])})}
    query = Queries().run(PLACE, "filter n > 2 | limit 1", groups, (START, START), 10)
    assert query.statistics.as_aws() == {
        "recordsMatched": 2.0,
        "recordsScanned": 6.0,
        "bytesScanned": float(sum(len(message) for message in MESSAGES)),
    }


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("fields nonsense(", "unexpected end of the query"),
        ("fields a | | limit 1", "unexpected symbol found | at line 1 and position 12"),
        ("filter a = ", "unexpected end of the query"),
        ("select * from logs", "unexpected symbol found select at line 1 and position 1"),
        ("fields a\n| where b", "unexpected symbol found where at line 2 and position 3"),
        ("pattern @message", "does not have the command pattern"),
        ("filter a | anomaly", "does not have the command anomaly"),
        ("fields sum(n)", "sum is of use in stats only"),
        ("stats nonsense(n)", "unknown function nonsense"),
        ("fields strlen(n, n)", "strlen has not these arguments: strlen(n, n)"),
        ("stats avg()", "avg needs a field"),
        ("stats count(*) by bin(5 apples)", "unexpected symbol found apples)"),
        ("filter @message like /(/", "/(/ is no regular expression"),
        ("parse @message '* *' as one", "has 2 parts for 1 names"),
        ("", "unexpected end of the query"),
    ],
)
def test_what_is_no_query_is_refused_with_the_place(query: str, words: str) -> None:
    with pytest.raises(Malformed) as refused:
        rows(query)
    assert words in str(refused.value)


@pytest.mark.parametrize("name", ["order_id", "android", "notes", "inside", "asset", "bytes",
                                  "limits", "sorted", "likes", "filters", "count"])  # fmt: skip
def test_a_field_may_begin_as_a_word_of_the_language(name: str) -> None:
    message = line(**{name: 1})
    assert rows(f"fields {name} | filter {name} = 1 | sort {name} desc", (message,)) == [
        {name: "1"}
    ]
    assert rows(f"stats max({name}) as m by {name}", (message,)) == [{name: "1", "m": "1"}]


@given(st.lists(st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.text())))
def test_every_order_is_total_and_keeps_all_rows(found: list[Any]) -> None:
    given_rows: list[values.Row] = [{"x": value} for value in found]
    ascending = values.in_order(given_rows, lambda row: row["x"], descending=False)
    assert sorted(map(id, ascending)) == sorted(map(id, given_rows))
    keys = [values.order(row["x"]) for row in ascending if row["x"] is not None]
    assert keys == sorted(keys)


@given(st.text())
def test_any_text_is_a_query_or_malformed(text: str) -> None:
    with suppress(Malformed):
        commands = language.compiled(text)
        assert isinstance(commands[0].apply(Result(())), Result)
