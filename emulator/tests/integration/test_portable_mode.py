"""The portable mode: functions run without anything that only Linux has, as on macOS."""

from __future__ import annotations

import pytest

from localstack_host.host import linux_features, process
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_until_gone

CLIENT = """
import os, runtime_client
def handle(event, context):
    if event == "fail":
        raise ValueError("expected")
    if event == "end":
        os._exit(3)
    if event == "large":
        return "x" * 7_000_000
    return runtime_client.__file__
"""

pytestmark = pytest.mark.skipif(
    linux_features.available(), reason=f"it needs {linux_features.SWITCH}=1"
)


def test_no_code_of_this_project_uses_a_feature_of_linux(own: process.Emulator) -> None:
    cloud = Cloud(own.endpoint)
    name = cloud.function(CLIENT, Timeout=10)

    client = cloud.invoke(name).payload
    errors = [cloud.invoke(name, event).payload["errorType"] for event in ("fail", "end", "large")]
    pids = cloud.processes(name)
    cloud.remove()
    wait_until_gone(pids)

    assert client.endswith("/runtime_client.py")
    assert errors == ["ValueError", "Runtime.ExitError", "Function.ResponseSizeTooLarge"]
    assert "Portable mode:" not in process.log_path().read_text()
