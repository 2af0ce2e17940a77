"""How the lab runs Terraform: what it copies, which provider it takes, what it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.terraform import deploy, destroy, provider
from lab.deploy.terraform.command import Tflocal
from lab.deploy.terraform.deployment import require_findable
from lab.deploy.terraform.runner import Completed
from lab.deploy.terraform.workspace import LOCK, OVERRIDE, Workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "lab"))
    return tmp_path


@pytest.fixture
def filled(home: Path) -> Workspace:
    workspace = Workspace("dev")
    workspace.fill(a_file(home / "functions.zip", "code"))
    return workspace


def a_file(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def a_mirror(folder: Path) -> Path:
    platform = provider._platform()
    here = folder / provider.PROVIDER / provider.locked_version() / platform
    here.mkdir(parents=True)
    return folder


# --- what `init` has made, and whether it is still there


@pytest.mark.parametrize("gone", ["providers", "modules", "initialised", "one file", "half"])
def test_init_runs_again_where_something_of_it_is_gone(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    terraform, times = a_terraform(filled, monkeypatch)
    terraform.init()
    terraform.init()
    assert len(times) == 1
    damage(filled.data, gone)
    terraform.init()
    assert len(times) == 2
    terraform.init()
    assert len(times) == 2


def a_terraform(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> tuple[Tflocal, list[list[str]]]:
    """A Terraform whose `init` makes a provider and a list of modules, and notes its arguments."""
    times: list[list[str]] = []

    def made(_self: Tflocal, arguments: list[str]) -> Completed:
        times.append(arguments)
        a_file(workspace.data / "providers" / "aws" / "provider", "program")
        a_file(workspace.data / "modules" / "modules.json", "{}")
        a_file(workspace.folder / LOCK, "lock")
        return Completed(0, "")

    monkeypatch.setattr(Tflocal, "_tflocal", made)
    monkeypatch.setattr(provider, "require_room", lambda: None)
    return Tflocal(workspace, 0, "http://127.0.0.1:1", "us-east-2", lambda _: None), times


def damage(data: Path, gone: str) -> None:
    """Removes a part of what `init` has made, as a clean-up does, or leaves half of a file."""
    if gone in ("providers", "modules"):
        shutil.rmtree(data / gone)
    elif gone == "half":
        (data / "providers" / "aws" / "provider").write_text("pro")
    else:
        file = "initialised" if gone == "initialised" else "modules/modules.json"
        (data / file).unlink()


# --- the copy that Terraform works on


def test_the_copy_holds_what_relative_paths_lead_to(filled: Workspace) -> None:
    assert (filled.folder / "../../modules/checkout/workflow.asl.json").is_file()
    assert (filled.folder / "../../../functions/checkout_api/openapi.json").is_file()
    assert (filled.folder / "../../../.lab/build/functions.zip").read_text() == "code"


def test_the_path_of_the_zip_in_the_copy_is_the_one_that_the_environment_expects() -> None:
    variables = (Workspace("dev").source / "variables.tf").read_text()

    assert '"../../../.lab/build/functions.zip"' in variables


def test_what_a_killed_run_left_in_the_copy_is_removed(filled: Workspace, home: Path) -> None:
    override = a_file(filled.folder / OVERRIDE)
    removed_from_sources = a_file(filled.root / "terraform/modules/gone/main.tf")

    filled.fill(home / "functions.zip")

    assert not override.exists()
    assert not removed_from_sources.exists()


def test_what_somebody_wrote_into_the_copy_is_kept(filled: Workspace, home: Path) -> None:
    main = filled.folder / "main.tf"
    original = main.read_text()
    main.write_text("# tried something")
    a_file(filled.folder / "mine.tf", "# mine")

    kept = filled.fill(home / "functions.zip")

    texts = sorted(file.read_text() for file in kept)
    assert texts == ["# mine", "# tried something"]
    assert all(file.is_relative_to(paths.home() / "kept" / "terraform") for file in kept)
    assert main.read_text() == original
    assert filled.fill(home / "functions.zip") == []


def test_a_state_that_terraform_could_not_store_stays_and_is_nobody_s_edit(
    filled: Workspace, home: Path
) -> None:
    unsaved = a_file(filled.folder / "errored.tfstate", "all that Terraform knows")

    assert filled.fill(home / "functions.zip") == []
    assert filled.unsaved == unsaved
    assert unsaved.read_text() == "all that Terraform knows"


def test_what_changed_in_the_sources_is_copied_and_leaves_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = a_small_checkout(home, monkeypatch)
    for text in ("# old", "# new"):
        a_file(workspace.source / "main.tf", text)
        a_file(home / "functions.zip", text)
        assert workspace.fill(home / "functions.zip") == []
    (workspace.source / "main.tf").unlink()
    assert workspace.fill(home / "functions.zip") == []


def a_small_checkout(home: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    root = home / "repository"
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setattr(paths, "TERRAFORM", root / "terraform")
    monkeypatch.setattr(paths, "FUNCTIONS", root / "functions")
    a_file(root / "functions/checkout_api/openapi.json")
    return Workspace("dev")


def test_an_override_beside_the_sources_is_neither_copied_nor_touched(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = a_small_checkout(home, monkeypatch)
    own = a_file(workspace.source / OVERRIDE)

    workspace.fill(a_file(home / "functions.zip"))

    assert own.exists()
    assert not (workspace.folder / OVERRIDE).exists()


def test_an_unknown_environment_is_a_mistake_that_names_the_known_ones(home: Path) -> None:
    with pytest.raises(LabError, match="'nowhere'") as caught:
        deploy(Target("nowhere", "http://localhost:9"))

    assert caught.value.code == 2
    assert "dev" in caught.value.hint


def test_an_emulator_that_is_down_is_said_before_anything_is_done(home: Path) -> None:
    with pytest.raises(LabError, match="Nothing answers at http://localhost:9"):
        deploy(Target("dev", "http://localhost:9"))


# --- the provider


def test_the_provider_comes_from_the_folder_that_the_variable_names(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_TF_MIRROR", str(a_mirror(home / "mirror")))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(home / "not-there"))

    assert provider.provider_mirror() == home / "mirror"
    assert str(home / "mirror") in provider.cli_config(home).read_text()


def test_a_mirror_without_the_pinned_version_is_passed_over(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "mirror" / provider.PROVIDER / "4.0.0" / provider._platform()).mkdir(parents=True)
    monkeypatch.setenv("LAB_TF_MIRROR", str(home / "mirror"))

    assert provider.provider_mirror() != home / "mirror"


def test_the_users_own_configuration_is_left_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = a_file(home / "own.tfrc", "disable_checkpoint = true")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(own))

    assert provider.cli_config(home) == own


def test_so_is_a_users_own_setting_of_go(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOGC", raising=False)
    assert provider.variables(home)["GOGC"] == provider.GC_PERCENT

    monkeypatch.setenv("GOGC", "50")
    assert provider.variables(home)["GOGC"] == "50"


# --- settings by which no other command would find what is deployed


@pytest.mark.parametrize(("name", "value"), [("region", "eu-west-1"), ("environment", "prod")])
@pytest.mark.parametrize("by", ["variable", "file"])
@pytest.mark.parametrize("work", [deploy, destroy])
def test_another_region_or_environment_is_refused_before_the_work(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    by: str,
    work: Callable[[Target], object],
) -> None:
    if by == "variable":
        monkeypatch.setenv(f"LAB_TF_VAR_{name}", value)
    else:
        settings = "lab.core.environment_settings.settings_of"
        monkeypatch.setattr(settings, lambda _: {"environment": "dev", name: value})
    with pytest.raises(LabError, match=f"is '{value}', and the lab works in") as caught:
        work(Target("dev"))
    assert caught.value.code == 2
    assert f"LAB_TF_VAR_{name}" in caught.value.hint


def test_the_lab_s_own_region_may_be_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_TF_VAR_region", "us-east-2")
    require_findable(Target("dev"))
