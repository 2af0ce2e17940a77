"""The parameters that expressions replaced, translated to the same trees.

Expected, ConditionalOperator, QueryFilter, ScanFilter, KeyConditions, AttributeUpdates and
AttributesToGet name top-level attributes and carry their values themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from embedded_dynamodb.errors import SerializationException, ValidationException
from embedded_dynamodb.expressions.conditions import Condition
from embedded_dynamodb.expressions.key_conditions import Bound, Key, bound
from embedded_dynamodb.expressions.nodes import (
    Action,
    And,
    Between,
    Comparison,
    Constant,
    Function,
    In,
    Not,
    Or,
    Path,
    Test,
)
from embedded_dynamodb.expressions.projections import Projection
from embedded_dynamodb.expressions.updates import Update
from embedded_dynamodb.values import (
    INVALID,
    SETS,
    Value,
    check_name,
    check_value,
    comparable,
    type_of,
)

COMPARISONS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
KEY_OPERATORS = {
    **{name: sign for name, sign in COMPARISONS.items() if name != "NE"},
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
}
ORDERED = ("S", "N", "B")
# How many values an operator takes, at least and at most, and of which types.
ANY = ("S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M")
OPERATORS: dict[str, tuple[int, int | None, tuple[str, ...]]] = {
    "EQ": (1, 1, ANY),
    "NE": (1, 1, ANY),
    "LE": (1, 1, ORDERED),
    "LT": (1, 1, ORDERED),
    "GE": (1, 1, ORDERED),
    "GT": (1, 1, ORDERED),
    "CONTAINS": (1, 1, ORDERED),
    "NOT_CONTAINS": (1, 1, ORDERED),
    "BEGINS_WITH": (1, 1, ("S", "B")),
    "IN": (1, None, ORDERED),
    "BETWEEN": (2, 2, ORDERED),
    "NULL": (0, 0, ()),
    "NOT_NULL": (0, 0, ()),
}
# In the order in which AWS lists them.
OPERATOR_NAMES = (
    "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"
)
type KeyConditions = dict[str, tuple[str, list[Value]]]

MISMATCH = "Type mismatch for attribute to update"


def legacy_condition(expected: Any, operator: str | None) -> Condition | None:
    """Expected and ConditionalOperator; no condition if Expected is empty."""
    tests = [_expectation(name, given) for name, given in _members("Expected", expected)]
    return _condition(tests, operator)


def legacy_filter(parameter: str, conditions: Any, operator: str | None) -> Condition | None:
    """QueryFilter or ScanFilter, whose name `parameter` is, and ConditionalOperator."""
    tests = []
    for name, given in _members(parameter, conditions):
        tests.append(_test(name, *_checked(parameter, name, given)))
    return _condition(tests, operator)


def _condition(tests: list[Test], operator: str | None) -> Condition | None:
    if operator is not None and len(tests) < 2:
        raise ValidationException(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
            if tests
            else "ConditionalOperator cannot be used without Filter or Expected"
        )
    if not tests:
        return None
    if len(tests) == 1:
        test = tests[0]
    else:
        test = Or(tuple(tests)) if operator == "OR" else And(tuple(tests))
    return Condition(test, "Expected", frozenset(), frozenset())


def _members(parameter: str, given: Any) -> Sequence[tuple[str, Mapping[str, Any]]]:
    if given is None:
        return []
    if not isinstance(given, dict):
        raise SerializationException("Unexpected field type")
    for name, member in given.items():
        check_name(name)
        if not isinstance(member, dict):
            raise SerializationException(f"Unexpected value type in payload: {parameter}.{name}")
    return [(name, _without_nulls(member)) for name, member in given.items()]


def _without_nulls(member: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in member.items() if value is not None}


def _expectation(name: str, given: Mapping[str, Any]) -> Test:
    """One member of Expected: an operator with values, or Value and Exists."""
    if "Value" in given and "AttributeValueList" in given:
        raise ValidationException(
            f"{INVALID}Value and AttributeValueList cannot be used together for Attribute: {name}"
        )
    if "ComparisonOperator" in given:
        return _expected_comparison(name, given)
    if "AttributeValueList" in given:
        raise ValidationException(
            f"{INVALID}AttributeValueList can only be used with a ComparisonOperator for "
            f"Attribute: {name}"
        )
    return _expected_value(name, given)


def _expected_comparison(name: str, given: Mapping[str, Any]) -> Test:
    if "Exists" in given:
        raise ValidationException(
            f"{INVALID}Exists and ComparisonOperator cannot be used together for Attribute: {name}"
        )
    operator = _operator("expected", name, given)
    if OPERATORS[operator][0] and not ("Value" in given or "AttributeValueList" in given):
        raise ValidationException(
            f"{INVALID}Value or AttributeValueList must be used with ComparisonOperator: "
            f"{operator} for Attribute: {name}"
        )
    if "Value" in given:
        given = {"ComparisonOperator": operator, "AttributeValueList": [given["Value"]]}
    return _test(name, *_checked("expected", name, given))


def _expected_value(name: str, given: Mapping[str, Any]) -> Test:
    exists = given.get("Exists", True)
    if exists and "Value" not in given:
        shown = "true" if "Exists" in given else "null"
        raise ValidationException(
            f"{INVALID}Value must be provided when Exists is {shown} for Attribute: {name}"
        )
    if exists:
        return Comparison("=", Path((name,)), Constant(check_value(given["Value"])))
    if "Value" in given:
        raise ValidationException(
            f"{INVALID}Value cannot be used when Exists is false for Attribute: {name}"
        )
    return Function("attribute_not_exists", (Path((name,)),))


def _operator(parameter: str, name: str, given: Mapping[str, Any]) -> str:
    operator = given.get("ComparisonOperator")
    if operator in OPERATORS:
        return str(operator)
    where = f"{parameter[0].lower()}{parameter[1:]}.{name}.member.comparisonOperator"
    if operator is None:
        shown, wanted = "null", "Member must not be null"
    else:
        shown = f"'{operator}'"
        wanted = f"Member must satisfy enum value set: [{OPERATOR_NAMES}]"
    raise ValidationException(
        f"1 validation error detected: Value {shown} at '{where}' failed to satisfy constraint: "
        f"{wanted}"
    )


def _checked(parameter: str, name: str, given: Mapping[str, Any]) -> tuple[str, list[Value]]:
    """The operator and its values, if they fit each other."""
    operator = _operator(parameter, name, given)
    least, most, types = OPERATORS[operator]
    values = [check_value(value) for value in given.get("AttributeValueList", [])]
    if len(values) < least or (most is not None and len(values) > most):
        raise ValidationException(
            f"{INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator"
        )
    kinds = [type_of(value) for value in values]
    if len(set(kinds)) > 1:
        raise ValidationException(
            f"{INVALID}AttributeValues inside AttributeValueList must be of same type"
        )
    if kinds and kinds[0] not in types:
        raise ValidationException(
            f"{INVALID}ComparisonOperator {operator} is not valid for {kinds[0]} "
            "AttributeValue type"
        )
    if operator == "BETWEEN" and comparable(values[0]) > comparable(values[1]):  # type: ignore[operator]
        raise ValidationException(
            "The BETWEEN condition was provided a range where the lower bound is greater than "
            "the upper bound"
        )
    return operator, values


def _test(name: str, operator: str, values: list[Value]) -> Test:
    """The tree of one legacy condition."""
    path = Path((name,))
    constants = tuple([Constant(value) for value in values])
    if operator in COMPARISONS:
        return Comparison(COMPARISONS[operator], path, constants[0])
    if operator == "BETWEEN":
        return Between(path, *constants)
    if operator == "IN":
        return In(path, constants)
    if operator in ("NULL", "NOT_NULL"):
        function = "attribute_exists" if operator == "NOT_NULL" else "attribute_not_exists"
        return Function(function, (path,))
    if operator == "BEGINS_WITH":
        return Function("begins_with", (path, constants[0]))
    contains = Function("contains", (path, constants[0]))
    if operator == "CONTAINS":
        return contains
    # An attribute that is not there neither contains nor does not contain.
    return And((Function("attribute_exists", (path,)), Not(contains)))


def checked_key_conditions(conditions: Any) -> KeyConditions:
    """KeyConditions, checked as far as no table is needed for it."""
    checked = {
        name: _checked("KeyConditions", name, given)
        for name, given in _members("KeyConditions", conditions)
    }
    if len(checked) not in (1, 2):
        raise ValidationException("Conditions can be of length 1 or 2 only")
    return checked


def legacy_key_conditions(conditions: KeyConditions, partition: Key, sort: Key) -> list[Bound]:
    """KeyConditions, in the order of the key attributes."""
    keys = {name for name, _ in [*partition, *sort]}
    bounds = {}
    for name, (operator, values) in conditions.items():
        if operator not in KEY_OPERATORS and name in keys:
            raise ValidationException(
                "Attempted conditional constraint is not an indexable operation"
            )
        bounds[name] = Bound(name, KEY_OPERATORS.get(operator, operator), tuple(values))
    return bound(bounds, partition, sort)


def legacy_projection(names: Any) -> Projection:
    """AttributesToGet."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SerializationException("Unexpected field type")
    seen: set[str] = set()
    for name in names:
        check_name(name)
        if name in seen:
            raise ValidationException(f"{INVALID}Duplicate value in attribute name: {name}")
        seen.add(name)
    return Projection([Path((name,)) for name in names])


def legacy_update(updates: Any) -> Update:
    """AttributeUpdates; no update leaves the item as it is."""
    actions = [_legacy_action(name, each) for name, each in _members("AttributeUpdates", updates)]
    return Update(actions, mismatch=MISMATCH)


def _legacy_action(name: str, given: Mapping[str, Any]) -> Action:
    action = given.get("Action", "PUT")
    if action not in ("PUT", "ADD", "DELETE"):
        raise ValidationException(
            f"1 validation error detected: Value '{action}' at "
            f"'attributeUpdates.{name}.member.action' failed to satisfy constraint: Member must "
            "satisfy enum value set: [ADD, PUT, DELETE]"
        )
    path = Path((name,))
    if "Value" not in given:
        if action == "DELETE":
            return Action("REMOVE", path)
        raise ValidationException(
            f"{INVALID}Only DELETE action is allowed when no attribute value is specified"
        )
    value = check_value(given["Value"])
    _check_action(action, type_of(value))
    return Action("SET" if action == "PUT" else action, path, Constant(value))


def _check_action(action: str, kind: str) -> None:
    if action == "DELETE" and kind not in SETS:
        raise ValidationException(
            f"{INVALID}DELETE action with value is not supported for the type {kind}"
        )
    if action == "ADD" and kind not in ("N", "L", *SETS):
        raise ValidationException(f"{INVALID}ADD action is not supported for the type {kind}")
