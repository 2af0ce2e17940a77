"""Functions of shapes: what they accept, write and read is what botocore does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import boto3
import pytest
from botocore.parsers import JSONParser
from botocore.serialize import JSONSerializer
from botocore.validate import ParamValidator

from localstack_host.services.lambda_.zygote.shapes import Checks, Reads, encoded

SERVICES = ("dynamodb", "events", "kms", "sqs", "ssm", "stepfunctions")
LEAVES = {
    "string": ("", "a", "ü", "long" * 9),
    "integer": (0, 1, -1),
    "long": (0, 2**40),
    "double": (0.0, -1.5),
    "float": (0.5,),
    "boolean": (True, False),
    "blob": (b"", b"\\x00\\xff"),
    "timestamp": (0, 1.5, 1_700_000_000),
}
RARE = (None, "", "a", 1, True, 1.5, float("nan"), b"a", bytearray(b"a"), [], {}, {"a": 1}, ())


def operations() -> Iterator[Any]:
    session = boto3.Session("key", "secret", region_name="us-east-2")
    for service in SERVICES:
        model = session.client(service).meta.service_model  # type: ignore[call-overload]
        yield from (model.operation_model(name) for name in model.operation_names)


def value_of(shape: Any, random: Random, depth: int = 0) -> Any:
    """A value, which is now and then a wrong one."""
    if random.random() < 0.02:
        return random.choice(RARE)
    if shape.type_name == "structure":
        return dict(_members(shape, random, depth))
    if shape.type_name == "list":
        return [value_of(shape.member, random, depth + 1) for _ in range(_size(random, depth))]
    if shape.type_name == "map":
        return {
            random.choice(("", "k", "ü")): value_of(shape.value, random, depth + 1)
            for _ in range(_size(random, depth))
        }
    return random.choice(LEAVES[shape.type_name])


def _members(shape: Any, random: Random, depth: int) -> Iterator[tuple[str, Any]]:
    names = list(shape.members)
    if shape.metadata.get("union"):
        names = [random.choice(names)]
    required = shape.metadata.get("required", ())
    for name in names:
        if name in required or len(names) == 1 or random.random() < 0.4 / (depth + 1):
            yield name, value_of(shape.members[name], random, depth + 1)
    if random.random() < 0.02:
        yield "Unknown", "x"


def _size(random: Random, depth: int) -> int:
    return random.choice((0, 1, 2)) if depth < 4 else 0


@pytest.mark.parametrize("seed", range(3))
def test_what_is_accepted_is_valid_and_written_as_botocore_writes_it(seed: int) -> None:
    random, checked = Random(seed), 0
    for operation in operations():
        shape = operation.input_shape
        check = Checks().of(shape)
        for _ in range(10):
            parameters = value_of(shape, random)
            try:
                check(parameters)
            except Exception:
                continue
            checked += 1
            assert not ParamValidator().validate(parameters, shape).has_errors()
            request = JSONSerializer().serialize_to_request(parameters, operation)
            assert encoded(parameters) == request["body"]
    assert checked > 1500


@pytest.mark.parametrize("seed", range(3))
def test_a_response_is_read_as_botocore_reads_it(seed: int) -> None:
    random, parser, compared = Random(seed), JSONParser(), 0
    for operation in operations():
        shape = operation.output_shape
        read = Reads(parser).of(shape) if shape else None
        for _ in range(10 if read else 0):
            body = json.dumps(value_of(shape, random), default=lambda _bytes: "AAE=").encode()
            try:
                found = read(json.loads(body))  # type: ignore[misc]
            except Exception:
                continue
            response = {"headers": {}, "status_code": 200, "body": body, "context": {}}
            expected = parser.parse(response, shape)
            del expected["ResponseMetadata"]
            compared += 1
            assert repr(found) == repr(expected)
    assert compared > 1500
