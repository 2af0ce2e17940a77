"""What AWS says of a condition before it looks at an item."""

from typing import Any

import pytest

COUNT = "Incorrect number of operands for operator or function; operator or function: "
TYPE = "Incorrect operand type for operator or function; operator or function: "
PATH = "Operator or function requires a document path; operator or function: "
SAMPLES: dict[str, Any] = {
    "S": {"S": "a"},
    "N": {"N": "1"},
    "B": {"B": "YQ=="},
    "BOOL": {"BOOL": True},
    "NULL": {"NULL": True},
    "L": {"L": []},
    "M": {"M": {}},
    "SS": {"SS": ["1"]},
    "NS": {"NS": ["1"]},
    "BS": {"BS": ["YQ=="]},
}


@pytest.fixture
def condition_refusal(refusal, holds):
    def check(text: str, values: Any = None, names: Any = None) -> str:
        message = refusal(holds, text, {}, values, names)
        start = "Invalid ConditionExpression: "
        assert message.startswith(start)
        return message.removeprefix(start)

    return check


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("attribute_exists(a, b)", "attribute_exists", 2),
        ("attribute_not_exists(a, b)", "attribute_not_exists", 2),
        ("attribute_type(a)", "attribute_type", 1),
        ("begins_with(a)", "begins_with", 1),
        ("begins_with(a, size(b), c)", "begins_with", 3),
        ("contains(a)", "contains", 1),
        ("size(a, b) > c", "size", 2),
    ],
)
def test_a_function_has_its_number_of_operands(
    condition_refusal, text: str, name: str, count: int
) -> None:
    assert condition_refusal(text) == f"{COUNT}{name}, number of operands: {count}"


@pytest.mark.parametrize("kind", ["N", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"])
@pytest.mark.parametrize("text", ["begins_with(a, :v)", "begins_with(:v, a)"])
def test_begins_with_takes_texts_and_binary_values(condition_refusal, text: str, kind: str) -> None:
    message = condition_refusal(text, {":v": SAMPLES[kind]})
    assert message == f"{TYPE}begins_with, operand type: {kind}"


@pytest.mark.parametrize("kind", ["N", "BOOL", "NULL"])
def test_size_takes_what_has_a_size(condition_refusal, kind: str) -> None:
    message = condition_refusal("size(:v) > a", {":v": SAMPLES[kind]})
    assert message == f"{TYPE}size, operand type: {kind}"
    assert condition_refusal("size(size(a)) > b") == f"{TYPE}size, operand type: N"


@pytest.mark.parametrize("kind", ["BOOL", "NULL", "L", "M", "SS", "NS", "BS"])
@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_only_texts_numbers_and_binary_values_have_an_order(
    condition_refusal, operator: str, kind: str
) -> None:
    wrong = f"{TYPE}{operator}, operand type: {kind}"
    assert condition_refusal(f"a {operator} :v", {":v": SAMPLES[kind]}) == wrong
    assert condition_refusal(f":v {operator} a", {":v": SAMPLES[kind]}) == wrong
    between = condition_refusal("a BETWEEN :v AND b", {":v": SAMPLES[kind]})
    assert between == f"{TYPE}BETWEEN, operand type: {kind}"


@pytest.mark.parametrize("kind", SAMPLES)
def test_any_value_can_be_equal_contained_and_one_of_several(holds, kind: str) -> None:
    for text in ("a = :v", "a <> :v", "contains(a, :v)", "a IN (:v, b)"):
        assert holds(text, {"x": {"S": "y"}}, {":v": SAMPLES[kind]}) is ("<>" in text)


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind != "S"])
def test_the_name_of_a_type_is_a_text(condition_refusal, kind: str) -> None:
    message = condition_refusal("attribute_type(a, :v)", {":v": SAMPLES[kind]})
    assert message == f"{TYPE}attribute_type, operand type: {kind}"


def test_the_name_of_a_type_is_a_value_and_one_of_ten(condition_refusal) -> None:
    assert condition_refusal("attribute_type(a, b)") == (
        f"{TYPE}attribute_type, operand type: {{NS,SS,L,BS,N,M,B,BOOL,NULL,S}}"
    )
    assert condition_refusal("attribute_type(a, size(b))") == (
        f"{TYPE}attribute_type, operand type: N"
    )
    assert condition_refusal("attribute_type(a, :v)", {":v": {"S": "DOG"}}) == (
        "Invalid attribute type name found; type: DOG, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    )


@pytest.mark.parametrize("name", ["attribute_exists", "attribute_not_exists"])
def test_whether_an_attribute_exists_is_asked_of_a_path(condition_refusal, name: str) -> None:
    assert condition_refusal(f"{name}(:v)", {":v": {"S": "a"}}) == PATH + name
    assert condition_refusal(f"{name}(size(a))") == PATH + name


@pytest.mark.parametrize(
    ("text", "operator", "path"),
    [
        ("a = a", "=", "[a]"),
        ("#a <> a", "<>", "[a]"),
        ("a > #a", ">", "[a]"),
        ("((a = a) OR (b = c))", "=", "[a]"),
        ("contains(x.y[1].a, x.y[1].#a)", "contains", "[x, y, [1], a]"),
        ("attribute_type(a, #a)", "attribute_type", "[a]"),
        ("begins_with(a, a)", "begins_with", "[a]"),
    ],
)
def test_a_path_is_not_compared_with_itself(
    condition_refusal, text: str, operator: str, path: str
) -> None:
    names = {"#a": "a"} if "#a" in text else None
    assert condition_refusal(text, None, names) == (
        "The first operand must be distinct from the remaining operands for this operator or "
        f"function; operator: {operator}, first operand: {path}"
    )


def test_a_value_may_be_compared_with_itself(holds) -> None:
    assert holds(":a = :a AND :a >= :a", {}, {":a": {"N": "1"}})


@pytest.mark.parametrize(
    ("low", "high", "rule"),
    [
        ({"N": "5"}, {"N": "4"}, "upper bound to be greater than or equal to lower bound"),
        ({"S": "z"}, {"S": "a"}, "upper bound to be greater than or equal to lower bound"),
        ({"B": "eg=="}, {"B": "YQ=="}, "upper bound to be greater than or equal to lower bound"),
        ({"N": "1"}, {"S": "a"}, "same data type for lower and upper bounds"),
    ],
)
def test_the_bounds_of_between_fit_each_other(
    condition_refusal, low: Any, high: Any, rule: str
) -> None:
    ((low_type, low_content),) = low.items()
    ((high_type, high_content),) = high.items()
    assert condition_refusal("a BETWEEN :low AND :high", {":low": low, ":high": high}) == (
        f"The BETWEEN operator requires {rule}; lower bound operand: AttributeValue: "
        f"{{{low_type}:{low_content}}}, upper bound operand: AttributeValue: "
        f"{{{high_type}:{high_content}}}"
    )


@pytest.mark.parametrize(
    ("text", "what", "key"),
    [
        ("#a = :v", "name used in the document path", "#a"),
        ("b.#a[0] = :v", "name used in the document path", "#a"),
        ("a = :w", "value used in expression", ":w"),
        ("begins_with(:w, #a, #b)", "value used in expression", ":w"),
        (":w < :x", "value used in expression", ":w"),
        ("a = :v AND b IN (:v, :w, #a)", "value used in expression", ":w"),
        # Conditions are checked from left to right.
        ("a = :w AND attribute_exists(:v)", "value used in expression", ":w"),
        ("size(#a) = :w", "name used in the document path", "#a"),
    ],
)
def test_placeholders_are_defined(condition_refusal, text: str, what: str, key: str) -> None:
    kind = "name" if key.startswith("#") else "value"
    assert condition_refusal(text, {":v": {"S": "x"}}) == (
        f"An expression attribute {what} is not defined; attribute {kind}: {key}"
    )


def test_what_is_wrong_first_from_left_to_right_is_told(condition_refusal) -> None:
    values = {":v": {"N": "1"}}
    assert condition_refusal("begins_with(a, :v) AND b = :w", values) == (
        f"{TYPE}begins_with, operand type: N"
    )
    assert condition_refusal("contains(a) AND b = b", None).startswith(COUNT)
    assert "must be distinct" in condition_refusal("b = b AND contains(a)", None)
