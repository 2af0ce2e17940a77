"""What a caller of Kinesis is told when npm cannot install the program behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from localstack_host.host import environment
from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.kinesis import installation
from localstack_host.services.kinesis.patches import LOOPBACK

PACKAGE = "kinesis-local@0.5.2"


def npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program in the place of npm."""
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.defpath}")


def told(folder: Path) -> str:
    with pytest.raises(CommonServiceException) as refused:
        installation.install(str(folder), PACKAGE)
    assert refused.value.status_code == 400, "an SDK would try again"
    return str(refused.value.message)


def test_what_npm_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ("code SELF_SIGNED_CERT_IN_CHAIN", "request to https://npm.test failed.")
    npm(
        tmp_path,
        "; ".join(f"echo 'npm error {line}' >&2" for line in lines) + "; exit 1",
        monkeypatch,
    )
    message = told(tmp_path)
    assert message.startswith(
        f"Kinesis needs the npm package {PACKAGE}, which could not be installed: npm says: "
        "request to https://npm.test failed. npm has to reach its registry"
    )


def test_an_npm_that_does_not_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm(tmp_path, "exec sleep 60", monkeypatch)
    monkeypatch.setattr(installation, "TIMEOUT_S", 0.2)
    assert "npm did not end within 0.2 s" in told(tmp_path)


def test_without_npm_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no npm. Install Node.js" in told(tmp_path)


def test_an_npm_that_ends_well_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(tmp_path, 'echo "$@" > "$3/asked"', monkeypatch)
    installation.install(str(tmp_path), PACKAGE)
    assert PACKAGE in (tmp_path / "asked").read_text()


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js")
@pytest.mark.parametrize("arguments", ["{port: 0, host: '0.0.0.0'}", "0", "0, '0.0.0.0'"])
def test_the_program_listens_on_loopback_whatever_it_asks_for(arguments: str) -> None:
    script = (
        f"const s = require('http').createServer().listen({arguments}, () => "
        "{ console.log(s.address().address); s.close() })"
    )
    command = ["node", "--require", str(LOOPBACK), "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.strip() == "127.0.0.1"


@pytest.mark.parametrize(("services", "inherited"), [("kinesis", True), ("cloudformation", False)])
def test_npm_s_variables_are_passed_on_only_to_an_emulator_with_kinesis(
    monkeypatch: pytest.MonkeyPatch, services: str, inherited: bool
) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST_SERVICES", services)
    for name in ("NODE_EXTRA_CA_CERTS", "npm_config_registry"):
        monkeypatch.setenv(name, "value")
        assert (name in environment.variables(4566)) is inherited
