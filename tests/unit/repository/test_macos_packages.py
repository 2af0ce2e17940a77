"""Nobody needs a compiler on a Mac: what the locks install there is a wheel or pure Python."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

from lab.core import paths

LOCKS = ("uv.lock", "emulator/uv.lock", "functions/uv.lock")
PROCESSORS = ("arm64", "x86_64")
PYTHON = (3, 13)
OLDEST_MACOS = (13, 0)

PURE = "its source has no extension module"
BUILT_WITHOUT_COMPILER = {
    "airspeed-ext": PURE,
    "awslambdaric": "AWS builds its extension only on Linux; zygote/runtime_client.py replaces it",
    "crontab": PURE,
    "jsonpath-rw": PURE,
    "lazy-object-proxy": "its extension is optional, and left out by SETUPPY_FORCE_PURE",
    "localstack-client": PURE,
}
"""What is built from source on a Mac, and why that needs no compiler."""


def packages(lock: str, processor: str) -> dict[str, dict[str, Any]]:
    """The packages of a lock that a Mac with this processor installs, by name."""
    listed = tomllib.loads((paths.ROOT / lock).read_text())["package"]
    environment = environment_of(processor)
    applying = [
        one
        for one in listed
        if not one.get("resolution-markers")
        or any(Marker(each).evaluate(environment) for each in one["resolution-markers"])
    ]
    by_name = {one["name"]: one for one in applying}
    assert len(by_name) == len(applying), "a package has two versions"
    found: dict[str, dict[str, Any]] = {}
    new = [one for one in applying if local(one)]
    while new:
        found |= {one["name"]: one for one in new}
        needed = {name for one in new for name in dependencies(one, environment)}
        new = [by_name[name] for name in sorted(needed - found.keys())]
    return {name: one for name, one in found.items() if not local(one)}


def local(package: dict[str, Any]) -> bool:
    """Whether this is the project itself."""
    return not package["source"].keys().isdisjoint({"editable", "virtual"})


def dependencies(package: dict[str, Any], environment: dict[str, str]) -> Iterator[str]:
    """All that a package may need on this system, whatever its extras and groups are."""
    groups = [
        package.get("dependencies", []),
        *package.get("optional-dependencies", {}).values(),
        *package.get("dev-dependencies", {}).values(),
    ]
    for one in (one for group in groups for one in group):
        if "marker" not in one or Marker(one["marker"]).evaluate(environment):
            yield one["name"]


def environment_of(processor: str) -> dict[str, str]:
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": processor,
        "platform_python_implementation": "CPython",
        "platform_system": "Darwin",
        "python_full_version": "3.13.0",
        "python_version": "3.13",
        "sys_platform": "darwin",
        "extra": "",
    }


def tags(processor: str) -> set[Tag]:
    """The tags of wheels that such a Mac can install."""
    platforms = list(mac_platforms(OLDEST_MACOS, processor))
    own = cpython_tags(PYTHON, platforms=platforms)
    return {*own, *compatible_tags(PYTHON, "cp313", platforms=platforms)}


def has_wheel(package: dict[str, Any], installable: set[Tag]) -> bool:
    names = [PurePosixPath(urlsplit(one["url"]).path).name for one in package.get("wheels", ())]
    return any(parse_wheel_filename(unquote(name))[3] & installable for name in names)


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_wheel_for_macs_or_needs_no_compiler(lock: str, processor: str) -> None:
    installable = tags(processor)
    listed = packages(lock, processor)

    without = {name for name, one in listed.items() if not has_wheel(one, installable)}

    assert len(listed) > 10
    assert without <= BUILT_WITHOUT_COMPILER.keys()


def test_no_package_is_excused_that_has_wheels_for_all_macs() -> None:
    needed = {
        name
        for lock in LOCKS
        for processor in PROCESSORS
        for name, one in packages(lock, processor).items()
        if not has_wheel(one, tags(processor))
    }
    assert needed == BUILT_WITHOUT_COMPILER.keys()


@pytest.mark.parametrize("processor", PROCESSORS)
def test_what_is_only_for_windows_or_linux_is_not_looked_at(processor: str) -> None:
    assert "pywin32" not in packages("uv.lock", processor)
    assert "boto3" in packages("emulator/uv.lock", processor)


def test_an_extension_that_could_be_built_is_left_out() -> None:
    variables = [
        tomllib.loads((paths.ROOT / file).read_text())["tool"]["uv"]["extra-build-variables"]
        for file in ("pyproject.toml", "emulator/pyproject.toml")
    ]
    assert all(one["lazy-object-proxy"] == {"SETUPPY_FORCE_PURE": "1"} for one in variables)
    assert variables[1]["awslambdaric"] == {"BUILD": "false"}
