"""Query: a range of one partition."""

from typing import Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions import Bound, key_condition
from embedded_dynamodb.expressions.legacy import checked_key_conditions, legacy_key_conditions
from embedded_dynamodb.items.expressions_of import check_mixture, check_scalars, placeholders_of
from embedded_dynamodb.queries.page import read_page
from embedded_dynamodb.queries.ranges import Range, range_of
from embedded_dynamodb.queries.reading import (
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
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import KeySchema, check_key_contents
from embedded_dynamodb.tables.table import Table

_EXPRESSIONS = ("ProjectionExpression", "FilterExpression", "KeyConditionExpression")
_OLDER = ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions")


def query(request: Request) -> dict[str, Any]:
    """Reads a page of a partition."""
    parameters = request.parameters
    plan = _Plan(parameters)
    limit = parameters.get("Limit")
    with request.engine.lock:
        table = request.table(parameters["TableName"])
        index = index_of(request, table)
        wanted = plan.bind(table, index)
        source = Source(request, table, index)
        page = read_page(
            source.entries,
            wanted.low,
            wanted.high,
            limit=None if limit is None else int(limit),
            reverse=plan.reverse,
        )
        entries = source.finish(plan.selection, page)
    return answer_page(request, table, index, plan.selection, page, entries)


class _Plan:
    """What a Query asks for, checked as far as it can be without the table."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        older: tuple[str, ...] = _OLDER
        if parameters.get("KeyConditionExpression") is None:
            # KeyConditions may stand beside a filter expression.
            older = tuple(name for name in _OLDER if name != "KeyConditions")
        check_mixture(parameters, _EXPRESSIONS, older)
        self.selection = Selection(parameters, "QueryFilter")
        self.start = start_values(parameters)
        self.expression = None
        text, conditions = parameters.get("KeyConditionExpression"), parameters.get("KeyConditions")
        if text is None and conditions is None:
            raise ValidationException(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified "
                "in the request."
            )
        older_filter = parameters.get("QueryFilter") is not None
        self.filter_name = "QueryFilter" if older_filter else "Filter Expression"
        self.reverse = parameters.get("ScanIndexForward") is False
        placeholders = placeholders_of(parameters)
        if text is not None:
            self.expression = key_condition(text)
            placeholders.use(self.expression.condition)
        self.selection.parse(parameters, placeholders)
        if self.expression is not None:
            self.expression.check_form(placeholders.names)
        placeholders.finish()
        self.conditions = None if text is not None else checked_key_conditions(conditions)
        self.names, self.values = placeholders.names, placeholders.values

    def bind(self, table: Table, index: Index | None) -> Range:
        """The range of positions in the table or the index."""
        schema = table.schema if index is None else index.schema
        if self.start is not None:
            check_start(self.start, table, index)
            check_start_in(self.start, schema.hash)
        wanted = range_of(schema, self._bounds(schema))
        if self.start is not None:
            check_start_in(self.start, schema.range)
            check_key_contents(schema, self.start)
            position = start_position(self.start, table, index)
            wanted = wanted.after(schema.partition(self.start), position, reverse=self.reverse)
            if index is None and not schema.range:
                raise ValidationException(
                    "The query can return at most one row and cannot be restarted"
                )
        check_scalars(table, self.names, self.selection.projection)
        self._check_filter(schema)
        self.selection.bind(index)
        check_scalars(table, self.names, self.selection.filter)
        return wanted

    def _bounds(self, schema: KeySchema) -> list[Bound]:
        if self.expression is not None:
            return self.expression.bind(self.names, self.values, schema.hash, schema.range)
        assert self.conditions is not None  # noqa: S101 - one of both is given
        return legacy_key_conditions(self.conditions, schema.hash, schema.range)

    def _check_filter(self, schema: KeySchema) -> None:
        if self.selection.filter is None:
            return
        used = {path[0] for path in self.selection.filter.resolved_paths(self.names)}
        for name in schema.names:
            if name in used:
                raise ValidationException(
                    f"{self.filter_name} can only contain non-primary key attributes: "
                    f"Primary key attribute: {name}"
                )
