"""Texts that are no expressions, and in which words AWS says so."""

import sys
from collections.abc import Iterator

import pytest

from embedded_dynamodb.expressions import condition, key_condition, projection, update
from embedded_dynamodb.expressions.reserved_words import RESERVED_WORDS

FUNCTIONS = {
    "ConditionExpression": condition,
    "KeyConditionExpression": key_condition,
    "ProjectionExpression": projection,
    "UpdateExpression": update,
}
TOO_LONG = "Expression size has exceeded the maximum allowed size; expression size: "
REDUNDANT = "The expression has redundant parentheses;"
EMPTY = "The expression can not be empty;"


@pytest.mark.parametrize("kind", FUNCTIONS)
@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_an_expression_is_not_empty(refusal, kind: str, text: str) -> None:
    assert refusal(FUNCTIONS[kind], text) == f"Invalid {kind}: {EMPTY}"


def test_a_filter_is_named_for_its_parameter(refusal) -> None:
    assert refusal(condition, "", "FilterExpression") == f"Invalid FilterExpression: {EMPTY}"


@pytest.mark.parametrize(
    ("kind", "text", "token", "near"),
    [
        ("UpdateExpression", "INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        ("UpdateExpression", "SET _123 = :v", "_", "SET _123"),
        ("UpdateExpression", "SET 123 = :v", "123", "SET 123 ="),
        ("UpdateExpression", "SET a", "<EOF>", "a"),
        ("UpdateExpression", "SET a b", "b", "a b"),
        ("UpdateExpression", "SET a = set", "set", "= set"),
        ("UpdateExpression", "SET a = :v +", "<EOF>", "+"),
        ("UpdateExpression", "SET n = n * :v", "*", "n * :v"),
        ("UpdateExpression", "SET a = b + c + d", "+", "c + d"),
        ("UpdateExpression", "SET a = (b + c) + d", "+", ") + d"),
        ("UpdateExpression", "SET (a = (b + c))", "(", "SET (a"),
        ("UpdateExpression", "SET a = (b.c).d + e", ".", ").d"),
        ("UpdateExpression", "SET a = (b.c)[0]", "[", ")[0"),
        ("UpdateExpression", "SET :a = b", ":a", "SET :a ="),
        ("UpdateExpression", "SET a = :v,", "<EOF>", ","),
        ("UpdateExpression", "SET a[:i] = :v", ":i", "[:i]"),
        ("UpdateExpression", "SET a[#i] = :v", "#i", "[#i]"),
        ("UpdateExpression", 'SET a[1] = "eight"', '"', '= "eight'),
        ("UpdateExpression", "SET a = if_not_exists(b, 100)", "100", ", 100)"),
        ("UpdateExpression", "SET a = list_append()", ")", "()"),
        ("UpdateExpression", "SET hi-there = :v", "-", "hi-there"),
        ("UpdateExpression", "ADD n", "<EOF>", "n"),
        ("UpdateExpression", "ADD n 1", "1", "n 1"),
        ("UpdateExpression", "ADD n m", "m", "n m"),
        ("UpdateExpression", "DELETE s", "<EOF>", "s"),
        ("UpdateExpression", "DELETE s = :v", "=", "s = :v"),
        ("UpdateExpression", "REMOVE a b", "b", "a b"),
        ("UpdateExpression", "REMOVE :a", ":a", "REMOVE :a"),
        ("UpdateExpression", "SET # = :v", "#", "SET # ="),
        ("ConditionExpression", "a", "<EOF>", "a"),
        ("ConditionExpression", ":v", "<EOF>", ":v"),
        ("ConditionExpression", "NOT #a", "<EOF>", "#a"),
        ("ConditionExpression", "a AND b = :v", "AND", "a AND b"),
        ("ConditionExpression", "a = :v OR NOT :v", "<EOF>", ":v"),
        ("ConditionExpression", "a = :v b", "b", ":v b"),
        ("ConditionExpression", "a == :v", "=", "== :v"),
        ("ConditionExpression", "a != :v", "!", "a !="),
        ("ConditionExpression", "a IN ()", ")", "()"),
        ("ConditionExpression", "a IN :v", ":v", "IN :v"),
        ("ConditionExpression", "a BETWEEN :v", "<EOF>", ":v"),
        ("ConditionExpression", "a BETWEEN :v :w", ":w", ":v :w"),
        ("ConditionExpression", "a BETWEEN :v OR :w", "OR", ":v OR :w"),
        ("ConditionExpression", "(a = :v", "<EOF>", ":v"),
        ("ConditionExpression", "a = :v)", ")", ":v)"),
        ("ConditionExpression", "a[-1] = :v", "-", "[-1"),
        ("ConditionExpression", "a[] = :v", "]", "[] ="),
        ("ConditionExpression", "a[abc].b = :v", "abc", "[abc]"),
        ("ConditionExpression", "attribute_type()", ")", "()"),
        ("ConditionExpression", "and = :v", "and", "and ="),
        ("ConditionExpression", "(" * 4000, "<EOF>", "("),
        ("ProjectionExpression", "!!!", "!", "!!"),
        ("ProjectionExpression", "a,", "<EOF>", ","),
        ("ProjectionExpression", "a b", "b", "a b"),
        ("ProjectionExpression", "#list[].#c", "]", "[]."),
        ("ProjectionExpression", "a, :v", ":v", ", :v"),
        ("KeyConditionExpression", "p = :v AND s != :w", "!", "s !="),
    ],
)
def test_a_syntax_error_shows_the_token_and_its_neighbours(
    refusal, kind: str, text: str, token: str, near: str
) -> None:
    message = f'Invalid {kind}: Syntax error; token: "{token}", near: "{near}"'
    assert refusal(FUNCTIONS[kind], text) == message


@pytest.mark.parametrize(
    "text",
    [
        "((a = :v))",
        "a = ((:v))",
        "a = :v AND ((b = :v OR c = :v))",
        "(a)between(((b.c)).d)and(c)",
        "size(((a))) > :v",
        "(" * 1000 + "a < :v" + ")" * 1000,
    ],
)
def test_two_pairs_of_parentheses_around_the_same_are_redundant(refusal, text: str) -> None:
    assert refusal(condition, text) == f"Invalid ConditionExpression: {REDUNDANT}"


def test_a_value_in_two_pairs_of_parentheses_is_redundant_in_an_update(refusal) -> None:
    assert refusal(update, "SET a = ((:v))") == f"Invalid UpdateExpression: {REDUNDANT}"
    assert update("SET a = ((b) + (:v))")


@pytest.mark.parametrize(
    "text",
    [
        "(a = :v)",
        "((a = :v) AND b = :v)",
        "(a = :v AND (b = :v))",
        "(a = :v) AND (b = :v)",
        "((a = :v) OR (b = :v))",
        "(a.b).c = :v",
        "(a) = (:v)",
        "(size(a)) > :v",
        "(a)IN((b),(c))",
        "attribute_exists((a))",
    ],
)
def test_parentheses_that_group_are_not_redundant(text: str) -> None:
    assert condition(text)


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_an_expression_has_4096_bytes_at_most(refusal, kind: str) -> None:
    forms = {
        "ConditionExpression": "a = :v AND b = :v",
        "KeyConditionExpression": "a = :v AND b = :v",
        "ProjectionExpression": "a, b",
        "UpdateExpression": "SET a = :v",
    }
    text = forms[kind].ljust(4096)
    assert FUNCTIONS[kind](text)
    assert refusal(FUNCTIONS[kind], text + " ") == f"Invalid {kind}: {TOO_LONG}4097"
    assert refusal(FUNCTIONS[kind], "é" * 2050) == f"Invalid {kind}: {TOO_LONG}4100"
    assert refusal(FUNCTIONS[kind], "(" * 5000) == f"Invalid {kind}: {TOO_LONG}5000"


@pytest.mark.parametrize(
    "text",
    [
        "a<b or " * 150 + "a<b",
        "a<b or (" * 150 + "a<b" + ")" * 150,
        "not " * 300 + "a<b",
        "a IN (b) or " * 150 + "a<b",
        "a BETWEEN b AND c or " * 150 + "a<b",
    ],
)
def test_a_condition_has_300_operators_at_most(refusal, text: str) -> None:
    assert refusal(condition, text) == (
        "Invalid ConditionExpression: The expression contains too many operators; "
        "operator count: 301"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a<b or " * 149 + "a<b",
        "a<b or (" * 149 + "a<b" + ")" * 149,
        "not " * 299 + "a<b",
        "not (" * 299 + "a<b" + ")" * 299,
        "a<b or (c<d and (" * 74 + "a<b" + "))" * 74,
    ],
)
def test_a_condition_of_300_operators_is_evaluated_however_deep_it_is(text: str) -> None:
    assert condition(text).evaluate({}, {}, {}) is text.startswith("not")


def test_an_update_has_300_operators_at_most(refusal) -> None:
    actions = [f"a{at}=b+c" for at in range(301)]
    assert update("SET " + ",".join(actions[:300]))
    assert refusal(update, "SET " + ",".join(actions)) == (
        "Invalid UpdateExpression: The expression contains too many operators; operator count: 301"
    )


def test_functions_in_functions_are_refused_however_many(refusal) -> None:
    text = "a < " + "f(" * 1000 + "b" + ")" * 1000
    assert refusal(condition, text) == (
        "Invalid ConditionExpression: Invalid function name; function: f"
    )
    assert refusal(condition, "a < " + "size(" * 500 + "b" + ")" * 500)


def test_in_takes_100_operands_at_most(refusal) -> None:
    assert condition(f"a IN ({', '.join(f':v{at}' for at in range(100))})")
    assert refusal(condition, f"a IN ({', '.join(f':v{at}' for at in range(101))})") == (
        "Invalid ConditionExpression: The IN operator is provided with too many operands; "
        "number of operands: 101"
    )


def test_a_path_has_32_parts_at_most(refusal) -> None:
    deepest = ".".join(["a"] * 32)
    assert projection(deepest)
    assert refusal(projection, f"{deepest}[0]") == (
        "Invalid ProjectionExpression: The document path has too many nesting levels; "
        "nesting levels: 33"
    )


@pytest.mark.parametrize("index", ["2147483648", "99999999999999999999"])
def test_an_index_is_an_integer_of_32_bits(refusal, index: str) -> None:
    assert projection("a[2147483647]")
    assert refusal(projection, f"a[{index}]") == (
        "Invalid ProjectionExpression: List index is not within the allowable range; "
        f"index: [{index}]"
    )


def test_aws_reserves_573_words() -> None:
    assert len(RESERVED_WORDS) == 573
    assert {"STATUS", "NAME", "DATA", "COUNT", "ITEMS", "YEAR", "TTL", "ABORT", "ZONE"} <= (
        RESERVED_WORDS
    )


@pytest.mark.parametrize("word", ["status", "Name", "DATA", "aBort"])
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ConditionExpression", "{} = :v"),
        ("ConditionExpression", "a.{} = :v"),
        ("ConditionExpression", "begins_with(a[0].{}, :v)"),
        ("KeyConditionExpression", "{} = :v"),
        ("ProjectionExpression", "a, b.{}"),
        ("UpdateExpression", "SET {} = :v"),
        ("UpdateExpression", "SET a = if_not_exists({}, :v)"),
        ("UpdateExpression", "REMOVE {}"),
    ],
)
def test_a_reserved_word_is_no_attribute_name(refusal, kind: str, text: str, word: str) -> None:
    assert refusal(FUNCTIONS[kind], text.format(word)) == (
        f"Invalid {kind}: Attribute name is a reserved keyword; reserved keyword: {word}"
    )


@pytest.mark.parametrize("name", ["whatever", "SIZE_OF", "Begins_With", "ATTRIBUTE_EXISTS"])
def test_functions_that_there_are_not_are_refused(refusal, name: str) -> None:
    wrong = f"Invalid function name; function: {name}"
    assert refusal(condition, f"{name}(a, :v)") == f"Invalid ConditionExpression: {wrong}"
    assert refusal(update, f"SET a = {name}(a, :v)") == f"Invalid UpdateExpression: {wrong}"


@pytest.mark.parametrize(
    "text",
    [
        "if_not_exists(a, :v) = :v",
        "a = list_append(b, :v)",
    ],
)
def test_functions_of_updates_are_not_allowed_in_conditions(refusal, text: str) -> None:
    assert "The function is not allowed in a condition expression; function: " in (
        refusal(condition, text)
    )


@pytest.mark.parametrize("name", ["contains", "size", "attribute_exists"])
def test_functions_of_conditions_are_not_allowed_in_updates(refusal, name: str) -> None:
    assert refusal(update, f"SET a = {name}(b)") == (
        f"Invalid UpdateExpression: The function is not allowed in an update expression; "
        f"function: {name}"
    )


@pytest.mark.parametrize(
    ("function", "text", "name"),
    [
        (condition, "size(a)", "size"),
        (condition, "a = :v AND size(b)", "size"),
        (condition, "NOT size(a)", "size"),
        (condition, "attribute_not_exists(a) > b", "attribute_not_exists"),
        (condition, "size(contains(a, b)) > a", "contains"),
        (condition, "a between b and attribute_exists(c)", "attribute_exists"),
        (condition, "a in (b, begins_with(c, d))", "begins_with"),
        (update, "SET a = list_append(list_append(b, c), d)", "list_append"),
        (update, "SET a = if_not_exists(b, list_append(c, d))", "list_append"),
    ],
)
def test_a_function_is_not_used_where_its_result_is_of_no_use(
    refusal, function, text: str, name: str
) -> None:
    assert refusal(function, text).endswith(
        f": The function is not allowed to be used this way in an expression; function: {name}"
    )


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("SET a = b SET c = d", "SET"),
        ("REMOVE a SET b = c REMOVE d", "REMOVE"),
        ("ADD a :v SET b = c ADD d :v", "ADD"),
        ("delete a :v delete b :v", "DELETE"),
    ],
)
def test_a_section_is_there_once(refusal, text: str, section: str) -> None:
    assert refusal(update, text) == (
        f'Invalid UpdateExpression: The "{section}" section can only be used once in an update '
        "expression;"
    )


@pytest.mark.parametrize(
    ("function", "text", "first"),
    [
        # The syntax of the whole text comes before anything else.
        (condition, "((status = :v)) AND", "Syntax error"),
        (condition, "((whatever(a) = :v))", "redundant"),
        (condition, "status = :v AND whatever(a)", "Invalid function name"),
        (condition, "status = :v AND size(a)", "used this way"),
        (update, "SET status = whatever(a) SET b = :v", "reserved"),
        (update, "SET b = whatever(a) SET b = :v", "Invalid function name"),
    ],
)
def test_of_several_mistakes_in_a_text_aws_tells_one_kind_first(
    refusal, function, text: str, first: str
) -> None:
    assert first in refusal(function, text)


def test_keywords_of_one_grammar_are_names_or_reserved_words_in_another(refusal) -> None:
    assert "reserved keyword: set" in refusal(condition, "set = :v")
    assert "reserved keyword: between" in refusal(update, "SET between = :v")


def test_keywords_are_taken_in_any_case_and_spaces_do_not_matter() -> None:
    assert condition("a=:v aNd NoT(b=:v)oR c bEtWeEn :v AnD :w").names == frozenset()
    assert update("  set   a=:v  rEmOvE b\n").values == {":v"}


def test_a_text_is_parsed_once() -> None:
    assert condition("a = :once") is condition("a = :once")
    assert condition("a = :once") is not condition("a = :once", "FilterExpression")
    assert update("SET a = :once") is update("SET a = :once")
    assert projection("once") is projection("once")
    assert key_condition("a = :once") is key_condition("a = :once")


@pytest.fixture
def usual_stack() -> Iterator[None]:
    """Python's own limit: a library that another test imports raises it."""
    raised = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(raised)


@pytest.mark.usefixtures("usual_stack")
@pytest.mark.parametrize(
    ("function", "text"),
    [
        (condition, "not (" * 298 + "a<b" + ")" * 298),
        (update, "SET a = " + "(" * 299 + "b" + ")" * 299),
    ],
)
def test_an_expression_that_is_too_deep_for_the_stack_is_the_callers_mistake(
    refusal, function, text: str
) -> None:
    def called_from(depth: int) -> object:
        return called_from(depth - 1) if depth else function(text)

    assert "nested too deeply" in refusal(called_from, 700)
