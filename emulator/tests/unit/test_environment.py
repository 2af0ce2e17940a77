"""The environment of an emulator's process."""

from __future__ import annotations

from pathlib import Path

import pytest

from localstack_host.host import environment


def test_an_emulator_inherits_nothing_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    assert not {"PYTHONDONTWRITEBYTECODE", "HTTP_PROXY"} & set(environment.variables(4566))
