"""The services that the emulator offers are the default ones, and those asked for."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from threading import Event, RLock
from types import SimpleNamespace

import pytest
from localstack.aws.api import CommonServiceException

from localstack_host.gateway import service_loading
from localstack_host.host import environment, service_selection
from localstack_host.host.errors import HostError
from localstack_host.host.service_selection import DEFAULT, VARIABLE


def test_cloudformation_is_off_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    usual = environment.variables(4566)
    assert "cloudformation" not in usual["SERVICES"].split(",")
    assert usual["STRICT_SERVICE_LOADING"] == "1"
    monkeypatch.setenv(VARIABLE, "cloudformation, Kinesis")
    more = environment.variables(4566)
    assert more[VARIABLE] == "cloudformation,kinesis"
    assert set(more["SERVICES"].split(",")) == DEFAULT | {"cloudformation", "kinesis"}


def test_a_service_that_there_is_not_is_refused_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudfront,kinesis")
    with pytest.raises(HostError, match="asks for cloudfront, which") as refused:
        service_selection.requested()
    assert refused.value.code == 2
    assert "cloudformation, " in refused.value.hint
    assert "dynamodb," not in refused.value.hint


@pytest.mark.parametrize(
    ("name", "internal", "refused"),
    [("kinesis", False, True), ("kinesis", True, False), ("sqs", False, False)],
)
def test_a_service_that_is_off_says_how_to_switch_it_on(
    name: str, internal: bool, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "swf")
    manager = SimpleNamespace(exists=lambda _name: True)
    service = SimpleNamespace(service_name=name)
    context = SimpleNamespace(service=service, is_internal_call=internal)
    hint = f"{VARIABLE}=kinesis,swf localstack-host start"
    with pytest.raises(CommonServiceException, match=hint) if refused else nullcontext():
        service_loading.require_offered(context, manager)


def test_no_request_reads_the_installed_packages_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It took nine tenths of the time of a request."""
    monkeypatch.setenv(VARIABLE, "kinesis")
    manager = SimpleNamespace(exists=lambda _name: True)
    contexts = [
        SimpleNamespace(service=SimpleNamespace(service_name=name), is_internal_call=False)
        for name in ("dynamodb", "kinesis")
    ]
    service_selection.known()
    monkeypatch.delattr(service_selection, "entry_points")
    for context in contexts:
        service_loading.require_offered(context, manager)


def test_who_comes_while_a_service_is_being_loaded_waits_for_it() -> None:
    """LocalStack notes a service as loaded before its operations are there."""
    operations: list[str] = []
    noted, go_on = Event(), Event()

    def load(loader: SimpleNamespace, *_: object) -> None:
        if noted.is_set():
            return  # it is noted as loaded
        noted.set()
        go_on.wait(10)
        operations.append("PutParameter")

    manager = SimpleNamespace(exists=lambda _name: True)
    loader = SimpleNamespace(service_manager=manager, service_locks=defaultdict(RLock))
    context = SimpleNamespace(service=SimpleNamespace(service_name="ssm"), is_internal_call=False)

    def ask() -> list[str]:
        service_loading.require_service(load, loader, None, context, None)
        return list(operations)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask)
        assert noted.wait(10)
        second = pool.submit(ask)
        assert wait([second], timeout=0.2).not_done
        go_on.set()
        assert first.result() == second.result() == ["PutParameter"]
