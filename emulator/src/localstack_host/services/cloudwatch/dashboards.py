"""What is wrong with the body of a dashboard, in the words in which PutDashboard refuses it.

These are the faults whose answers of AWS are known; what is not checked is taken as it is.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

NO_OBJECT = "The field DashboardBody must be a valid JSON object"
NO_SOURCE = (
    "Should have required property 'metrics'",
    "The metric widget should have specified a region and a data source or an alarm annotation",
    "Should have required property 'annotations'",
)
NO_REGION = "Should have required property 'region'"
NO_ARRAY = (
    "Should be array",
    'Field "metrics" has to be an array of array of strings,'
    " with an optional metricRenderer object as last element",
)
NO_STRING = 'Invalid metric field type, only "String" type is allowed'
Message = dict[str, str]  # dataPath and message


def problems(body: str) -> tuple[str, list[Message]]:
    """The error that a body causes and the messages in it; empty if there is none."""
    try:
        dashboard = json.loads(body)
    except ValueError:
        return NO_OBJECT, []
    if not isinstance(dashboard, dict):
        return NO_OBJECT, []
    messages = list(_of_widgets(dashboard.get("widgets")))
    if not messages:
        return "", []
    text = f"The dashboard body is invalid, there are {len(messages)} validation errors:\n"
    return text + json.dumps(messages, indent=2), messages


def _of_widgets(widgets: Any) -> Iterator[Message]:
    for number, widget in enumerate(widgets if isinstance(widgets, list) else ()):
        properties = widget.get("properties") if isinstance(widget, dict) else None
        if isinstance(properties, dict) and widget.get("type") == "metric":
            yield from _of_metric_widget(f"/widgets/{number}/properties", properties)


def _of_metric_widget(path: str, properties: Mapping[str, Any]) -> Iterator[Message]:
    metrics = properties.get("metrics")
    if metrics is None:
        if properties.get("annotations") is None:
            yield from (_message(path, text) for text in NO_SOURCE)
        return
    if properties.get("region") is None:
        yield _message(path, NO_REGION)
    for number, metric in enumerate(metrics if isinstance(metrics, list) else ()):
        yield from _of_metric(f"{path}/metrics/{number}", metric)


def _of_metric(path: str, metric: Any) -> Iterator[Message]:
    """A metric is a list of strings, and at its end there may be an object: how it is drawn."""
    if not isinstance(metric, list):
        yield from (_message(path, text) for text in NO_ARRAY)
        return
    strings, drawn = metric, None
    if metric and isinstance(metric[-1], dict):
        *strings, drawn = metric
    if drawn is not None and _has_dimensions(drawn):
        yield _message(path, f"Should NOT have more than {len(strings)} items")
    for number, text in enumerate(strings):
        if not isinstance(text, str) or not text:
            yield _message(f"{path}/{number}", NO_STRING)


def _has_dimensions(drawn: Mapping[str, Any]) -> bool:
    """Whether an object has dimensions in it, which belong before it: what draws is no object."""
    return any(
        isinstance(value, dict | list) or name[:1].isupper() for name, value in drawn.items()
    )


def _message(path: str, text: str) -> Message:
    return {"dataPath": path, "message": text}
