"""Shared libraries and programs that a package or a layer brings are found, as on AWS."""

from __future__ import annotations

import io
import shutil
import subprocess
import uuid
import zipfile
from pathlib import Path

import pytest

from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

COMPILER = shutil.which("cc") or ""
LOADS = """
import ctypes
def handle(event, context):
    return ctypes.CDLL("libanswer.so").answer()
"""
VARIABLES = """
import os
def handle(event, context):
    return [os.environ["PATH"], os.environ["LD_LIBRARY_PATH"], os.environ["LAMBDA_TASK_ROOT"]]
"""
PYTHON = """
import subprocess, sys
def handle(event, context):
    shown = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run(["python3", "-c", shown], capture_output=True, text=True)
    return done.stdout.split() == [str(number) for number in sys.version_info[:2]]
"""
ON_AWS = [
    "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A shared library whose function `answer` returns 42."""
    if not COMPILER:
        pytest.skip("there is no compiler")
    folder = tmp_path_factory.mktemp("library")
    (folder / "answer.c").write_text("int answer(void) { return 42; }\n")
    arguments = ["-shared", "-fPIC", "-o", "libanswer.so", "answer.c"]
    subprocess.run([COMPILER, *arguments], cwd=folder, check=True)
    return Path(folder / "libanswer.so").read_bytes()


def _packed(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _layer(cloud: Cloud, files: dict[str, bytes]) -> str:
    published = cloud.client("lambda").publish_layer_version(
        LayerName=f"layer-{uuid.uuid4().hex[:8]}", Content={"ZipFile": _packed(files)}
    )
    return str(published["LayerVersionArn"])


def test_a_library_of_a_layer_is_found(cloud: Cloud, library: bytes) -> None:
    layer = _layer(cloud, {"lib/libanswer.so": library})
    answer = cloud.invoke(cloud.function(LOADS, Layers=[layer]))
    assert answer.payload == 42, answer.log


@pytest.mark.parametrize("place", ["libanswer.so", "lib/libanswer.so"])
def test_a_library_of_the_package_is_found(cloud: Cloud, library: bytes, place: str) -> None:
    function = cloud.function(LOADS)
    cloud.client("lambda").update_function_code(
        FunctionName=function, ZipFile=_packed({"app.py": LOADS.encode(), place: library})
    )
    wait_for(lambda: cloud.state(function)["LastUpdateStatus"] == "Successful", "it is not updated")
    answer = cloud.invoke(function)
    assert answer.payload == 42, answer.log


def test_a_library_where_the_function_says_is_found(cloud: Cloud, library: bytes) -> None:
    layer = _layer(cloud, {"mine/libanswer.so": library})
    variables = {"Variables": {"LD_LIBRARY_PATH": "/opt/mine"}}
    answer = cloud.invoke(cloud.function(LOADS, Layers=[layer], Environment=variables))
    assert answer.payload == 42, answer.log


@pytest.mark.usefixtures("confined")
def test_the_search_paths_are_those_of_aws(cloud: Cloud) -> None:
    assert cloud.invoke(cloud.function(VARIABLES)).payload == [*ON_AWS, "/var/task"]


@pytest.mark.usefixtures("confined")
def test_python_is_a_program(cloud: Cloud) -> None:
    assert cloud.invoke(cloud.function(PYTHON)).payload is True
