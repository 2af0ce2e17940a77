"""Conditions, equality and order against a plain interpreter, on generated items.

The interpreter is a second reading of AWS's documentation: no tokens, no trees, no closures. Values
become Python's own (a number a Decimal, a set a frozenset), tagged by their type.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions import Condition, Placeholders, condition
from embedded_dynamodb.values import check_item, comparable, equal, item_size, type_of

type Native = tuple[str, Any]

MISSING: Native = ("missing", None)


def native(value: dict[str, Any]) -> Native:
    """The value in Python's types."""
    ((kind, content),) = value.items()
    convert: Callable[[Any], Any] = {
        "N": Decimal,
        "B": b64decode,
        "L": lambda members: [native(member) for member in members],
        "M": lambda members: {name: native(member) for name, member in members.items()},
        "SS": frozenset,
        "NS": lambda members: frozenset(map(Decimal, members)),
        "BS": lambda members: frozenset(map(b64decode, members)),
    }.get(kind, lambda content: content)
    return kind, convert(content)


def at(item: dict[str, Any], path: list[str | int]) -> Native:
    """What stands at the path."""
    found: Native = ("M", {name: native(value) for name, value in item.items()})
    for part in path:
        kind, content = found
        if isinstance(part, int):
            found = content[part] if kind == "L" and part < len(content) else MISSING
        else:
            found = content.get(part, MISSING) if kind == "M" else MISSING
    return found


def compare(operator: str, one: Native, other: Native) -> bool:
    """One of = <> < <= > >=."""
    if operator == "<>":
        return not compare("=", one, other)
    if MISSING in (one, other) or one[0] != other[0]:
        return False
    if operator == "=":
        return bool(one[1] == other[1])
    if one[0] not in ("S", "N", "B"):
        return False
    left, right = one[1], other[1]
    if one[0] == "S":
        left, right = left.encode(), right.encode()
    return bool(
        {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    )


def begins_with(one: Native, other: Native) -> bool:
    return one[0] == other[0] and one[0] in ("S", "B") and one[1].startswith(other[1])


def contains(one: Native, other: Native) -> bool:
    if one[0] in ("S", "B"):
        return other[0] == one[0] and other[1] in one[1]
    if one[0] in ("SS", "NS", "BS"):
        return one[0][0] == other[0] and other[1] in one[1]
    return one[0] == "L" and other != MISSING and other in one[1]


def size(value: Native) -> Native:
    kind, content = value
    if kind == "S":
        return "N", Decimal(sum(2 if char > "\uffff" else 1 for char in content))
    return ("N", Decimal(len(content))) if kind in ("B", "SS", "NS", "BS", "L", "M") else MISSING


NAMES = ["a", "b", "c"]
TEXTS = st.sampled_from(["", "a", "ab", "b", "é", "\U0001f600", "\uffff"])
NUMBERS = st.sampled_from(["0", "1", "2", "10", "-1", "1.5", "0.1"])
BINARIES = st.sampled_from([b"", b"a", b"ab", b"\x7f", b"\x80"]).map(
    lambda content: b64encode(content).decode()
)


def sets_of(members: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(members, min_size=1, max_size=3, unique=True)


ORDERED = st.one_of(
    TEXTS.map(lambda text: {"S": text}),
    NUMBERS.map(lambda number: {"N": number}),
    BINARIES.map(lambda content: {"B": content}),
)
SCALARS = st.one_of(
    ORDERED,
    st.booleans().map(lambda flag: {"BOOL": flag}),
    st.just({"NULL": True}),
    sets_of(TEXTS).map(lambda members: {"SS": members}),
    sets_of(NUMBERS).map(lambda members: {"NS": members}),
    sets_of(BINARIES).map(lambda members: {"BS": members}),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=3).map(lambda m: {"M": m}),
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)
PARTS = st.one_of(st.sampled_from(NAMES), st.integers(0, 2))
PATHS = st.builds(
    lambda first, rest: [first, *rest], st.sampled_from(NAMES), st.lists(PARTS, max_size=2)
)


@dataclass
class Expression:
    """A text, the placeholders in it, and what it means."""

    text: str
    meaning: Callable[[Any], Any]
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def joined(form: str, meaning: Callable[..., Any], *parts: Expression) -> Expression:
    return Expression(
        form.format(*[part.text for part in parts]),
        lambda item: meaning(*[part.meaning(item) for part in parts]),
        {key: name for part in parts for key, name in part.names.items()},
        {key: value for part in parts for key, value in part.values.items()},
    )


def path_text(path: list[Any], placeholder: bool) -> tuple[str, dict[str, str]]:
    names = {f"#{path[0]}x": path[0]} if placeholder else {}
    text = f"#{path[0]}x" if placeholder else path[0]
    for part in path[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text, names


@st.composite
def paths(draw: st.DrawFn) -> Expression:
    path = draw(PATHS)
    text, names = path_text(path, draw(st.booleans()))
    return Expression(text, lambda item: at(item, path), names)


@st.composite
def literals(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Expression:
    value = draw(values)
    key = f":v{abs(hash(repr(value)))}"
    return Expression(key, lambda _item: native(value), {}, {key: value})


SIZES = paths().map(partial(joined, "size({})", size))
ANYTHING = st.one_of(paths(), literals(VALUES), SIZES)
IN_ORDER = st.one_of(paths(), literals(ORDERED), SIZES)
OF_TEXT = st.one_of(paths(), literals(ORDERED.filter(lambda value: "N" not in value)))


def equality(operator: str) -> st.SearchStrategy[Expression]:
    return st.builds(
        partial(joined, f"{{}} {operator} {{}}", partial(compare, operator)),
        ANYTHING,
        ANYTHING,
    )


def order(operator: str) -> st.SearchStrategy[Expression]:
    return st.builds(
        partial(joined, f"{{}} {operator} {{}}", partial(compare, operator)),
        IN_ORDER,
        IN_ORDER,
    )


def between(value: Native, low: Native, high: Native) -> bool:
    return compare(">=", value, low) and compare("<=", value, high)


def is_one_of(value: Native, *choices: Native) -> bool:
    return any(compare("=", value, choice) for choice in choices)


LEAVES = st.one_of(
    equality("="),
    equality("<>"),
    *map(order, ["<", "<=", ">", ">="]),
    st.builds(partial(joined, "{} BETWEEN {} AND {}", between), IN_ORDER, IN_ORDER, IN_ORDER),
    st.builds(partial(joined, "{} IN ({}, {})", is_one_of), ANYTHING, ANYTHING, ANYTHING),
    paths().map(partial(joined, "attribute_exists({})", lambda found: found != MISSING)),
    paths().map(partial(joined, "attribute_not_exists({})", lambda found: found == MISSING)),
    st.builds(partial(joined, "begins_with({}, {})", begins_with), OF_TEXT, OF_TEXT),
    st.builds(partial(joined, "contains({}, {})", contains), ANYTHING, ANYTHING),
    st.builds(
        partial(joined, "attribute_type({}, {})", lambda value, kind: value[0] == kind[1]),
        paths(),
        literals(st.sampled_from(["S", "N", "L", "M", "SS", "NULL"]).map(lambda s: {"S": s})),
    ),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(partial(joined, "({} AND {})", lambda *each: all(each)), inner, inner),
        st.builds(partial(joined, "({} OR {})", lambda *each: any(each)), inner, inner),
        inner.map(partial(joined, "(NOT {})", lambda each: not each)),
        # Without parentheses AND binds closer than OR, and NOT closer than both.
        st.builds(
            partial(joined, "({} OR NOT {} AND {})", lambda x, y, z: x or (not y and z)),
            *[LEAVES] * 3,
        ),
    ),
    max_leaves=6,
)


def use(placeholders: Placeholders, parsed: Condition) -> bool:
    """Whether the checks let the condition pass, which they refuse for few reasons."""
    try:
        placeholders.use(parsed)
    except ValidationException as refused:
        reasons = ("distinct", "BETWEEN operator requires", "Incorrect operand type")
        if not any(reason in refused.message for reason in reasons):
            raise
        return False
    return True


@given(CONDITIONS, ITEMS)
def test_a_condition_holds_when_the_plain_interpreter_says_so(
    expression: Expression, item: Any
) -> None:
    parsed = condition(expression.text)
    placeholders = Placeholders(expression.names or None, expression.values or None)
    # Generated at random, operands may be the same path, and bounds in the wrong order.
    assume(use(placeholders, parsed))
    placeholders.finish()
    result = parsed.evaluate(item, placeholders.names, placeholders.values)
    assert result is expression.meaning(item)


@given(ITEMS)
def test_a_stored_item_is_stored_again_as_it_is_and_has_a_size(item: Any) -> None:
    stored = check_item(item)
    assert stored == item
    assert item_size(stored) >= sum(map(len, item))


@given(VALUES, VALUES)
def test_equality_is_that_of_the_plain_interpreter(one: Any, other: Any) -> None:
    assert equal(one, other) is (native(one) == native(other))


@given(ORDERED, ORDERED)
def test_the_order_of_keys_is_that_of_the_plain_interpreter(one: Any, other: Any) -> None:
    assume(type_of(one) == type_of(other))
    less = comparable(one) < comparable(other)  # type: ignore[operator]
    assert less is compare("<", native(one), native(other))
