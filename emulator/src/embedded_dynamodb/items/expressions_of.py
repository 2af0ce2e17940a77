"""The expressions of a request, or the older parameters in their place."""

from typing import Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions import Condition, Placeholders, Projection, Update
from embedded_dynamodb.tables.table import Table

NAMES = "ExpressionAttributeNames"
VALUES = "ExpressionAttributeValues"


def check_mixture(
    parameters: dict[str, Any], expressions: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """Expressions and older parameters exclude each other; placeholders need expressions."""
    given = [name for name in expressions if parameters.get(name) is not None]
    if given:
        older = [name for name in others if parameters.get(name) is not None]
        if older:
            raise ValidationException(
                "Can not use both expression and non-expression parameters in the same request: "
                f"Non-expression parameters: {{{', '.join(older)}}} "
                f"Expression parameters: {{{', '.join(given)}}}"
            )
    elif parameters.get(NAMES) is not None:
        raise ValidationException(
            "ExpressionAttributeNames can only be specified when using expressions"
        )
    with_values = [name for name in expressions if name != "ProjectionExpression"]
    if (
        with_values
        and parameters.get(VALUES) is not None
        and not any(name in given for name in with_values)
    ):
        verb = "is" if len(with_values) == 1 else "are"
        raise ValidationException(
            "ExpressionAttributeValues can only be specified when using expressions: "
            f"{' and '.join(with_values)} {verb} null"
        )


def placeholders_of(parameters: dict[str, Any]) -> Placeholders:
    """The placeholders of a request, checked for themselves."""
    return Placeholders(parameters.get(NAMES), parameters.get(VALUES))


def check_scalars(
    table: Table, names: dict[str, str], *expressions: Condition | Projection | Update | None
) -> None:
    """Raises if a path leads into an attribute of a key of the table or of an index."""
    for expression in expressions:
        if expression is not None and expression.nested:
            table.check_scalars([path.resolved(names) for path in expression.nested])
