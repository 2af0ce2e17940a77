"""`lab up --docker`, `lab status` and `lab down` with a real container."""

from __future__ import annotations

import pytest

from lab.core import ports
from lab.core.run_state import container_runs
from lab.core.target import Target
from lab.emulator import process
from tests.docker.conftest import Stack


def test_the_emulator_starts_in_a_container_and_stops(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    started = process.start(ports.any_free(), docker=True)
    try:
        assert process.status().healthy
        assert Target.current().client("sqs").create_queue(QueueName="a-queue")["QueueUrl"]
        assert process.start().already_running
    finally:
        assert process.stop()
    assert not container_runs(started.container)
    assert not process.status().running
