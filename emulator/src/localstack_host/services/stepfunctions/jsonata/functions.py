"""The functions that Step Functions adds to JSONata's.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-step-functions
"""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from typing import Any

import jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

ALGORITHMS = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}

JAVA_FACTOR = 0x5DEECE66D
JAVA_MASK = (1 << 48) - 1


def refuse(message: str) -> JException:
    """An error with a message of its own, as `$error` raises it."""
    return JException("D3137", 0, message)


def partition(array: Any, size: Any) -> Any:
    """Arrays of `size` items; the last one may have fewer."""
    items = array if isinstance(array, list) else [array]
    if not Utils.is_numeric(size) or size < 1:
        raise refuse("The second argument of the partition function must be a positive number")
    step = int(size)
    return [items[start : start + step] for start in range(0, len(items), step)]


def number_range(first: Any, last: Any, step: Any) -> Any:
    """The numbers from `first` to `last`, which is one of them if a step ends on it.

    A single one is no array, as AWS answered in a test that LocalStack recorded.
    """
    if not all(Utils.is_numeric(value) for value in (first, last, step)):
        raise refuse("The arguments of the range function must be numbers")
    if not step:
        raise refuse("The third argument of the range function must not be 0")
    count = int((last - first) // step) + 1
    numbers = [first + index * step for index in range(count)]
    return numbers[0] if count == 1 else numbers


def digest(data: Any, algorithm: Any = None) -> Any:
    """The hash of a text in hexadecimal digits."""
    if algorithm not in ALGORITHMS:
        names = ", ".join(ALGORITHMS)
        raise refuse(f"The second argument of the hash function must be one of {names}")
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return hashlib.new(ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def seeded_random(seed: Any = None) -> Any:
    """A number from 0 up to 1; with a seed, the one that AWS's `java.util.Random` has for it."""
    if seed is None:
        return random.random()  # noqa: S311
    if not Utils.is_numeric(seed):
        raise refuse("The argument of the random function must be a number")
    state, parts = (int(seed) ^ JAVA_FACTOR) & JAVA_MASK, []
    for bits in (26, 27):
        state = (state * JAVA_FACTOR + 11) & JAVA_MASK
        parts.append(state >> (48 - bits))
    return ((parts[0] << 27) + parts[1]) / (1 << 53)


def parse(text: Any) -> Any:
    """The value of a JSON text."""
    try:
        return with_nulls(json.loads(text))
    except (TypeError, ValueError) as error:
        raise refuse(f"The argument of the parse function must be JSON: {error}") from error


def with_nulls(value: Any) -> Any:
    """JSON's values as the library has them, in which None is undefined."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: with_nulls(part) for key, part in value.items()}
    return [with_nulls(part) for part in value] if isinstance(value, list) else value


def _function(implementation: Any) -> Any:
    return jsonata.Jsonata.JLambda(implementation)


# JSONata's $eval would evaluate data as a program: Step Functions does not have it.
FUNCTIONS: dict[str, Any] = {
    "eval": None,
    "hash": _function(digest),
    "parse": _function(parse),
    "partition": _function(partition),
    "random": _function(seeded_random),
    "range": _function(number_range),
    "uuid": _function(lambda: str(uuid.uuid4())),
}
