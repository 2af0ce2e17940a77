"""What `deploy` does with a kept deployment, and what `lab up` and `lab down` say of the state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.cli import app, reports
from lab.core import emulator_program, invocation
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import code_swap, storefront
from lab.deploy.deployment_cache.store import Entry
from lab.deploy.terraform import Options, deployment
from lab.deploy.terraform.json_log import Changes
from lab.shop import api_key

TARGET = Target("dev", "http://localhost:4566")
ENTRY = Entry(Path("entry"), "dev", 137, "v1", "2026-11-27T10:00:00Z", 1, 0.0)
ALWAYS_AFTER = ["code", "token key", "key", "page", "noted"]


@dataclass
class Deploying:
    """A deploy in which everything is a note: what Terraform and the cache are asked for."""

    unfinished: Path
    entry: Entry | None = None
    deployed: bool = False
    started_with: Entry | None = None
    plans: list[bool] = field(default_factory=lambda: [True])
    changes: Changes = field(default_factory=lambda: Changes(added=137))
    done: list[str] = field(default_factory=list)

    def _note(self, what: str, result: Any = None) -> Any:
        self.done.append(what)
        return result

    def terraform(self) -> SimpleNamespace:
        return SimpleNamespace(
            workspace=SimpleNamespace(log="log", unfinished=self.unfinished),
            endpoint=TARGET.endpoint,
            on_progress=lambda _: None,
            apply=lambda: self._note("apply", self.changes),
            has_no_changes=lambda: self._note("plan", self.plans.pop(0)),
        )

    def kept(self) -> SimpleNamespace:
        return SimpleNamespace(
            restore=lambda _: self._note("restore", self.entry) if self.entry else None,
            keep=lambda count: self._note(f"keep {count}"),
            drop=lambda: self._note("drop"),
            is_deployed=lambda: self.deployed,
            started_with=lambda: self.started_with,
            note_deployed=lambda: self._note("noted"),
        )

    def run(self, **options: bool) -> deployment.DeployResult:
        return deployment.deploy(TARGET, print, options=Options(**options))


@pytest.fixture
def deploying(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Deploying:
    deploying = Deploying(tmp_path / "unfinished")

    @contextmanager
    def terraform(*_: object) -> Iterator[SimpleNamespace]:
        yield deploying.terraform()

    monkeypatch.setattr(deployment, "_terraform", terraform)
    monkeypatch.setattr(deployment, "_init", lambda *_: None)
    monkeypatch.setattr(deployment, "_prepare", lambda *_: None)
    monkeypatch.setattr(deployment.KeptDeployment, "of", lambda *_: deploying.kept())
    monkeypatch.setattr(code_swap, "publish", lambda *_: deploying.done.append("code"))
    monkeypatch.setattr(
        deployment.token_keys, "ensure", lambda _: deploying.done.append("token key")
    )
    monkeypatch.setattr(api_key, "ensure", lambda _: deploying.done.append("key"))
    monkeypatch.setattr(storefront, "upload", lambda *_: deploying.done.append("page"))
    return deploying


def test_terraform_runs_unless_it_is_told_otherwise(deploying: Deploying) -> None:
    deploying.entry, deploying.deployed, deploying.started_with = ENTRY, True, ENTRY
    assert deploying.run().added == 137
    assert deploying.done == ["apply", *ALWAYS_AFTER]


def test_a_deploy_is_unfinished_until_it_has_done_everything(
    deploying: Deploying, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        assert deploying.unfinished.read_text() == TARGET.endpoint
        raise LabError("the last step")

    with monkeypatch.context() as patch:
        patch.setattr(storefront, "upload", fail)
        with pytest.raises(LabError, match="the last step"):
            deploying.run()
    assert deploying.unfinished.exists()
    deploying.run()
    assert not deploying.unfinished.exists()


def test_a_first_deploy_is_kept_before_there_is_a_key(deploying: Deploying) -> None:
    assert deploying.run(cache=True).restored_from == ""
    assert deploying.done == ["apply", "keep 137", *ALWAYS_AFTER]


def test_a_kept_deployment_takes_terraforms_place_and_gets_keys_of_its_own(
    deploying: Deploying,
) -> None:
    deploying.entry = ENTRY
    result = deploying.run(cache=True)
    assert (result.added, result.restored_from) == (137, ENTRY.made_at)
    assert deploying.done == ["restore", *ALWAYS_AFTER]
    assert "137 resources, restored as deployed on 2026-" in reports.deployed(result)


def test_nothing_is_kept_where_nothing_was_added(deploying: Deploying) -> None:
    deploying.changes = Changes()
    deploying.run(cache=True)
    assert deploying.done == ["apply", *ALWAYS_AFTER]


@pytest.mark.parametrize("entry", [None, ENTRY])
def test_a_plan_verifies_what_was_applied_or_restored(
    deploying: Deploying, entry: Entry | None
) -> None:
    deploying.entry = entry
    result = deploying.run(cache=True, verify=True)
    assert result.verified
    assert deploying.done.count("plan") == 1
    assert "a plan is empty" in reports.deployed(result)


def test_a_restored_deployment_that_a_plan_would_change_is_dropped_and_applied(
    deploying: Deploying, capsys: pytest.CaptureFixture[str]
) -> None:
    deploying.entry, deploying.plans = ENTRY, [False, True]
    deploying.changes = Changes(changed=2)
    result = deploying.run(cache=True, verify=True)
    assert (result.changed, result.restored_from, result.verified) == (2, "", True)
    assert deploying.done == [
        "restore",
        "code",
        "token key",
        "key",
        "page",
        *["plan", "drop", "apply", "plan", "noted"],
    ]
    assert "not what Terraform would make" in capsys.readouterr().err


def test_an_applied_deployment_that_a_plan_would_change_is_an_error(deploying: Deploying) -> None:
    deploying.plans = [False]
    with pytest.raises(LabError, match="not empty"):
        deploying.run(cache=True, verify=True)


def test_terraform_is_left_out_where_its_state_is_trusted(deploying: Deploying) -> None:
    deploying.deployed = True
    assert deploying.run(cache=True, trust_state=True).unchanged
    assert deploying.done == ALWAYS_AFTER
    deploying.deployed, deploying.started_with = False, ENTRY
    assert deploying.run(cache=True, trust_state=True).restored_from == ENTRY.made_at
    assert "apply" not in deploying.done


STARTED = {"pid": 1, "port": 1, "endpoint": "http://x", "already_running": False, "ready_s": 1.0}
NOTHING = {"restored": False, "saved_at": None, "refused": None}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (NOTHING, ""),
        (NOTHING | {"restored": True, "saved_at": "2026-11-27T10:00:00Z"}, "as it was on 2026-"),
        (NOTHING | {"refused": "The saved state was not loaded."}, "not loaded. `lab deploy` and"),
    ],
)
def test_up_says_what_became_of_the_state(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    state: dict[str, object],
    said: str,
) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.setattr(emulator_program, "run", lambda *_, **__: STARTED | {"state": state})
    assert app.run(["up"]) == 0
    shown = capsys.readouterr().err
    assert said in " ".join(shown.split()) if said else not shown
    invocation.begin()


@pytest.mark.parametrize(
    ("stopped", "variable", "said"),
    [
        ({"stopped": False}, "", "was not running"),
        ({"stopped": True}, "", "Its state is kept: `lab up` continues"),
        ({"stopped": True, "not_saved": "No space left"}, "", "were not saved: No space left"),
        ({"stopped": True}, "off", "were not saved: LAB_STATE is off"),
    ],
)
def test_down_says_whether_the_state_is_kept(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    stopped: dict[str, object],
    variable: str,
    said: str,
) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.setenv("LAB_STATE", variable)
    monkeypatch.setattr(emulator_program, "run", lambda *_, **__: stopped)
    assert app.run(["down"]) == (1 if stopped.get("not_saved") else 0)
    shown = capsys.readouterr()
    assert said in " ".join(f"{shown.out} {shown.err}".split())
    invocation.begin()


# --- what a killed run has left


@dataclass
class Left:
    """An emulator with two functions, of which the state, if there is one, has the first."""

    version: str = "v1"
    lock: str | None = None
    deleted: list[str] = field(default_factory=list)

    def prepare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        client = SimpleNamespace(
            delete_function=lambda **which: self.deleted.append(which["FunctionName"])
        )
        state = SimpleNamespace(
            target=SimpleNamespace(environment="dev", client=lambda _: client),
            lock=lambda: self.lock,
            version=lambda: self.version,
            intact=lambda _: [{"function_name": "a"}] if self.version else [],
        )
        monkeypatch.setattr(deployment.State, "of", lambda _: state)
        monkeypatch.setattr(
            deployment.leftovers,
            "functions_but",
            lambda _, known: tuple(name for name in ("a", "b") if name not in known),
        )
        monkeypatch.setattr(deployment.locks, "is_dead", lambda lock, _: lock == "dead")
        deployment._prepare(SimpleNamespace(endpoint=TARGET.endpoint), TARGET)


@pytest.mark.parametrize("lock", [None, "dead"])
def test_a_function_that_a_killed_run_was_creating_is_deleted(
    monkeypatch: pytest.MonkeyPatch, lock: str | None
) -> None:
    left = Left(lock=lock)
    left.prepare(monkeypatch)
    assert left.deleted == ["b"]


def test_none_is_deleted_while_another_run_creates_them(monkeypatch: pytest.MonkeyPatch) -> None:
    left = Left(lock="of another lab")
    left.prepare(monkeypatch)
    assert left.deleted == []


def test_functions_without_a_state_are_said_and_not_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = Left(version="")
    with pytest.raises(LabError, match="a, b are there") as refused:
        left.prepare(monkeypatch)
    assert refused.value.hint == deployment.json_log.RESTART
    assert left.deleted == []
