"""Reads the deployed dashboard of an environment, with its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate.dashboard import errors, series, silence
from lab.operate.dashboard.errors import Error
from lab.operate.dashboard.series import Series, Window
from lab.operate.dashboard.widgets import AlarmList, Graph, LogTable, Widget, parse
from lab.shop import alarms
from lab.shop.alarms import Alarm

# The error codes of AWS and of LocalStack.
NO_SUCH_DASHBOARD = {"ResourceNotFound", "InvalidParameterValue"}


@dataclass(frozen=True)
class Card:
    """A widget with its data; `note` is shown below it and usually empty."""

    widget: Widget
    series: tuple[Series, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    errors: tuple[Error, ...] = ()
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The values for JSON: kind and fields of the widget, and its data."""
        kind = {"kind": type(self.widget).__name__}
        data = {
            "series": [_series_as_dict(one) for one in self.series],
            "alarms": [asdict(alarm) for alarm in self.alarms],
            "errors": [asdict(error) for error in self.errors],
            "note": self.note,
        }
        return kind | asdict(self.widget) | {name: value for name, value in data.items() if value}


@dataclass(frozen=True)
class Board:
    """A dashboard with the data of a time window."""

    name: str
    place: str
    window: Window
    cards: tuple[Card, ...]

    def as_dict(self) -> dict[str, Any]:
        """The values for JSON."""
        return {
            "name": self.name,
            "at": self.window.end,
            "minutes": self.window.minutes,
            "widgets": [card.as_dict() for card in self.cards],
        }


def read(target: Target, minutes: int = 60, only: Sequence[str] = ()) -> Board:
    """Reads the deployed dashboard with the last minutes; `only` selects widgets by title.

    Raises LabError if no dashboard is deployed, or if it has no widget with such a title.
    """
    window = Window(datetime.now(UTC), minutes)
    widgets = _select(parse(_body(target)), only) if only else parse(_body(target))
    cards = tuple(_card(target, widget, window) for widget in widgets)
    return Board(target.prefix, target.endpoint or f"AWS, {target.region}", window, cards)


def _select(widgets: Sequence[Widget], titles: Sequence[str]) -> list[Widget]:
    known = {widget.title: widget for widget in widgets if widget.title}
    for title in titles:
        if title not in known:
            has = ", ".join(known)
            raise LabError(f"The dashboard has no {title!r}.", f"It has: {has}.", 2)
    return [known[title] for title in titles]


def _body(target: Target) -> str:
    try:
        response = target.client("cloudwatch").get_dashboard(DashboardName=target.prefix)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NO_SUCH_DASHBOARD:
            raise
        raise LabError(
            f"There is no dashboard {target.prefix} at {target.place}: "
            f"{target.environment} is not deployed here.",
            f"Deploy it with `lab deploy {target.environment}`.",
        ) from None
    return str(response["DashboardBody"])


def _card(target: Target, widget: Widget, window: Window) -> Card:
    match widget:
        case Graph():
            data = series.read(target.client("cloudwatch"), widget, window)
            return Card(widget, series=data, note=silence.note(data))
        case AlarmList(names=names):
            members = (a for a in alarms.read(target) if target.named(a.name) in names)
            return Card(widget, alarms=tuple(members))
        case LogTable(groups=groups):
            return Card(widget, errors=errors.read(target, groups, window.begin))
    return Card(widget)


def _series_as_dict(one: Series) -> dict[str, Any]:
    points = [{"at": at, "value": value} for at, value in one.points]
    label = {"label": one.metric.label, "metric": asdict(one.metric), "points": points}
    return label | ({"problem": one.problem} if one.problem else {})
