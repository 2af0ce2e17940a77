"""Every store of the emulator is in a saved state, or in the table with the reason why not.

After an upgrade, these tests name what is new in LocalStack, moto or this package.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from localstack.state.core import StateVisitor
from localstack.state.inspect import ReflectionStateLocator

import localstack_host
from localstack_host.host import service_selection
from localstack_host.state import members, stores
from tests.unit.state.mutable_state import found_in, visited_in

TABLE = Path(__file__).with_name("reviewed_state.toml")
REVIEWED: dict[str, dict[str, str]] = tomllib.loads(TABLE.read_text())
OWN = Path(next(iter(localstack_host.__path__)))
FOLDERS = {"lambda": "lambda_"}
# LocalStack's Lambda is no moto's, whose package has another name.
IN_MOTO = {"lambda": "awslambda"}
MOTO_BACKED = ("backup", "budgets", "cloudtrail", "cognitoidp", "wafv2")


def path_of(package: str) -> Path:
    spec = find_spec(package)
    assert spec
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


LOCALSTACK, MOTO = path_of("localstack"), path_of("moto")
SERVICES = sorted(service_selection.DEFAULT | {"dynamodbstreams", "scheduler"})


def of_services() -> Iterator[str]:
    for service in SERVICES:
        name = FOLDERS.get(service, service)
        folder = LOCALSTACK / "services" / name
        if folder.is_dir() and service not in ("dynamodb", "dynamodbstreams"):  # not LocalStack's
            yield from found_in(folder, f"localstack.services.{name}", instances=True)


def of_localstack() -> Iterator[str]:
    for name in found_in(LOCALSTACK, "localstack", instances=False):
        if not name.startswith(("localstack.services.", "localstack.testing.")):
            yield name


def of_moto() -> Iterator[str]:
    for service in ("core", "utilities", *(IN_MOTO.get(one, one) for one in SERVICES)):
        if (MOTO / service).is_dir():
            yield from found_in(MOTO / service, f"moto.{service}", instances=False)


def of_this_package() -> Iterator[str]:
    yield from found_in(OWN, "localstack_host", instances=True)


PATTERNS = {pattern: reason for reason, listed in REVIEWED.items() for pattern in listed}


@pytest.fixture(scope="module")
def found() -> list[str]:
    """Not while tests are collected: hundreds of files are parsed."""
    return sorted({*of_services(), *of_localstack(), *of_moto(), *of_this_package()})


@pytest.fixture(scope="module")
def visited() -> set[str]:
    return {*visited_in(LOCALSTACK / "services"), *shown_by_name()}


def test_something_is_found(found: list[str]) -> None:
    assert len(found) > 200
    for name in (
        "localstack.services.sqs.models:sqs_stores",
        "localstack.services.ses.provider:EMAILS",
        "localstack_host.services.logs.provider:Logs._queries",
        "moto.iam.models:iam_backends",
    ):
        assert name in found


def test_everything_that_can_hold_state_is_reviewed(found: list[str]) -> None:
    unknown = [
        name for name in found if not any(fnmatchcase(name, pattern) for pattern in PATTERNS)
    ]
    assert not unknown, f"neither saved nor listed in {TABLE.name}, with the reason why not"


def test_the_table_has_nothing_that_is_gone(found: list[str]) -> None:
    gone = [
        pattern for pattern in PATTERNS if not any(fnmatchcase(name, pattern) for name in found)
    ]
    assert not gone


def test_every_member_in_the_table_is_one() -> None:
    known = {f"{member.service} {member.name}" for member in members.MEMBERS}
    assert set(REVIEWED["saved as a member"].values()) <= known


def test_every_store_of_localstack_is_found_at_run_time() -> None:
    import importlib

    listed = REVIEWED["saved as a store"]
    bundles = [name for name in listed if name.startswith("localstack.")]
    for name in bundles:
        importlib.import_module(name.partition(":")[0])
    known = {id(store) for store in stores.all_stores().values()}
    missing = [name for name in bundles if id(stores.named(name)) not in known]
    assert not missing


@pytest.mark.parametrize(
    "name", [name for name in REVIEWED["saved as a store"] if name.startswith("moto.")]
)
def test_every_store_of_moto_is_shown_by_a_provider(name: str, visited: set[str]) -> None:
    assert name.partition(":")[2] in visited


def shown_by_name() -> Iterator[str]:
    """The stores of the services that moto answers, which LocalStack finds by their names."""
    for service in MOTO_BACKED:
        visitor = Visitor()
        ReflectionStateLocator(service=service).accept_state_visitor(visitor)
        yield from (f"{store.service_name}_backends" for store in visitor.seen)


class Visitor(StateVisitor):
    """Notes what it is shown."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def visit(self, state_container: Any) -> None:
        self.seen.append(state_container)


def test_every_entry_has_a_reason() -> None:
    assert all(reason for listed in REVIEWED.values() for reason in listed.values())
