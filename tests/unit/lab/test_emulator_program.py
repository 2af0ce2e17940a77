"""What the emulator's program gets of the user's environment."""

from __future__ import annotations

import pytest

from lab.core import emulator_program

PASSED_ON = ("JAVA_HOME", "LAB_SERVICES", "NODE_EXTRA_CA_CERTS", "npm_config_registry")
KEPT_BACK = ("AWS_PROFILE", "PYTHONPATH", "HTTPS_PROXY", "NODE_OPTIONS")


@pytest.mark.parametrize("name", [*PASSED_ON, "NPM_CONFIG_HTTPS_PROXY"])
def test_it_gets_what_the_emulator_reads(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "value")
    assert emulator_program.variables()[name] == "value"


@pytest.mark.parametrize("name", KEPT_BACK)
def test_it_does_not_get_the_user_s_other_settings(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "value")
    assert name not in emulator_program.variables()
