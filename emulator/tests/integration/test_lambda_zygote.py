"""Functions that were forked from a warmed process, and must not notice."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from localstack_host.host import ports, process
from localstack_host.host.process import Emulator
from localstack_host.services.lambda_.zygotes import SWITCH, fork_is_safe
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_until_gone

forking = pytest.mark.skipif(not fork_is_safe(), reason="on this system functions are not forked")

LOADED_AT_START = """
import sys
loaded = "boto3" in sys.modules
def handle(event, context):
    return loaded
"""

SELF = """
import os, random, signal, sys, threading, uuid
kept = [name for name in sys.modules if name.split(".")[0] == "localstack_host"]
files = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
files = [os.readlink(file) for file in files if os.path.lexists(file)]
def handle(event, context):
    return {
        "kept": kept,
        "sockets": [file for file in files if file.startswith("socket:")],
        "main": sys.modules["__main__"].__spec__.name,
        "arguments": sys.argv[1:],
        "random": random.random(),
        "id": str(uuid.uuid4()),
        "group": os.getpgid(0) == os.getpid(),
        "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    }
"""

ENVIRONMENT = """
import os, time
from time import tzname
def handle(event, context):
    return {"own": os.environ.get("OWN"), "key": os.environ["AWS_ACCESS_KEY_ID"], "zone": tzname}
"""

SHADOW = "def handle(event, context):\n    import {0}\n    return {0}.__version__\n"


@pytest.mark.exhaustive
@forking
def test_the_sdk_is_there_before_the_function_asks_for_it(cloud: Cloud) -> None:
    assert cloud.invoke(cloud.function(LOADED_AT_START)).payload is True


@forking
def test_a_forked_function_finds_nothing_of_the_process_that_it_comes_from(cloud: Cloud) -> None:
    name = cloud.function(SELF)
    first = cloud.invoke(name).payload
    cloud.update(name, SELF + "# changed\n")
    second = cloud.invoke(name).payload
    assert (first["kept"], first["sockets"]) == ([], [])
    assert (first["main"], first["arguments"]) == ("awslambdaric.__main__", ["app.handle"])
    assert first["group"]
    assert first["interrupt"]
    assert first["random"] != second["random"]
    assert first["id"] != second["id"]


def test_each_function_has_its_own_variables_and_credentials(cloud: Cloud) -> None:
    one, two = (
        cloud.invoke(cloud.function(ENVIRONMENT, Environment={"Variables": variables})).payload
        for variables in ({"OWN": "one"}, {})
    )
    assert (one["own"], two["own"]) == ("one", None)
    assert one["key"] != two["key"]
    assert one["zone"] == ["UTC", "UTC"]


@pytest.mark.parametrize("module", ["boto3", "urllib3", "statistics", "json"])
def test_what_a_function_brings_along_wins_over_what_was_loaded_before(
    cloud: Cloud, module: str
) -> None:
    own = {f"{module}.py": "__version__ = 'mine'\n"}
    name = cloud.function(SHADOW.format(module), files=own)
    if module == "json":  # the runtime client itself needs that one: so it is in Lambda
        assert cloud.invoke(name).error == "Unhandled"
    else:
        assert cloud.invoke(name).payload == "mine"


def test_a_variable_that_python_reads_when_it_starts_has_its_effect(cloud: Cloud) -> None:
    source = "def handle(event, context):\n    return hash('order')\n"
    seed = {"Variables": {"PYTHONHASHSEED": "1"}}
    one, two = (cloud.invoke(cloud.function(source, Environment=seed)) for _ in range(2))
    assert one.payload == two.payload


def test_a_layer_is_found_by_import_and_the_code_wins_over_it(cloud: Cloud) -> None:
    layers = [
        cloud.layer({"python/prices.py": "LIST = 'first'\n", "python/taxes.py": "RATE = 7\n"}),
        cloud.layer({"python/prices.py": "LIST = 'second'\n", "python/app.py": "never = 1\n"}),
    ]
    source = (
        "import prices, taxes\ndef handle(event, context):\n    return [prices.LIST, taxes.RATE]"
    )
    assert cloud.invoke(cloud.function(source, Layers=layers)).payload == ["second", 7]


@pytest.mark.parametrize("variables", [{}, {"PYTHONHASHSEED": "1"}])
def test_a_process_says_which_function_it_runs(cloud: Cloud, variables: dict[str, str]) -> None:
    source = "import os\ndef handle(event, context):\n    return os.getpid()\n"
    name = cloud.function(source, Environment={"Variables": variables})
    own = cloud.invoke(name).payload
    (seen,) = [namespaced(pid) for pid in cloud.processes(name)]
    assert seen == own


def namespaced(pid: int) -> int:
    """The number that the process has in its own namespace."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[-1]) for line in lines if line.startswith("NSpid:"))


@forking
def test_a_zygote_that_was_killed_is_replaced(own: Emulator) -> None:
    cloud = Cloud(own.endpoint)
    name = cloud.function("import os\ndef handle(event, context):\n    return os.getpid()\n")
    cloud.invoke(name)
    (before,) = cloud.processes(name)
    zygote = psutil.Process(before).ppid()
    os.kill(zygote, signal.SIGKILL)
    wait_until_gone([zygote, before])
    after = cloud.invoke(name)
    assert after.error is None
    (now,) = cloud.processes(name)
    assert psutil.Process(now).ppid() != zygote


@pytest.mark.exhaustive
def test_without_forking_functions_work_the_same(
    home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, "0")
    cloud = Cloud(process.start(ports.any_free()).endpoint)
    name = cloud.function(SELF)
    seen = cloud.invoke(name).payload
    assert (seen["kept"], seen["main"]) == ([], "awslambdaric.__main__")
    assert cloud.invoke(cloud.function(LOADED_AT_START)).payload is False
    assert cloud.invoke(name).payload["random"] != seen["random"]
