"""The table that a statement names, and the statement of a request."""

from typing import Any

from embedded_dynamodb.errors import ResourceNotFoundException
from embedded_dynamodb.partiql.statement_parser import statement
from embedded_dynamodb.partiql.statements import Statement
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.values import Item, check_value


def table_of(request: Request, name: str) -> Table:
    """The table; the caller holds the lock."""
    try:
        return request.table(name)
    except ResourceNotFoundException as error:
        raise ResourceNotFoundException(f"{error.message}: Table: {name} not found") from None


def bound_statement(parameters: dict[str, Any]) -> tuple[Statement, Item]:
    """The statement of a request or of a part of one, and its values by name."""
    parsed = statement(parameters["Statement"])
    given = [check_value(value) for value in parameters.get("Parameters") or ()]
    return parsed, parsed.bind(given)
