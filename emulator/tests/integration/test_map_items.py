"""What a Map iterates over: the items of an array, and in distributed mode the pairs of an object.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemspath.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.state_machines import run

INNER = {"StartAt": "X", "States": {"X": {"Type": "Pass", "End": True}}}
PAIRS = {"b": 2, "a": {"x": 1}}
KEYS = {"k": "Map.Item.Key", "v": "Map.Item.Value", "i": "Map.Item.Index"}
IN_JSONPATH = {f"{name}.$": f"$$.{path}" for name, path in KEYS.items()}
IN_JSONATA = {name: f"{{% $states.context.{path} %}}" for name, path in KEYS.items()}
SELECTED = [{"k": "b", "v": 2, "i": 0}, {"k": "a", "v": {"x": 1}, "i": 1}]


@pytest.mark.parametrize(
    ("fields", "top", "output"),
    [
        ({"ItemsPath": "$.q"}, {}, [{"Key": "b", "Value": 2}, {"Key": "a", "Value": {"x": 1}}]),
        ({"ItemsPath": "$.q", "ItemSelector": IN_JSONPATH}, {}, SELECTED),
        (
            {"Items": "{% $states.input.q %}", "ItemSelector": IN_JSONATA},
            {"QueryLanguage": "JSONata"},
            SELECTED,
        ),
        (
            {
                "ItemsPath": "$.q",
                "ItemSelector": IN_JSONPATH,
                "ItemBatcher": {"MaxItemsPerBatch": 5},
            },
            {},
            [{"Items": SELECTED}],
        ),
    ],
    ids=["ItemsPath", "ItemSelector", "Items", "ItemBatcher"],
)
def test_a_distributed_map_takes_the_pairs_of_an_object(
    cloud: Cloud, fields: dict[str, Any], top: dict[str, Any], output: Any
) -> None:
    processor = INNER | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    states = {"M": {"Type": "Map", "ItemProcessor": processor, "End": True} | fields}
    ended = run(cloud, states, {"q": PAIRS}, **top)
    assert ended.output == output, ended.cause
    assert ended.details("MapStateStarted") == [{"length": 2}]


@pytest.mark.parametrize(
    ("fields", "top"),
    [
        ({"ItemsPath": "$.q"}, {}),
        ({"Items": "{% $states.input.q %}"}, {"QueryLanguage": "JSONata"}),
    ],
)
def test_an_inline_map_takes_arrays_only(
    cloud: Cloud, fields: dict[str, Any], top: dict[str, Any]
) -> None:
    states = {"M": {"Type": "Map", "ItemProcessor": INNER, "End": True} | fields}
    ended = run(cloud, states, {"q": PAIRS}, **top)
    assert ended.status == "FAILED"
    assert "array" in ended.cause
