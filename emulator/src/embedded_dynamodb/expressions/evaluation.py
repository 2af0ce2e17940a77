"""Compiles conditions to closures, once for each text."""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

from embedded_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparison,
    Constant,
    Function,
    In,
    NameRef,
    Names,
    Not,
    Operand,
    Or,
    Path,
    Test,
    ValueRef,
    Values,
)
from embedded_dynamodb.numbers import number_key
from embedded_dynamodb.values import Item, Value, binary, equal

type Fetch = Callable[[Item, Names, Values], Value | None]
type Evaluate = Callable[[Item, Names, Values], bool]

ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def compiled(test: Test) -> Evaluate:
    """A function of an item, names and values that says whether the test holds."""
    match test:
        case And():
            return _all(list(map(compiled, test.parts)))
        case Or():
            return _any(list(map(compiled, test.parts)))
        case Not():
            return _not(compiled(test.part))
        case Comparison():
            return _comparison(test)
        case Between():
            return _between(fetch(test.operand), fetch(test.low), fetch(test.high))
        case In():
            return _in(fetch(test.operand), list(map(fetch, test.choices)))
        case Function():
            return _function(test)


def _all(tests: list[Evaluate]) -> Evaluate:
    if len(tests) == 2:
        one, other = tests
        return lambda item, names, values: one(item, names, values) and other(item, names, values)

    def evaluate(item: Item, names: Names, values: Values) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs more than the tests
            if not test(item, names, values):
                return False
        return True

    return evaluate


def _any(tests: list[Evaluate]) -> Evaluate:
    def evaluate(item: Item, names: Names, values: Values) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs more than the tests
            if test(item, names, values):
                return True
        return False

    return evaluate


def _not(test: Evaluate) -> Evaluate:
    return lambda item, names, values: not test(item, names, values)


def fetch(operand: Operand) -> Fetch:
    """A function that gives the operand's value, or None where there is none."""
    match operand:
        case Path():
            return fetch_path(operand)
        case ValueRef():
            name = operand.name
            return lambda _item, _names, values: values[name]
        case Constant():
            value = operand.value
            return lambda _item, _names, _values: value
        case Function():
            return _size(fetch(operand.arguments[0]))


def fetch_path(path: Path) -> Fetch:
    """A function that gives what stands at the path."""
    first, rest = path.parts[0], path.parts[1:]
    if rest:
        return _fetch_nested(path.parts)
    if isinstance(first, NameRef):
        return lambda item, names, _values: item.get(names[first])
    return lambda item, _names, _values: item.get(first)  # type: ignore[arg-type]


def _fetch_nested(parts: tuple[str | int, ...]) -> Fetch:
    def evaluate(item: Item, names: Names, _values: Values) -> Value | None:
        found: Value | None = {"M": item}
        for part in parts:
            if type(part) is int:
                found = element(found, part)  # type: ignore[arg-type]
            else:
                name = names[part] if type(part) is NameRef else part
                members = found.get("M")  # type: ignore[union-attr]
                found = None if members is None else members.get(name)
            if found is None:
                return None
        return found

    return evaluate


def element(value: Value, index: int) -> Value | None:
    """The element of a list, if the value is one and has it."""
    members: list[Value] | None = value.get("L")
    return members[index] if members is not None and index < len(members) else None


def _size(operand: Fetch) -> Fetch:
    def evaluate(item: Item, names: Names, values: Values) -> Value | None:
        value = operand(item, names, values)
        if value is None:
            return None
        ((kind, content),) = value.items()
        if kind in ("N", "BOOL", "NULL"):
            return None
        if kind == "S":
            return {"N": str(utf16_length(content))}
        return {"N": str(len(binary(content) if kind == "B" else content))}

    return evaluate


def utf16_length(text: str) -> int:
    """The length of a text as size counts it: in units of UTF-16, not in bytes."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _comparison(test: Comparison) -> Evaluate:
    left, right = fetch(test.left), fetch(test.right)
    if test.operator == "=":
        return _equal(left, right)
    if test.operator == "<>":
        return _not(_equal(left, right))
    return _ordered(ORDERS[test.operator], left, right)


def _equal(left: Fetch, right: Fetch) -> Evaluate:
    def evaluate(item: Item, names: Names, values: Values) -> bool:
        one = left(item, names, values)
        if one is None:
            return False
        other = right(item, names, values)
        return other is not None and equal(one, other)

    return evaluate


def _ordered(order: Callable[[Any, Any], bool], left: Fetch, right: Fetch) -> Evaluate:
    def evaluate(item: Item, names: Names, values: Values) -> bool:
        one, other = left(item, names, values), right(item, names, values)
        return one is not None and other is not None and in_order(order, one, other)

    return evaluate


def in_order(order: Callable[[Any, Any], bool], one: Value, other: Value) -> bool:
    """Whether two values are of one type, S, N or B, and in this order."""
    ((kind, content),) = one.items()
    wanted = other.get(kind)
    if wanted is None:
        return False
    if kind == "N":
        return order(number_key(content), number_key(wanted))
    if kind == "S":
        return order(content, wanted)
    return kind == "B" and order(binary(content), binary(wanted))


def _between(operand: Fetch, low: Fetch, high: Fetch) -> Evaluate:
    def evaluate(item: Item, names: Names, values: Values) -> bool:
        value = operand(item, names, values)
        lower, upper = low(item, names, values), high(item, names, values)
        if value is None or lower is None or upper is None:
            return False
        return in_order(ge, value, lower) and in_order(le, value, upper)

    return evaluate


def _in(operand: Fetch, choices: list[Fetch]) -> Evaluate:
    def evaluate(item: Item, names: Names, values: Values) -> bool:
        value = operand(item, names, values)
        if value is None:
            return False
        for choice in choices:
            found = choice(item, names, values)
            if found is not None and equal(value, found):
                return True
        return False

    return evaluate


def _function(call: Function) -> Evaluate:
    operands = list(map(fetch, call.arguments))
    if call.name == "attribute_exists":
        return lambda item, names, values: operands[0](item, names, values) is not None
    if call.name == "attribute_not_exists":
        return lambda item, names, values: operands[0](item, names, values) is None
    relation = RELATIONS[call.name]
    left, right = operands

    def evaluate(item: Item, names: Names, values: Values) -> bool:
        one, other = left(item, names, values), right(item, names, values)
        return one is not None and other is not None and relation(one, other)

    return evaluate


def begins_with(value: Value, prefix: Value) -> bool:
    """Whether a text or binary value begins with another of its type."""
    if "S" in value and "S" in prefix:
        return bool(value["S"].startswith(prefix["S"]))
    if "B" in value and "B" in prefix:
        return binary(value["B"]).startswith(binary(prefix["B"]))
    return False


def contains(value: Value, wanted: Value) -> bool:
    """Whether a text has a part, a set a member, a list an element."""
    ((kind, content),) = value.items()
    if kind == "L":
        return any(equal(member, wanted) for member in content)
    if kind in ("SS", "NS", "BS"):
        return wanted.get(kind[0]) in content
    if kind == "S":
        return wanted.get("S", None) is not None and wanted["S"] in content
    return kind == "B" and "B" in wanted and binary(wanted["B"]) in binary(content)


def _is_of_type(value: Value, wanted: Value) -> bool:
    return wanted.get("S") in value


RELATIONS: dict[str, Callable[[Value, Value], bool]] = {
    "begins_with": begins_with,
    "contains": contains,
    "attribute_type": _is_of_type,
}
