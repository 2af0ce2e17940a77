"""Filter patterns of log events, with the examples of AWS's documentation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.cloudwatch import metric_delivery
from localstack_host.services.logs import metric_filters, subscriptions
from localstack_host.services.logs.conditions import InvalidPattern
from localstack_host.services.logs.metric_filters import matched_messages, points
from localstack_host.services.logs.patterns import pattern

HERE = ("000000000000", "us-east-2")


def matches(text: str, message: str) -> bool:
    return pattern(text)(message) is not None


class TestText:
    BAD, UNAUTHORIZED = "[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST"
    INVALID, MISSING = "[ERROR 419] MISSING ARGUMENTS", "[ERROR 420] INVALID ARGUMENTS"
    WARNED = "[WARN 1] LOW MEMORY"
    ALL = (BAD, UNAUTHORIZED, INVALID, MISSING, WARNED)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("ERROR", ALL[:4]),
            ("ERROR ARGUMENTS", (INVALID, MISSING)),
            ("?ERROR ?WARN", ALL),
            ("?BAD ?LOW", (BAD, WARNED)),
            ('"INVALID ARGUMENTS"', (MISSING,)),
            ('"ERROR 4" -ARGUMENTS', (BAD, UNAUTHORIZED)),
            ('ERROR -"BAD REQUEST" -ARGUMENTS', (UNAUTHORIZED,)),
            # Optional terms beside others do not count.
            ("?LOW ERROR -ARGUMENTS", (BAD, UNAUTHORIZED)),
            ("%AUTHORIZED%", (UNAUTHORIZED,)),
            (r"%\[ERROR 40[01]%", (BAD, UNAUTHORIZED)),
            ("error", ()),
            ("", ALL),
            (" ", ALL),
            ('""', ALL),
        ],
    )
    def test_terms_are_looked_for(self, text: str, found: tuple[str, ...]) -> None:
        assert tuple(message for message in self.ALL if matches(text, message)) == found

    def test_quotation_marks_can_be_escaped(self) -> None:
        assert matches(r'"say \"hello\""', 'they say "hello" twice')

    @pytest.mark.parametrize("text", ["host:", "[ERROR", "a-b", "%a!%", "%(a)%", "%[%"])
    def test_other_characters_have_to_be_quoted(self, text: str) -> None:
        with pytest.raises(InvalidPattern):
            pattern(text)


class TestJson:
    EVENT = json.dumps(
        {
            "eventType": "UpdateTrail",
            "sourceIPAddress": "111.111.111.111",
            "arrayKey": ["value", "another value"],
            "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
            "SomeObject": None,
            "cluster.name": "c",
            "user": {"id": 1, "email": "John.Stiles@example.com"},
            "users": [{"id": 2, "email": "John.Doe@example.com"}],
            "actions": ["GET", "PUT", "DELETE"],
            "coordinates": [[0, 1, 2], [4, 5, 6]],
            "latency": 1200.5,
            "status": "404",
            "ok": False,
            "flag": True,
            "says": 'a "word" (twice) [x]?',
        }
    )

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ('{ $.eventType = "UpdateTrail" }', True),
            ("{ $.eventType = UpdateTrail }", True),
            ('{$.eventType="Update"}', False),
            ('{ $.eventType = "Update*" }', True),
            ("{ $.eventType = *Trail }", True),
            ("{ $.eventType = %Trail$% }", True),
            ("{ $.eventType != %^Up% }", False),
            ("{ $.sourceIPAddress != 123.123.* }", True),
            ("{ $.sourceIPAddress = 111.111.* }", True),
            ('{ $.arrayKey[0] = "value" }', True),
            ('{ $.arrayKey[2] = "value" }', False),
            ('{ $.arrayKey[*] = "another value" }', True),
            ("{ $.objectList[1].id = 2 }", True),
            ("{ $.objectList[*].id > 1 }", True),
            ("{ $.SomeObject IS NULL }", True),
            ("{ $.eventType IS NULL }", False),
            ("{ $.SomeOtherObject NOT EXISTS }", True),
            ("{ $.user.name NOT EXISTS }", True),
            ("{ $.user NOT EXISTS }", False),
            ("{ $.flag IS TRUE }", True),
            ("{ $.ok IS TRUE }", False),
            ("{ $.ok IS FALSE }", True),
            ("{ $.flag = true }", True),
            ("{ $.['cluster.name'] = c }", True),
            ('{ $["cluster.name"] = "c" }', True),
            ("{ $.latency > 1200 }", True),
            ("{ $.latency >= 1200.5 && $.latency <= 1.2005e3 }", True),
            ("{ $.latency < -5 }", False),
            ("{ $.latency = 1200.5 }", True),
            ("{ $.eventType > 5 }", False),
            ("{ $.status = 404 }", True),
            ("{ $.status = 4* }", True),
            ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
            (
                '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch")'
                ' && $.actions[2] = "nonmatch" }',
                False,
            ),
            ('{ $.actions[2] = "no" && $.user.id = 2 || $.coordinates[1][2] = 6 }', True),
            ('{ $.says = "a \\"word\\" (twice) [x]?" }', True),
            ('{ $.says = "*[x]?" }', True),
            # A field that is not there is neither equal nor unequal.
            ('{ $.missing != "x" }', False),
            ("{ $.eventType = * }", True),
            ("{ $.missing = * }", False),
            ("{ $.user = * }", False),
        ],
    )
    def test_fields_are_compared(self, text: str, found: bool) -> None:
        assert matches(text, self.EVENT) is found

    @pytest.mark.parametrize("message", ["text", '{"eventType"', "", "START {}"])
    def test_other_text_matches_none(self, message: str) -> None:
        assert not matches("{ $.eventType NOT EXISTS }", message)

    @pytest.mark.parametrize(
        "text",
        [
            *("{}", "{ $.a }", "{ $.a = }", "{ $.a = 1 && }", "{ ($.a = 1 }", "{ a = 1 }"),
            *("{ $.a > x }", "{ $.a IS ODD }", "{ $.a = 1 $.b = 2 }", "{ = 1 }", "{ $.a = && }"),
        ],
    )
    def test_what_is_no_condition_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidPattern):
            pattern(text)


class TestSpaceDelimited:
    LINE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("[ip, id, user, timestamp, request, status_code, size]", True),
            ("[ip, id, user, timestamp, request, status_code=4*, size]", True),
            ("[ip, id, user, timestamp, request =*.html*, status_code = 4*, size]", True),
            ("[ip, user, username, timestamp, request, status_code = 5*, bytes]", False),
            ("[..., status_code = 404, bytes > 1000]", True),
            ("[..., status_code, bytes > 2000]", False),
            ("[ip, ..., bytes]", True),
            ("[ip = 127.0.0.*, ...]", True),
            ("[ip != 127.0.0.1, ...]", False),
            ("[ip, id, user]", False),
            ("[,,,,,,]", True),
            ("[..., code = 404 || code = 410, size]", True),
            ("[..., (size > 1000 && size < 1500) || size = 1534]", True),
            ('[..., request = "GET /index.html HTTP/1.0", code, size]', True),
            ("[..., request = %^GET .*html%, code, size]", True),
            ("[]", True),
        ],
    )
    def test_fields_are_counted_and_compared(self, text: str, found: bool) -> None:
        assert matches(text, self.LINE) is found

    def test_an_ellipsis_may_stand_for_nothing(self) -> None:
        assert matches("[a, ..., b]", "1 2")
        assert not matches("[a, ..., b]", "1")

    @pytest.mark.parametrize(
        "text", ["[a, ..., b, ...]", "[a = ]", "[a = 1 &&]", "[(a = 1]", "[.., a]"]
    )
    def test_what_is_no_list_of_fields_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidPattern):
            pattern(text)

    def test_its_fields_are_known_without_their_marks(self) -> None:
        (found,) = matched_messages(
            "[ip, id, user, timestamp, request, code=4*, size]", [self.LINE]
        )
        assert found["extractedValues"] == {
            "$ip": "127.0.0.1",
            "$id": "Prod",
            "$user": "frank",
            "$timestamp": "10/Oct/2000:13:25:15 -0700",
            "$request": "GET /index.html HTTP/1.0",
            "$code": "404",
            "$size": "1534",
        }


def test_a_tested_pattern_tells_numbers_and_the_values_of_json() -> None:
    messages = ["no", '{"a": 1, "b": {"c": true}}', '{"a": 2}', '{"a": 1}']
    found = matched_messages("{ $.a = 1 || $.b.c IS FALSE }", messages)
    assert [(each["eventNumber"], each["extractedValues"]) for each in found] == [
        (2, {"$.a": "1", "$.b.c": "true"}),
        (4, {"$.a": "1"}),
    ]


class TestMetricFilters:
    def read(self, text: str, *messages: str, **transformation: Any) -> Any:
        """The value and the dimensions of each data point."""
        usual = {"metricName": "m", "metricNamespace": "N", "metricValue": "1"}
        filter_ = {"filterPattern": text, "metricTransformations": [usual | transformation]}
        events = [{"message": message, "timestamp": 1_700_000_000_500} for message in messages]
        found = list(points(HERE, filter_, events))
        assert all(source.place == (*HERE, "N") for source, _ in found)
        assert all(source.second == 1_700_000_000 for source, _ in found)
        return [(value, dict(source.dimension_sets[0])) for source, value in found]

    def test_every_match_is_a_data_point(self) -> None:
        assert self.read("ERROR", "an ERROR", "fine", "ERROR") == [(1.0, {}), (1.0, {})]

    def test_its_value_is_read_from_the_event(self) -> None:
        latency = {"metricValue": "$.latency"}
        messages = ('{"latency": 12.5}', '{"latency": "30"}', '{"latency": "slow"}', "{}")
        assert self.read("{ $.latency = * }", *messages, **latency) == [(12.5, {}), (30.0, {})]
        assert self.read("[a, size]", "1 2", metricValue="$other") == []
        assert self.read("[a, size]", "x 1534", metricValue="$size") == [(1534.0, {})]

    def test_dimensions_are_read_too_and_without_them_there_is_none(self) -> None:
        dimensions = {"dimensions": {"Method": "$.method", "Code": "$.code"}}
        messages = ('{"method": "GET", "code": 200}', '{"method": "GET"}')
        found = self.read("{ $.method = GET }", *messages, **dimensions)
        assert found == [(1.0, {"Code": "200", "Method": "GET"})]

    def test_the_default_is_counted_where_nothing_matches(self) -> None:
        assert self.read("ERROR", "fine", "fine", defaultValue=0.0) == [(0.0, {})]
        assert self.read("ERROR", "ERROR", "fine", defaultValue=0.0) == [(1.0, {})]

    def test_only_the_filters_of_the_group_are_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[Any] = []
        fake = SimpleNamespace(add=lambda source, row: sent.append((source.metrics, row)))
        monkeypatch.setattr(metric_filters, "delivery", lambda: fake)
        assert metric_filters.delivery is not metric_delivery.delivery
        filters = [
            {
                "logGroupName": group,
                "filterPattern": "x",
                "metricTransformations": [
                    {"metricName": group, "metricNamespace": "N", "metricValue": "2"}
                ],
            }
            for group in ("ours", "others")
        ]
        events = [{"message": "x", "timestamp": 1_700_000_000_000}]
        metric_filters.publish(HERE, filters, "ours", events)
        assert sent == [((("ours", None),), (2.0,))]


class TestSubscriptions:
    def stream(self, **filters: str) -> Any:
        subscribed = {
            name: SimpleNamespace(
                name=name, filter_pattern=text, destination_arn="arn:aws:lambda:r:0:f", role_arn=""
            )
            for name, text in filters.items()
        }
        group = SimpleNamespace(subscription_filters=subscribed, name="g", arn="arn:g")
        return SimpleNamespace(log_group=group, account_id="0", log_stream_name="s")

    def test_each_filter_gets_what_matches_its_own_pattern(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: dict[str, list[str]] = {}

        def send(_stream: Any, subscription: Any, packed: bytes) -> None:
            document = json.loads(subscriptions.gzip.decompress(packed))
            assert document["subscriptionFilters"] == [subscription.name]
            sent[subscription.name] = [event["message"] for event in document["logEvents"]]

        monkeypatch.setattr(subscriptions, "_send", send)
        messages = ["ERROR 1", "fine", '{"a": 1}']
        events = [SimpleNamespace(event_id=1, timestamp=2, message=text) for text in messages]
        filters = {"errors": "ERROR", "all": "", "json": "{ $.a = 1 }", "none": "nothing"}
        subscriptions.deliver(self.stream(**filters), events)
        assert sent == {"errors": messages[:1], "all": messages, "json": messages[2:]}

    def test_what_fails_stops_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[str] = []

        def send(_stream: Any, subscription: Any, _packed: bytes) -> None:
            sent.append(subscription.name)
            raise subscriptions.CannotDeliver

        monkeypatch.setattr(subscriptions, "_send", send)
        event = SimpleNamespace(event_id=1, timestamp=2, message="x")
        subscriptions.deliver(self.stream(first="", wrong="a-b", second=""), [event])
        assert sent == ["first", "second"]
