"""`lab promote`: the account, the region and the place for the state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.core import paths
from lab.deploy.account import BackendSettings
from lab.go_live import State, place
from tests.unit.lab.go_live.somebody import OURS, Somebody, refuse


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the environments' folders to write a backend.hcl into."""
    for name in ("dev", "prod"):
        there = tmp_path / "terraform/environments" / name
        there.mkdir(parents=True)
        source = paths.TERRAFORM / "environments" / name
        for file in ("main.tf", "terraform.tfvars"):
            (there / file).write_text((source / file).read_text())
    monkeypatch.setattr(paths, "TERRAFORM", tmp_path / "terraform")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_an_account_that_nobody_has_claimed_is_fine() -> None:
    assert place.look("prod", Somebody()).state == State.DONE  # type: ignore[arg-type]


@pytest.mark.usefixtures("folder")
def test_another_account_than_the_environments_is_refused() -> None:
    BackendSettings("bucket", "999999999999", native_lock=True).write("prod")

    step = place.look("prod", Somebody())  # type: ignore[arg-type]

    assert step.state == State.REFUSED
    assert "belongs to account 999999999999" in step.why


@pytest.mark.parametrize(("endpoint", "state"), [(None, State.REFUSED), ("http://x", State.DONE)])
@pytest.mark.usefixtures("folder")
def test_the_root_user_is_refused_but_on_an_emulator_there_is_no_other(
    endpoint: str | None, state: State
) -> None:
    root = Somebody(arn=f"arn:aws:iam::{OURS}:root", endpoint=endpoint)

    assert place.look("dev", root).state == state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("head", "state"),
    [(lambda **_: {}, State.DONE), (refuse("404"), State.TO_DO), (refuse("403"), State.UNKNOWN)],
)
@pytest.mark.usefixtures("folder")
def test_the_backend_is_ready_when_its_bucket_is_there(
    head: Callable[..., Any], state: State
) -> None:
    BackendSettings("bucket", OURS, native_lock=True).write("dev")
    s3 = SimpleNamespace(head_bucket=head)

    step = place.look_for_backend("dev", Somebody({"s3": s3}))  # type: ignore[arg-type]

    assert step.state == state


@pytest.mark.usefixtures("folder")
def test_without_a_backend_it_says_how_to_make_one() -> None:
    step = place.look_for_backend("dev", Somebody())  # type: ignore[arg-type]

    assert (step.state, step.command) == (State.TO_DO, "scripts/setup-backend.sh mine")
