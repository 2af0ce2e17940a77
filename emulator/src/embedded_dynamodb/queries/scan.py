"""Scan: everything, or a segment of it."""

from typing import Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.items.expressions_of import check_mixture, check_scalars, placeholders_of
from embedded_dynamodb.queries.page import read_page
from embedded_dynamodb.queries.reading import (
    BAD_START,
    Source,
    answer_page,
    check_start,
    check_start_in,
    index_of,
    start_position,
    start_values,
)
from embedded_dynamodb.queries.selection import Selection
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.keys import NO_MATCH, check_key_contents

_EXPRESSIONS = ("ProjectionExpression", "FilterExpression")
_OLDER = ("AttributesToGet", "ScanFilter", "ConditionalOperator")
_SPREAD = 2**32


def scan(request: Request) -> dict[str, Any]:
    """Reads a page of a table or an index."""
    parameters = request.parameters
    check_mixture(parameters, _EXPRESSIONS, _OLDER)
    selection = Selection(parameters, "ScanFilter")
    start = start_values(parameters)
    low, high = _segment(parameters)
    placeholders = placeholders_of(parameters)
    selection.parse(parameters, placeholders)
    placeholders.finish()
    limit = parameters.get("Limit")
    with request.engine.lock:
        table = request.table(parameters["TableName"])
        index = index_of(request, table)
        if start is not None:
            check_start(start, table, index, detail="" if index else f": {NO_MATCH}")
            if index is not None:
                check_start_in(start, index.schema.attributes)
                check_key_contents(index.schema, start)
        selection.bind(index)
        if start is not None:
            position = start_position(start, table, index)
            _check_segment(position, low, high, parameters)
            low = position + b"\0"
        check_scalars(table, selection.names, selection.projection, selection.filter)
        source = Source(request, table, index)
        page = read_page(
            source.entries,
            low,
            high,
            limit=None if limit is None else int(limit),
        )
        entries = source.finish(selection, page)
    return answer_page(request, table, index, selection, page, entries)


def _segment(parameters: dict[str, Any]) -> tuple[bytes | None, bytes | None]:
    """The range of positions of the segment: partitions are spread evenly over four bytes."""
    segment, total = parameters.get("Segment"), parameters.get("TotalSegments")
    if segment is None and total is None:
        return None, None
    if total is None:
        raise ValidationException(
            "The TotalSegments parameter is required but was not present in the request when "
            "Segment parameter is present"
        )
    if segment is None:
        raise ValidationException(
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present"
        )
    segment, total = int(segment), int(total)
    if segment >= total:
        raise ValidationException(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    low = -(-segment * _SPREAD // total)
    high = -(-(segment + 1) * _SPREAD // total)
    return low.to_bytes(4, "big"), None if high >= _SPREAD else high.to_bytes(4, "big")


def _check_segment(
    position: bytes, low: bytes | None, high: bytes | None, parameters: dict[str, Any]
) -> None:
    if (low is not None and position < low) or (high is not None and position >= high):
        raise ValidationException(
            f"{BAD_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
            f"Segment. TotalSegments: {parameters['TotalSegments']} "
            f"Segment: {parameters['Segment']}"
        )
