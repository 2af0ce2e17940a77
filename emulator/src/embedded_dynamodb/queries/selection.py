"""What Select, a projection and a filter make of the entries of a page."""

from typing import Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions import Condition, Placeholders, Projection, condition, projection
from embedded_dynamodb.expressions.legacy import legacy_filter, legacy_projection
from embedded_dynamodb.request import Encoded
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.stored import Stored, dump

_INVALID = "One or more parameter values were invalid: "
_WITH_PROJECTION = {
    "ALL_ATTRIBUTES": "ALL_ATTRIBUTES",
    "ALL_PROJECTED_ATTRIBUTES": "ALL_PROJECTED_ATTRIBUTES",
    "COUNT": "only the Count",
}


class Selection:
    """The filter and the projection of a Query or a Scan."""

    def __init__(self, parameters: dict[str, Any], older_filter: str) -> None:
        self.select = parameters.get("Select")
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.filter: Condition | None = None
        self.projection: Projection | None = None
        self.older_filter = older_filter
        # Whether the items come from the table though an index is read.
        self.fetches = False
        _check_select(self.select, parameters)
        steps = [self._take_attributes, self._take_older_filter]
        # The order in which AWS checks them is not the same in Query.
        for step in steps if older_filter == "ScanFilter" else reversed(steps):
            step(parameters)

    def _take_attributes(self, parameters: dict[str, Any]) -> None:
        if parameters.get("AttributesToGet") is not None:
            self.projection = legacy_projection(parameters["AttributesToGet"])

    def _take_older_filter(self, parameters: dict[str, Any]) -> None:
        given, operator = parameters.get(self.older_filter), parameters.get("ConditionalOperator")
        if given is not None or operator is not None:
            self.filter = legacy_filter(self.older_filter, given, operator)

    def parse(self, parameters: dict[str, Any], placeholders: Placeholders) -> None:
        """Takes the expressions, which AWS looks at after all else that needs no table."""
        if parameters.get("FilterExpression") is not None:
            self.filter = condition(parameters["FilterExpression"], "FilterExpression")
            placeholders.use(self.filter)
        if parameters.get("ProjectionExpression") is not None:
            self.projection = projection(parameters["ProjectionExpression"])
            placeholders.use(self.projection)
        self.names, self.values = placeholders.names, placeholders.values

    def bind(self, index: Index | None) -> None:
        """Checks that the index has what is asked for; a local one fetches it."""
        if index is None or index.projects_all:
            return
        if self.select == "ALL_ATTRIBUTES":
            if index.is_global:
                raise ValidationException(
                    f"{_INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary "
                    f"index {index.name} because its projection type is not ALL"
                )
            self.fetches = True
        elif self.projection is not None:
            missing = [
                str(path[0])
                for path in self.projection.resolved_paths(self.names)
                if path[0] not in index.projected
            ]
            if missing and index.is_global:
                raise ValidationException(
                    f"{_INVALID}Global secondary index {index.name} does not project "
                    f"[{', '.join(missing)}]"
                )
            self.fetches = bool(missing)

    def of(self, entries: list[Stored]) -> tuple[int, bytes | None]:
        """How many entries pass the filter, and their items as JSON unless only counted."""
        counts = self.select == "COUNT"
        if self.filter is None and self.projection is None:
            if counts:
                return len(entries), None
            return len(entries), b"[%b]" % b",".join([entry.data for entry in entries])
        found = []
        count = 0
        for entry in entries:
            item = entry.item()
            if self.filter is not None and not self.filter.evaluate(item, self.names, self.values):
                continue
            count += 1
            if counts:
                continue
            if self.projection is None:
                found.append(entry.data)
            else:
                found.append(dump(self.projection.apply(item, self.names)))
        return count, None if counts else Encoded(b"[%b]" % b",".join(found))


def _check_select(select: str | None, parameters: dict[str, Any]) -> None:
    projects = parameters.get("ProjectionExpression") is not None
    older = parameters.get("AttributesToGet") is not None
    if (projects or older) and select in _WITH_PROJECTION:
        what = "ProjectionExpression" if projects else "AttributesToGet"
        raise ValidationException(
            f"Cannot specify the {what} when choosing to get {_WITH_PROJECTION[select]}"
        )
    if select == "ALL_PROJECTED_ATTRIBUTES" and parameters.get("IndexName") is None:
        raise ValidationException(
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        )
    if select == "SPECIFIC_ATTRIBUTES" and not projects and not older:
        raise ValidationException(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES"
        )
