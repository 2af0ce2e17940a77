"""Expressions: parsed once for each text, compiled once to functions, cached."""

from embedded_dynamodb.expressions.conditions import Condition, condition
from embedded_dynamodb.expressions.key_conditions import Bound, KeyCondition, key_condition
from embedded_dynamodb.expressions.paths import at_paths
from embedded_dynamodb.expressions.placeholders import Placeholders
from embedded_dynamodb.expressions.projections import Projection, projection
from embedded_dynamodb.expressions.updates import Update, update

__all__ = [
    "Bound",
    "Condition",
    "KeyCondition",
    "Placeholders",
    "Projection",
    "Update",
    "at_paths",
    "condition",
    "key_condition",
    "projection",
    "update",
]
