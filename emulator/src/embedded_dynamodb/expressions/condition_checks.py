"""What is wrong with a condition whatever the item: operands' number, sameness and types.

AWS tells these before it looks at the table. Conditions are checked from left to right; of one
condition, placeholders that are not defined come first, then the number of operands, then two
equal operands, then types.
"""

from collections.abc import Callable, Iterator

from embedded_dynamodb.expressions.nodes import (
    Between,
    Comparison,
    Constant,
    Function,
    Leaf,
    Names,
    Operand,
    Path,
    ResolvedPath,
    ValueRef,
    Values,
    operands_of,
)
from embedded_dynamodb.expressions.parsing import CONDITION_FUNCTIONS
from embedded_dynamodb.values import TYPES, Value, comparable, type_of

type Check = Callable[[Names, Values], str | None]

ORDERED = ("S", "N", "B")
PATH_FUNCTIONS = ("attribute_exists", "attribute_not_exists")


def checks_of(leaf: Leaf) -> list[Check]:
    """The checks of one condition, in AWS's order; most conditions need none."""
    calls = [*_calls_in(leaf)]
    for call in calls:
        if len(call.arguments) != CONDITION_FUNCTIONS[call.name]:
            return [_always(_operand_count(call))]
    checks: list[Check] = []
    for each in [*calls, leaf]:
        if (same := _distinct_check(each)) is not None:
            checks.append(same)
    for call in calls:
        checks += _function_checks(call)
    if isinstance(leaf, Comparison) and leaf.operator not in ("=", "<>"):
        checks += _order_checks(leaf.operator, leaf)
    elif isinstance(leaf, Between):
        checks += [*_order_checks("BETWEEN", leaf), *_bounds_checks(leaf)]
    return checks


def _calls_in(node: Leaf | Operand) -> Iterator[Function]:
    """The functions in a condition, inner ones first."""
    if isinstance(node, Path | ValueRef | Constant):
        return
    for operand in operands_of(node):
        yield from _calls_in(operand)
    if isinstance(node, Function):
        yield node


def _always(message: str) -> Check:
    return lambda _names, _values: message


def _operand_count(call: Function) -> str:
    return (
        "Incorrect number of operands for operator or function; operator or function: "
        f"{call.name}, number of operands: {len(call.arguments)}"
    )


def operand_type(name: str, kind: str) -> str:
    """The message on an operand of a wrong type."""
    return (
        "Incorrect operand type for operator or function; operator or function: "
        f"{name}, operand type: {kind}"
    )


def requires_path(name: str) -> str:
    """The message on an operand that is no path."""
    return f"Operator or function requires a document path; operator or function: {name}"


def shown_path(path: ResolvedPath) -> str:
    """A path as messages show it: [a, [0], b]."""
    parts = [f"[{part}]" if isinstance(part, int) else part for part in path]
    return f"[{', '.join(parts)}]"


def _distinct_check(node: Leaf) -> Check | None:
    """A path cannot be compared with itself."""
    if not isinstance(node, Comparison | Function):
        return None
    operands = operands_of(node)
    if len(operands) != 2 or not all(isinstance(operand, Path) for operand in operands):
        return None
    one, other = operands
    name = node.operator if isinstance(node, Comparison) else node.name

    def check(names: Names, _values: Values) -> str | None:
        path = one.resolved(names)  # type: ignore[union-attr]
        if path != other.resolved(names):  # type: ignore[union-attr]
            return None
        return (
            "The first operand must be distinct from the remaining operands for this operator "
            f"or function; operator: {name}, first operand: {shown_path(path)}"
        )

    return check


def static_type(operand: Operand, values: Values) -> str | None:
    """The type of an operand that is known before an item is."""
    if isinstance(operand, ValueRef):
        return type_of(values[operand.name])
    return "N" if isinstance(operand, Function) else None


def _type_check(name: str, operand: Operand, allowed: tuple[str, ...]) -> Check:
    def check(_names: Names, values: Values) -> str | None:
        kind = static_type(operand, values)
        return operand_type(name, kind) if kind and kind not in allowed else None

    return check


def _function_checks(call: Function) -> list[Check]:
    first = call.arguments[0]
    if call.name in PATH_FUNCTIONS and not isinstance(first, Path):
        return [_always(requires_path(call.name))]
    if call.name == "begins_with":
        return [_type_check(call.name, each, ("S", "B")) for each in _typed(call.arguments)]
    if call.name == "size" and not isinstance(first, Path):
        sized = tuple(kind for kind in TYPES if kind not in ("N", "BOOL", "NULL"))
        return [_type_check(call.name, first, sized)]
    if call.name == "attribute_type":
        return [_attribute_type_check(call.arguments[1])]
    return []


def _typed(operands: tuple[Operand, ...]) -> list[Operand]:
    return [operand for operand in operands if not isinstance(operand, Path)]


def _attribute_type_check(wanted: Operand) -> Check:
    if isinstance(wanted, Path):
        return _always(operand_type("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"))

    def check(_names: Names, values: Values) -> str | None:
        kind = static_type(wanted, values)
        if kind != "S" or not isinstance(wanted, ValueRef):
            return operand_type("attribute_type", str(kind))
        name = values[wanted.name]["S"]
        if name in TYPES:
            return None
        return (
            f"Invalid attribute type name found; type: {name}, "
            "valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
        )

    return check


def _order_checks(name: str, leaf: Leaf) -> list[Check]:
    return [_type_check(name, operand, ORDERED) for operand in _typed(operands_of(leaf))]


def _bounds_checks(leaf: Between) -> list[Check]:
    low, high = leaf.low, leaf.high
    if not (isinstance(low, ValueRef) and isinstance(high, ValueRef)):
        return []

    def check(_names: Names, values: Values) -> str | None:
        return bounds_error(values[low.name], values[high.name])

    return [check]


def bounds_error(low: Value, high: Value) -> str | None:
    """What is wrong with the bounds of BETWEEN, if anything is."""
    shown = f"lower bound operand: {shown_value(low)}, upper bound operand: {shown_value(high)}"
    if type_of(low) != type_of(high):
        return "The BETWEEN operator requires same data type for lower and upper bounds; " + shown
    if comparable(low) > comparable(high):  # type: ignore[operator]
        return (
            "The BETWEEN operator requires upper bound to be greater than or equal to lower "
            "bound; " + shown
        )
    return None


def shown_value(value: Value) -> str:
    """A value as messages show it: AttributeValue: {S:a}."""
    ((kind, content),) = value.items()
    return f"AttributeValue: {{{kind}:{content}}}"
