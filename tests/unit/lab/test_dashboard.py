"""`lab dashboard`: what a body means, what was measured, and how it is drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from lab.cli import app
from lab.core.errors import LabError
from lab.core.target import Target
from lab.lessons import boards
from lab.operate import dashboard
from lab.operate.dashboard import page, widgets
from lab.operate.dashboard.board import Board, Card
from lab.operate.dashboard.metrics import metrics_of
from lab.operate.dashboard.series import Window
from lab.operate.dashboard.widgets import AlarmList, Graph, LogTable, Text, Unknown
from lab.shop import alarms, logs
from lab.shop.alarms import Alarm
from lab.shop.logs import LogLine

NOW = datetime.now(UTC)
CONFIRMED = ["CheckoutLab", "OrdersConfirmed", "environment", "dev", {"label": "confirmed"}]
HIDDEN = ["CheckoutLab", "OrdersRejected", "reason", "X", {"id": "r0", "visible": False}]
REJECTED = [{"expression": "FILL(r0, 0)", "label": "rejected", "color": "#ff7f0e"}]
REQUESTS = ["AWS/ApiGateway", "Count", "ApiName", "a", {"label": "all"}]


def widget(kind: str, x: int = 0, y: int = 0, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "x": x, "y": y, "width": 8, "height": 6, "properties": properties}


def graph(title: str, *rows: Any, **more: Any) -> dict[str, Any]:
    usual = {"view": "timeSeries", "stat": "Sum", "period": 300, "metrics": list(rows)}
    return widget("metric", title=title, **(usual | more))


ALARM = "arn:aws:cloudwatch:us-east-2:000000000000:alarm:checkout-dev-no-orders"
BODY = [
    widget("text", markdown="# checkout-dev\n<script>alert(1)</script>"),
    widget("alarm", title="Alarms", alarms=[ALARM]),
    graph("Orders", CONFIRMED, REJECTED, HIDDEN),
    graph("Requests", REQUESTS, y=6),
    widget("log", title="Errors", query="SOURCE '/aws/lambda/checkout-dev-notifier' | fields x"),
    widget("explorer", title="Explorer"),
]


class CloudWatch:
    """A client with a dashboard, and with points for what is asked by its name."""

    def __init__(self, body: Any = BODY, points: Mapping[str, list[float]] | None = None) -> None:
        self.body = body
        self.points = points or {}
        self.fail = ""

    def get_dashboard(self, **asked: Any) -> Any:
        if self.body is None:
            code = {"Error": {"Code": "ResourceNotFound", "Message": "no"}}
            raise ClientError(code, "GetDashboard")
        assert asked == {"DashboardName": "checkout-dev"}
        return {"DashboardBody": json.dumps({"widgets": self.body})}

    def get_paginator(self, operation: str) -> CloudWatch:
        assert operation == "get_metric_data"
        return self

    def paginate(self, **asked: Any) -> Any:
        """Each point on a page of its own."""
        if self.fail:
            code = {"Error": {"Code": "ValidationError", "Message": self.fail}}
            raise ClientError(code, "GetMetricData")
        for query in asked["MetricDataQueries"]:
            if query["ReturnData"]:
                yield from self._pages(query, asked["StartTime"])

    def _pages(self, query: Any, start: datetime) -> Any:
        name = query.get("Expression") or query["MetricStat"]["Metric"]["MetricName"]
        good = {"Id": query["Id"], "StatusCode": "Complete", "Timestamps": [], "Values": []}
        if name == "SEARCH('x')":
            yield {"MetricDataResults": [good | {"StatusCode": "InternalError"}]}
        for number, value in enumerate(self.points.get(name, [])):
            at = start + number * timedelta(minutes=5)
            yield {"MetricDataResults": [good | {"Timestamps": [at], "Values": [value]}]}


def read(monkeypatch: pytest.MonkeyPatch, cloudwatch: CloudWatch, *only: str) -> Board:
    monkeypatch.setattr(Target, "client", lambda _self, _service: cloudwatch)
    monkeypatch.setattr(alarms, "read", lambda _target: [alarm("no-orders"), alarm("other")])
    monkeypatch.setattr(logs, "read", lambda _target, name, _since: LOGGED[name])
    return dashboard.read(Target("dev"), 60, only)


def alarm(name: str) -> Alarm:
    return Alarm(name, "ALARM", NOW, "No order came.", "docs/runbook.md#no-orders", "")


def line(message: str, at: datetime = NOW) -> LogLine:
    return LogLine(at, "stream", message, message)


LOGGED = {
    "notifier": [
        line("[ERROR] GatewayTimeout: No answer\nTraceback: 1", NOW - timedelta(seconds=9)),
        line("[ERROR] OutOfStock: 3 wanted"),
        line('{"level": "INFO", "message": "done"}'),
        line('{"level": "ERROR", "message": "not <mailed>"}'),
        line("RequestId: 1 Error: Task timed out after 1.00 seconds", NOW - timedelta(seconds=5)),
        line("[1, 2]"),
    ]
}


def one(kind: type, *said: dict[str, Any]) -> Any:
    (found,) = widgets.parse(json.dumps({"widgets": list(said)}))
    assert isinstance(found, kind)
    return found


class TestBody:
    def test_every_kind_of_widget_is_known_or_said_to_be_unknown(self) -> None:
        kinds = [type(w) for w in widgets.parse(json.dumps({"widgets": BODY}))]
        assert kinds == [Text, AlarmList, Graph, Graph, LogTable, Unknown]

    def test_another_view_of_metrics_is_not_drawn_as_a_graph(self) -> None:
        assert one(Unknown, graph("Number", CONFIRMED, view="singleValue")).kind == "singleValue"

    def test_a_graph_has_its_unit_and_its_lines(self) -> None:
        mark = {"label": "alarm", "value": 90}
        axis = {"left": {"label": "%"}}
        found = one(
            Graph, graph("T", CONFIRMED, yAxis=axis, annotations={"horizontal": [mark]}, stacked=1)
        )
        assert (found.unit, found.marks, found.stacked) == ("%", (widgets.Mark("alarm", 90.0),), 1)

    def test_a_log_table_knows_its_groups(self) -> None:
        query = "SOURCE '/a' | SOURCE '/b' | fields @message"
        assert one(LogTable, widget("log", query=query)).groups == ("/a", "/b")


class TestMetrics:
    def test_options_of_a_metric_win_over_those_of_the_graph(self) -> None:
        rows = [["N", "A"], ["N", "A", {"stat": "p99", "period": 60}]]
        first, second = metrics_of({"metrics": rows, "stat": "Sum", "period": 300})
        assert (first.stat, first.period_s) == ("Sum", 300)
        assert (second.stat, second.period_s) == ("p99", 60)

    def test_what_is_repeated_is_said_in_full(self) -> None:
        rows = [["N", "A", "x", "1", "y", "2"], [".", "B", ".", "3", ".", "."], ["...", "4"]]
        _, dots, rest = metrics_of({"metrics": rows})
        assert (dots.namespace, dots.name, dots.dimensions) == ("N", "B", (("x", "3"), ("y", "2")))
        assert (rest.name, rest.dimensions) == ("B", (("x", "3"), ("y", "4")))

    def test_every_metric_has_an_id_of_its_own(self) -> None:
        rows = [["N", "A"], ["N", "B", {"id": "m0"}], [{"expression": "m0 * 2"}]]
        ids = [metric.id for metric in metrics_of({"metrics": rows})]
        assert ids[1] == "m0"
        assert len(set(ids)) == 3

    def test_what_is_only_used_is_asked_for_and_not_returned(self) -> None:
        (hidden,) = metrics_of({"metrics": [HIDDEN]})
        assert hidden.query()["ReturnData"] is False


class TestReading:
    def test_each_visible_metric_has_its_points_from_all_pages(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cloudwatch = CloudWatch(points={"OrdersConfirmed": [1, 2], "FILL(r0, 0)": [0, 3]})
        (card,) = read(monkeypatch, cloudwatch, "Orders").cards
        assert [s.metric.label for s in card.series] == ["confirmed", "rejected"]
        assert [[v for _, v in s.points] for s in card.series] == [[1, 2], [0, 3]]
        assert [s.summary for s in card.series] == ["3", "3"]

    def test_nothing_measured_is_no_data_and_not_zero(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (card,) = read(monkeypatch, CloudWatch(), "Orders").cards
        assert {s.summary for s in card.series} == {"no data"}
        assert card.note == "Nothing was measured in this time."

    def test_an_expression_that_is_not_understood_is_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body = [graph("Orders", CONFIRMED, [{"expression": "SEARCH('x')"}])]
        (card,) = read(monkeypatch, CloudWatch(body, {"OrdersConfirmed": [4]})).cards
        assert [s.summary for s in card.series] == ["4", "not drawn: SEARCH('x')"]

    def test_what_is_refused_is_said_in_its_graph(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cloudwatch = CloudWatch()
        cloudwatch.fail = "no such statistic"
        (card,) = read(monkeypatch, cloudwatch, "Orders").cards
        assert {s.summary for s in card.series} == {"not drawn: no such statistic"}

    @pytest.mark.parametrize(
        ("stat", "said"), [("p99", "at most 4"), ("Minimum", "at least 1"), ("Sum", "7")]
    )
    def test_only_sums_are_added_up(
        self, monkeypatch: pytest.MonkeyPatch, stat: str, said: str
    ) -> None:
        body = [graph("T", ["N", "A", {"stat": stat}])]
        (card,) = read(monkeypatch, CloudWatch(body, {"A": [2, 1, 4]})).cards
        assert card.series[0].summary == said

    def test_the_alarms_are_those_of_the_widget(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (card,) = read(monkeypatch, CloudWatch(), "Alarms").cards
        assert [a.name for a in card.alarms] == ["no-orders"]

    def test_the_errors_are_the_newest_first_and_no_rejections(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (card,) = read(monkeypatch, CloudWatch(), "Errors").cards
        said = [one.message for one in card.errors]
        assert [text.split()[0] for text in said] == ['{"level":', "RequestId:", "[ERROR]"]
        assert "GatewayTimeout" in said[-1]
        assert {one.function for one in card.errors} == {"notifier"}

    def test_a_title_that_is_not_there_is_answered_with_those_that_are(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(LabError, match="'Order'") as error:
            read(monkeypatch, CloudWatch(), "Order")
        assert "Orders, Requests" in error.value.hint

    def test_a_window_is_whole_periods(self) -> None:
        end = datetime(2026, 3, 2, 12, 3, tzinfo=UTC)
        begin = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
        assert Window(end, 60).span(300) == (begin, end.replace(minute=5))


class TestPage:
    @pytest.fixture
    def board(self, monkeypatch: pytest.MonkeyPatch) -> Board:
        points = {"OrdersConfirmed": [1.0, 2.0], "FILL(r0, 0)": [0.0, 3.0]}
        return read(monkeypatch, CloudWatch(points=points))

    def test_it_stands_alone(self, board: Board) -> None:
        html = page.html(board)
        for outside in ("<script", "<link", "src=", "@import", "url(http"):
            assert outside not in html

    def test_a_card_stands_where_its_widget_does(self, board: Board) -> None:
        said = [widget("text", x=16, y=7, markdown="beside")]
        (beside,) = widgets.parse(json.dumps({"widgets": said}))
        moved = Board(board.name, board.place, board.window, (Card(beside),))
        assert "grid-column:17/span 8;grid-row:8/span 6" in page.html(moved)

    def test_each_line_is_drawn_in_the_colour_of_its_legend(self, board: Board) -> None:
        html = page.card_html(card_of(board, "Orders"), board.window)
        assert html.count("#ff7f0e") >= 2
        assert "confirmed <b>3</b>" in html
        picture = ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])
        assert picture.tag.endswith("svg")

    def test_a_graph_without_data_has_no_picture_and_says_why(self, board: Board) -> None:
        html = page.card_html(card_of(board, "Requests"), board.window)
        assert "<svg" not in html
        assert "no data</b>: all" in html
        assert "Nothing was measured in this time." in html

    def test_an_alarm_that_rings_looks_like_one(self, board: Board) -> None:
        html = page.card_html(card_of(board, "Alarms"), board.window)
        assert '<li class="alarm"' in html
        assert "other" not in html

    def test_what_functions_wrote_is_text_and_tracebacks_are_folded(self, board: Board) -> None:
        html = page.card_html(card_of(board, "Errors"), board.window)
        assert "not &lt;mailed&gt;" in html
        folded = "<summary>[ERROR] GatewayTimeout: No answer</summary><pre>Traceback: 1</pre>"
        assert html.count("<details>") == html.count(folded) == 1

    def test_a_kind_that_is_not_drawn_is_said(self, board: Board) -> None:
        assert "explorer" in page.card_html(card_of(board, "Explorer"), board.window)

    def test_stacked_values_stand_on_each_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = [["N", "A", {"label": "a"}], ["N", "B", {"label": "b"}]]
        body = [graph("T", *rows, stacked=True)]
        stacked = read(monkeypatch, CloudWatch(body, {"A": [3.0], "B": [4.0]}))
        drawn = page.html(stacked)
        assert ">6<" in drawn, "the axis goes beyond what each of them has"


def card_of(board: Board, title: str) -> Card:
    return next(card for card in board.cards if card.widget.title == title)


class TestCommand:
    @pytest.fixture(autouse=True)
    def _deployed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("LAB_HOME", str(tmp_path))
        monkeypatch.setattr("lab.cli.commands.common._answering", lambda target: target)
        read(monkeypatch, CloudWatch(points={"OrdersConfirmed": [5.0]}))

    def test_it_writes_a_page_and_says_where(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        assert app.run(["dashboard"]) == 0
        written = tmp_path / "dashboard-dev.html"
        assert str(written) in capsys.readouterr().out.replace("\n", "")
        assert "confirmed <b>5</b>" in written.read_text()

    def test_json_has_the_widgets_with_their_points(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert app.run(["dashboard", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["widgets"]
        (orders,) = (one for one in found if one["title"] == "Orders")
        confirmed, rejected = orders["series"]
        assert [point["value"] for point in confirmed["points"]] == [5]
        assert rejected["points"] == []

    def test_where_nothing_is_deployed_it_says_how_to(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(Target, "client", lambda _self, _service: CloudWatch(None))
        assert app.run(["dashboard"]) == 1
        assert "lab deploy dev" in capsys.readouterr().err


def test_a_lesson_shows_the_widgets_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    read(monkeypatch, CloudWatch(points={"OrdersConfirmed": [1.0, 2.0]}))
    shown = boards.dashboard(Target("dev"), "Requests", "Orders")
    first, second = shown.text().splitlines()
    assert first.startswith("Requests")
    assert "confirmed 3, rejected no data" in second
    assert shown.html().count('<div class="lab-card">') == 2


def test_in_a_lesson_every_graph_has_the_same_size(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = graph("Wide", CONFIRMED) | {"width": 24}
    read(monkeypatch, CloudWatch([wide, graph("Small", CONFIRMED)], {"OrdersConfirmed": [1.0]}))
    drawn = boards.dashboard(Target("dev"), "Wide", "Small").html()
    assert len(set(re.findall(r'<svg [^>]*viewBox="([^"]+)"', drawn))) == 1
