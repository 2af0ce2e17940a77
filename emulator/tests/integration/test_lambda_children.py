"""What a function has started ends with it, whatever it did to stay."""

from __future__ import annotations

import os

import pytest

from localstack_host.host import linux_features
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for, wait_until_gone

pytestmark = [
    pytest.mark.usefixtures("functions_on_this_machine"),
    pytest.mark.skipif(
        not linux_features.available(), reason="only Linux can name the orphans of a process"
    ),
]

DAEMON = """
import os, subprocess, sys
STAY = "import os, time; os.setsid(); os.fork() and os._exit(0); time.sleep(300)"
def handle(event, context):
    if event == "daemon":
        subprocess.run([sys.executable, "-c", STAY])
    if event == "orphan":
        subprocess.Popen(["sh", "-c", "setsid sleep 300 & exec true"]).wait()
    if event == "child":
        subprocess.Popen(["sleep", "300"], start_new_session=True)
"""


@pytest.mark.parametrize("way", ["daemon", "orphan", "child"])
def test_what_a_function_leaves_behind_ends_with_it(cloud: Cloud, way: str) -> None:
    name = cloud.function(DAEMON, Timeout=10)
    cloud.invoke(name, way)
    wait_for(lambda: len(cloud.processes(name)) == 2, "the function has started nothing")
    pids = cloud.processes(name)
    os.kill(pids[0], 9)
    wait_until_gone(pids)


def test_what_a_function_left_behind_ends_when_it_is_deleted(cloud: Cloud) -> None:
    name = cloud.function(DAEMON)
    cloud.invoke(name, "daemon")
    pids = cloud.processes(name)
    assert len(pids) == 2
    cloud.delete(name)
    wait_until_gone(pids)
