"""What ResultWriter makes of the children of a Map Run. Pure functions.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localstack_host.services.stepfunctions.map_runs.children import (
    ABORTED,
    FAILED,
    RUNNING,
    SUCCEEDED,
    TIMED_OUT,
    Child,
)

# The files by the status of the children in them.
FILES = {"FAILED": (FAILED, TIMED_OUT, ABORTED), "PENDING": (RUNNING,), "SUCCEEDED": (SUCCEEDED,)}
NONE, FLATTEN = "NONE", "FLATTEN"


def outputs(children: Sequence[Child], transformation: str) -> list[Any]:
    """The results: NONE are whole executions, COMPACT outputs, FLATTEN elements of arrays, too.

    An execution without output is whole, whatever the transformation.
    """
    return [result for child in children for result in _of_child(child, transformation)]


def _of_child(child: Child, transformation: str) -> Iterator[Any]:
    if child.output is None or transformation == NONE:
        yield child.document()
        return
    output = json.loads(child.output)
    if transformation == FLATTEN and isinstance(output, list):
        yield from output
    else:
        yield output


def files(children: Sequence[Child], config: Mapping[str, Any]) -> dict[str, tuple[str, bytes]]:
    """The name and the content of each file that is not empty, by what is in it."""
    transformation, kind = config.get("Transformation", NONE), config.get("OutputType", "JSON")
    found = {}
    for name, statuses in FILES.items():
        chosen = [child for child in children if child.status in statuses]
        if chosen:
            content = _content(outputs(chosen, transformation), kind)
            found[name] = (f"{name}_0.{kind.lower()}", content)
    return found


def _content(results: Sequence[Any], kind: str) -> bytes:
    if kind == "JSONL":
        return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in results).encode()
    return json.dumps(results, ensure_ascii=False).encode()
