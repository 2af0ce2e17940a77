"""The zip for Lambda: the same everywhere, and complete."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from lab.core import paths
from lab.core.errors import LabError
from lab.deploy import package

PROVIDED_BY_LAMBDA = ("boto3", "botocore", "s3transfer", "dateutil", "urllib3", "six.py")

LIBRARIES = """\
import jwt
import checkout_api.tokens
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities import batch, parameters, typing, validation
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_HOME", str(tmp_path_factory.mktemp("lab")))
        return package.build()


@pytest.fixture(scope="module")
def runtime(built: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A Python that finds what a function finds in Lambda: the zip's content and boto3."""
    task, provided = tmp_path_factory.mktemp("task"), tmp_path_factory.mktemp("provided")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(task)
    installed = Path(pytest.__file__).parent.parent
    for name in PROVIDED_BY_LAMBDA:
        (provided / name).symlink_to(installed / name)
    path = f"import sys; sys.path[:0] = [{str(task)!r}, {str(provided)!r}]\n"
    return [sys.executable, "-S", "-E", "-B", "-c", path]


def run(runtime: list[str], program: str) -> subprocess.CompletedProcess[str]:
    *command, path = runtime
    environment = {"AWS_DEFAULT_REGION": "us-east-2"}
    return subprocess.run(
        [*command, path + program], capture_output=True, text=True, env=environment, check=False
    )


def test_every_library_works_with_only_the_zip_and_boto3(runtime: list[str]) -> None:
    ended = run(runtime, LIBRARIES)

    assert ended.returncode == 0, ended.stderr


def test_no_function_imports_a_tracer(runtime: list[str]) -> None:
    """Which would lengthen each cold start, traced or not: docs/decisions/0017."""
    handlers = [file.parent.name for file in paths.FUNCTIONS.glob("*/handler.py")]
    imports = "".join(f"import {name}.handler\n" for name in handlers)
    look = "print([m for m in sys.modules if m.startswith(('aws_xray', 'opentelemetry'))])\n"

    ended = run(runtime, imports + look)

    assert (ended.returncode, ended.stdout) == (0, "[]\n"), ended.stderr


def test_every_module_of_the_functions_imports_with_only_the_zip_and_boto3(
    runtime: list[str],
) -> None:
    files = [file.relative_to(paths.FUNCTIONS) for file in paths.FUNCTIONS.rglob("*.py")]
    modules = sorted({".".join(f.with_suffix("").parts).removesuffix(".__init__") for f in files})

    ended = run(runtime, "".join(f"import {module}\n" for module in modules))

    assert ended.returncode == 0, ended.stderr


def test_what_the_zip_does_not_hold_is_really_missing(runtime: list[str]) -> None:
    ended = run(runtime, "import pytest")

    assert "ModuleNotFoundError" in ended.stderr


def test_the_same_sources_give_the_same_bytes_whatever_the_order_the_times_and_the_umask(
    tmp_path: Path,
) -> None:
    first = written(tmp_path, "first", ["a.py", "b/c.py"], umask=0o022, age=0)
    second = written(tmp_path, "second", ["b/c.py", "a.py"], umask=0o077, age=86_400)

    assert first == second


def written(folder: Path, name: str, files: list[str], umask: int, age: int) -> bytes:
    before = os.umask(umask)
    try:
        for file in files:
            source = folder / name / file
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text(f"# {file}\n")
            os.utime(source, (1_700_000_000 - age, 1_700_000_000 - age))
        target = folder / f"{name}.zip"
        package.write_zip(target, {file: folder / name / file for file in files})
    finally:
        os.umask(before)
    return target.read_bytes()


def test_other_sources_give_other_bytes(tmp_path: Path) -> None:
    assert written(tmp_path, "one", ["a.py"], 0o022, 0) != written(
        tmp_path, "two", ["b.py"], 0o022, 0
    )


def test_an_unchanged_zip_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    before = package.build().stat().st_ino

    assert package.build().stat().st_ino == before


def test_the_zip_is_small_and_holds_no_binaries_no_tests_and_not_boto3(built: Path) -> None:
    names = zipfile.ZipFile(built).namelist()
    tops = {name.split("/")[0] for name in names}

    assert built.stat().st_size < 5_000_000
    code = [name for name in names if name != "LICENSE" and not name.startswith("licenses/")]
    assert {Path(name).suffix for name in code} <= package.SUFFIXES
    assert not [name for name in names if "tests" in name.split("/") or "__pycache__" in name]
    assert not tops & {"boto3", "botocore", "urllib3", "lab"}
    assert {"checkout", "cart_validator", "aws_lambda_powertools", "jwt"} <= tops


def test_every_library_comes_with_its_licence(built: Path) -> None:
    names = zipfile.ZipFile(built).namelist()
    licensed = {
        canonicalize_name(name.split("/")[1].split("-")[0]) for name in names if "licenses/" in name
    }

    assert "LICENSE" in names  # ours
    assert licensed == package.libraries()


@pytest.mark.parametrize("content", [None, b"of another commit"])
def test_libraries_of_another_lock_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    if content:
        (tmp_path / "lambda").mkdir()
        (tmp_path / "lambda" / "uv.lock").write_bytes(content)

    with pytest.raises(LabError, match=r"functions/uv\.lock") as refused:
        package.build()
    assert "make install" in refused.value.hint
