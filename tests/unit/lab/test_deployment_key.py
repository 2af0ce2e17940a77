"""The key of a kept deployment: everything that decides it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.core import child_processes
from lab.deploy.deployment_cache.key import EmulatorSettings
from lab.deploy.terraform import emulator_overrides, provider
from tests.own_sources import SETTINGS, copied, digest, used


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    return copied(tmp_path / "checkout", monkeypatch)


def append(name: str) -> Callable[[Path, pytest.MonkeyPatch], object]:
    return lambda checkout, _: (checkout / name).open("a").write("#")


CHANGES: dict[str, Callable[[Path, pytest.MonkeyPatch], object]] = {
    "a module": append("terraform/modules/checkout/main.tf"),
    "a variable": append("terraform/environments/dev/terraform.tfvars"),
    "the provider's lock": append("terraform/environments/dev/.terraform.lock.hcl"),
    "the shop's name": append("terraform/shop.json"),
    "the API": append("functions/checkout_api/openapi.json"),
    "the functions": append("functions.zip"),
    "the emulator": append("emulator/src/localstack_host/__main__.py"),
    "the emulator's libraries": append("emulator/uv.lock"),
    "the lab's deploy": append("lab/deploy/terraform/leftovers.py"),
    "a new file": lambda checkout, _: (checkout / "terraform/modules/checkout/more.tf").touch(),
    "LAB_TF_VAR_": lambda _, patch: patch.setenv("LAB_TF_VAR_log_level", "DEBUG"),
    "the account": lambda _, patch: patch.setenv("AWS_ACCESS_KEY_ID", "111122223333"),
    "Terraform": lambda _, patch: patch.setattr(child_processes, "output", lambda *_: "other"),
    "command line": lambda _, patch: patch.setattr(emulator_overrides, "VARIABLES", ["-var=x=1"]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_everything_that_decides_a_deploy_is_in_the_key(
    sources: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = digest(sources)
    assert digest(sources) == before
    CHANGES[what](sources, monkeypatch)
    assert digest(sources) != before


def test_environments_and_settings_of_the_emulator_have_keys_of_their_own(sources: Path) -> None:
    settings = [
        SETTINGS,
        EmulatorSettings(iam=False),
        EmulatorSettings(services=frozenset({"swf"})),
    ]
    keys = [digest(sources, settings=one) for one in settings]
    keys += [digest(sources, "staging")]
    assert len(set(keys)) == 4


def test_the_key_does_not_depend_on_where_the_checkout_is(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "own_config", lambda: None)
    before = digest(sources)
    moved = used(sources.rename(tmp_path / "moved"), monkeypatch)
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "another"))
    assert digest(moved) == before
