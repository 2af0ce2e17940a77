"""Pages of GetMetricData: at most so many data points of all results together. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

MOST = 100_800
Result = dict[str, Any]


class InvalidToken(Exception):
    """Raised for text that is no token of a page."""


def page(
    results: Sequence[Result], most: int | None, token: str | None
) -> tuple[list[Result], str | None]:
    """The part of the results after `token`, and the token of the next page if there is one.

    A result that goes on has the status `PartialData`. Raises `InvalidToken`.
    """
    begin = _number(token) if token else 0
    end = begin + min(most or MOST, MOST)
    part, at = [], 0
    for result in results:
        size = len(result["Values"])
        first, last = max(begin - at, 0), min(end - at, size)
        if first < last:
            part.append(_cut(result, first, last))
        elif not size and not token:  # it is on the first page
            part.append(result)
        at += size
    return part, (_token(end) if end < at else None)


def _cut(result: Result, first: int, last: int) -> Result:
    cut = {key: result[key][first:last] for key in ("Timestamps", "Values")}
    goes_on = last < len(result["Values"])
    return result | cut | ({"StatusCode": "PartialData"} if goes_on else {})


def _token(number: int) -> str:
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode()


def _number(token: str) -> int:
    try:
        word, number = base64.urlsafe_b64decode(token.encode()).decode().split()
        if word == "after":
            return int(number)
    except ValueError:
        pass
    raise InvalidToken(token)
