"""`python -m conformance.speed`: how long calls take, and what items weigh, beside other engines.

Each engine runs in a process of its own, in turns, and gets the same bytes without a network.
"""

import argparse
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from conformance.programs import (
    REPOSITORY,
    ConformanceError,
    python_environment,
    run,
    suite_variables,
    tail,
)

Call = Callable[[str, bytes], tuple[int, bytes]]
TABLE, FEW, MANY = "orders", 1_000, 100_000
_PARTITIONS = 500
_BATCHES, _BATCH_S = 5, 0.2
_TIMEOUT = 1_800.0


def embedded() -> Call:
    """The engine of this project."""
    from embedded_dynamodb.engine import Engine

    engine = Engine()

    def call(operation: str, body: bytes) -> tuple[int, bytes]:
        answer = engine.handle(operation, body)
        return answer.status, answer.body

    return call


def ministack() -> Call:
    """MiniStack's, without its server."""
    dynamodb = import_module("ministack.services.dynamodb")

    def call(operation: str, body: bytes) -> tuple[int, bytes]:
        headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
        answering = dynamodb.handle_request("POST", "/", headers, body, {})
        try:
            answering.send(None)
        except StopIteration as answered:
            status, _, answer = answered.value
            return status, answer
        raise ConformanceError("MiniStack waits for something: it has to run on an event loop.")

    return call


def moto() -> Call:
    """moto's, without its server."""
    request_of = import_module("moto.core.request").Request.from_primitives
    handler = import_module("moto.dynamodb.responses").DynamoHandler
    url = "http://dynamodb.us-east-1.amazonaws.com/"

    def call(operation: str, body: bytes) -> tuple[int, bytes]:
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        request = request_of("POST", url, headers, body)
        status, _, answer = handler.dispatch(request, url, headers)
        return status, answer

    return call


@dataclass(frozen=True)
class Peer:
    """An engine, and the packages that it comes in; without any, those of this environment."""

    title: str
    start: Callable[[], Call]
    requirements: tuple[str, ...] = ()


PEERS = {
    "embedded": Peer("embedded_dynamodb", embedded),
    "ministack": Peer("MiniStack 1.5.33", ministack, ("ministack==1.5.33",)),
    "moto": Peer("moto 5.2.5", moto, ("moto[dynamodb]==5.2.5",)),
}


def measure(call: Call) -> Iterator[tuple[str, float]]:
    """Every row of the table, one after the other."""
    for table in (TABLE, "few", "many"):
        _create(call, table)
    yield "PutItem", _timed(call, "PutItem", _puts(TABLE))
    _fill(call, TABLE, FEW * 10, _PARTITIONS)
    yield "GetItem", _timed(call, "GetItem", _bodies(lambda n: {"Key": _key(n)}))
    yield "UpdateItem with a condition", _timed(call, "UpdateItem", _bodies(_decrement))
    yield "TransactWriteItems of 3", _timed(call, "TransactWriteItems", _transactions())
    _fill(call, "few", FEW, 1)
    yield f"Query of 10 in {FEW:,}", _timed(call, "Query", _queries("few", FEW))
    before = _resident()
    _fill(call, "many", MANY, 1)
    yield "bytes of memory an item", (_resident() - before) / MANY
    yield f"Query of 10 in {MANY:,}", _timed(call, "Query", _queries("many", MANY))


def _timed(call: Call, operation: str, bodies: Iterator[bytes]) -> float:
    """Microseconds of processor time a call, in the best of some batches."""
    best = float("inf")
    for _ in range(_BATCHES):
        calls, spent = 0, 0.0
        while spent < _BATCH_S:
            some = list(itertools.islice(bodies, 1 + calls))
            begun = time.process_time()
            for body in some:
                status, answer = call(operation, body)
            spent += time.process_time() - begun
            calls += len(some)
            if status != 200:
                raise ConformanceError(f"{operation} answered {status}: {answer[:200]!r}")
        best = min(best, spent / calls * 1e6)
    return best


def _create(call: Call, table: str) -> None:
    keys = (("p", "HASH"), ("s", "RANGE"))
    body = {
        "TableName": table,
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n, _ in keys],
        "BillingMode": "PAY_PER_REQUEST",
    }
    status, answer = call("CreateTable", json.dumps(body).encode())
    if status != 200:
        raise ConformanceError(f"CreateTable answered {status}: {answer[:200]!r}")


def _key(number: int, partitions: int = _PARTITIONS) -> dict[str, Any]:
    return {"p": {"S": f"p{number % partitions:03d}"}, "s": {"S": f"{number:08d}"}}


def _item(number: int, partitions: int = _PARTITIONS) -> dict[str, Any]:
    """200 bytes, as DynamoDB counts them."""
    return {
        **_key(number, partitions),
        "name": {"S": f"Product number {number:08d}"},
        "price": {"N": "1999"},
        "stock": {"N": "1000000"},
        "category": {"S": "books and more"},
        "description": {"S": "x" * 104},
        "active": {"BOOL": True},
    }


def _fill(call: Call, table: str, items: int, partitions: int) -> None:
    for number in range(items):
        body = {"TableName": table, "Item": _item(number, partitions)}
        call("PutItem", json.dumps(body).encode())


def _puts(table: str) -> Iterator[bytes]:
    for number in itertools.count():
        yield json.dumps({"TableName": table, "Item": _item(number)}).encode()


def _bodies(parameters: Callable[[int], dict[str, Any]]) -> Iterator[bytes]:
    for number in itertools.cycle(range(FEW * 10)):
        yield json.dumps({"TableName": TABLE, **parameters(number)}).encode()


def _decrement(number: int) -> dict[str, Any]:
    return {
        "Key": _key(number),
        "UpdateExpression": "SET stock = stock - :n",
        "ConditionExpression": "stock >= :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }


def _transactions() -> Iterator[bytes]:
    there = {"ConditionExpression": "attribute_exists(p)"}
    for number in itertools.cycle(range(FEW * 5)):
        other = _key(number + FEW * 5)
        actions = [
            {"Put": {"TableName": TABLE, "Item": _item(number + FEW * 1_000)}},
            {"Update": {"TableName": TABLE, **_decrement(number)}},
            {"ConditionCheck": {"TableName": TABLE, "Key": other, **there}},
        ]
        yield json.dumps({"TransactItems": actions}).encode()


def _queries(table: str, items: int) -> Iterator[bytes]:
    for number in itertools.count(step=37):
        after = f"{number % (items - 20):08d}"
        body = {
            "TableName": table,
            "KeyConditionExpression": "p = :p AND s > :s",
            "ExpressionAttributeValues": {":p": {"S": "p000"}, ":s": {"S": after}},
            "Limit": 10,
        }
        yield json.dumps(body).encode()


def _resident() -> int:
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        raise ConformanceError("Memory is read from /proc, which is not there. Run it on Linux.")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def compare(names: list[str], rounds: int, work_folder: Path) -> dict[str, dict[str, float]]:
    """The best of some rounds, for each engine by row."""
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for _ in range(rounds):
        for name in names:
            for row, value in _measured_apart(name, work_folder / "speed" / name).items():
                found[name][row] = min(value, found[name].get(row, value))
    return found


def _measured_apart(name: str, folder: Path) -> dict[str, float]:
    folder.mkdir(parents=True, exist_ok=True)
    requirements = PEERS[name].requirements
    python = str(python_environment(folder, requirements)) if requirements else sys.executable
    command = [python, "-m", "conformance.speed", "--engine", name]
    emulator = str(Path(__file__).resolve().parents[1])
    variables = suite_variables(folder / "home", PYTHONPATH=emulator)
    log = folder / "output.log"
    if run(command, folder, variables, log, _TIMEOUT):
        raise ConformanceError(f"{PEERS[name].title} could not be measured. {tail(log)}")
    rows: dict[str, float] = json.loads(log.read_text().splitlines()[-1])
    return rows


def table(found: dict[str, dict[str, float]]) -> str:
    """The results in Markdown."""
    names = list(found)
    lines = [
        f"| µs of processor time a call | {' | '.join(PEERS[name].title for name in names)} |",
        f"|---|{'---|' * len(names)}",
    ]
    for row in found[names[0]]:
        values = " | ".join(f"{found[name][row]:,.0f}" for name in names)
        lines.append(f"| {row} | {values} |")
    return "\n".join(lines)


def main() -> int:
    """Prints the table, or, for one engine, its measurements as JSON."""
    parser = argparse.ArgumentParser(prog="python -m conformance.speed", description=__doc__)
    parser.add_argument("--beside", default="ministack", help="others, with commas: ministack,moto")
    parser.add_argument("--rounds", type=int, default=2, help="the best of so many counts (2)")
    parser.add_argument("--engine", choices=PEERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        if arguments.engine:
            text = json.dumps(dict(measure(PEERS[arguments.engine].start())))
        else:
            names = ["embedded", *filter(None, arguments.beside.split(","))]
            text = table(compare(names, arguments.rounds, REPOSITORY / ".lab/conformance"))
    except ConformanceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
