"""What several tests of values and expressions do."""

from collections.abc import Callable
from typing import Any

import pytest

from embedded_dynamodb.errors import DynamoDBError, SerializationException, ValidationException
from embedded_dynamodb.expressions import Placeholders, condition, update

type Refusal = Callable[..., str]


def _message(kind: type[DynamoDBError], function: Callable[..., Any], *given: Any) -> str:
    with pytest.raises(kind) as caught:
        function(*given)
    assert type(caught.value) is kind
    return caught.value.message


@pytest.fixture
def refusal() -> Refusal:
    """The message of the ValidationException that a call raises."""
    return lambda function, *given: _message(ValidationException, function, *given)


@pytest.fixture
def serialization_refusal() -> Refusal:
    """The message of the SerializationException that a call raises."""
    return lambda function, *given: _message(SerializationException, function, *given)


@pytest.fixture
def holds() -> Callable[..., bool]:
    """Whether a condition holds for an item, after its checks."""

    def evaluate(text: str, item: Any, values: Any = None, names: Any = None) -> bool:
        placeholders = Placeholders(names, values)
        parsed = condition(text)
        placeholders.use(parsed)
        placeholders.finish()
        return parsed.evaluate(item, placeholders.names, placeholders.values)

    return evaluate


@pytest.fixture
def updated() -> Callable[..., Any]:
    """An item after an update and its checks; the item itself has to stay as it was."""

    def apply(
        text: str, item: Any, values: Any = None, names: Any = None, exists: bool = True
    ) -> Any:
        placeholders = Placeholders(names, values)
        parsed = update(text)
        placeholders.use(parsed)
        placeholders.finish()
        before = repr(item)
        new = parsed.apply(item, placeholders.names, placeholders.values, exists)
        assert repr(item) == before
        return new

    return apply
