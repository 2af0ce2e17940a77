"""Plan, apply and destroy: in the right account, and prod not without its owner's word."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lab.cli import app
from lab.cli.commands import infrastructure
from lab.core import paths
from lab.core.errors import LabError
from lab.deploy import account, package
from lab.deploy.account import BackendSettings, Identity, guards, terraform
from lab.deploy.terraform import provider
from tests.unit.lab.account.somebody import BUCKET, OURS, STATE, Person, Terraforms


def operate(
    identity: Identity, environment: str, action: str, terraforms: Terraforms, answer: str = ""
) -> Person:
    person = Person(answer)
    account.operate(environment, action, identity, person, terraforms)  # type: ignore[arg-type]
    return person


def test_without_a_place_for_its_state_nothing_is_done(
    somebody: Identity, terraforms: Terraforms
) -> None:
    with pytest.raises(LabError, match="no place for its state") as caught:
        operate(somebody, "dev", "plan", terraforms)

    assert "setup-backend.sh" in caught.value.hint


@pytest.mark.parametrize("action", account.ACTIONS)
def test_another_account_is_refused_whatever_is_to_be_done(
    action: str, somebody: Identity, terraforms: Terraforms
) -> None:
    BackendSettings(BUCKET, "999999999999", native_lock=True).write("dev")

    with pytest.raises(LabError, match=f"999999999999, and this is {OURS}"):
        operate(somebody, "dev", action, terraforms)

    assert not terraforms.ran


def test_a_plan_runs_terraform_and_asks_nothing(
    somebody: Identity, terraforms: Terraforms, folder: Path
) -> None:
    STATE.write("prod")

    asked = operate(somebody, "prod", "plan", terraforms).asked

    zip_file = paths.ROOT / "functions.zip"
    assert not asked
    assert terraforms.ran == [
        "prod init -input=false -reconfigure -backend-config=backend.hcl",
        f"prod plan -var=functions_package={zip_file}",
    ]


def test_dev_is_applied_after_one_question_about_its_plan(
    somebody: Identity, terraforms: Terraforms
) -> None:
    STATE.write("dev")

    assert operate(somebody, "dev", "apply", terraforms).asked == ["apply 1 in dev?"]
    assert terraforms.ran[2] == "dev apply"
    assert keys_of(somebody, "dev")


@pytest.mark.parametrize("action", ["apply", "destroy"])
def test_no_to_the_plan_changes_nothing_and_says_so(
    action: str, somebody: Identity, terraforms: Terraforms
) -> None:
    STATE.write("dev")
    nobody = Person(agreeing=False)

    with pytest.raises(LabError, match="Nothing was changed in dev"):
        account.operate("dev", action, somebody, nobody, terraforms)  # type: ignore[arg-type]

    assert not any(ran.startswith("dev apply") for ran in terraforms.ran)


def test_a_plan_without_changes_is_not_asked_about(
    somebody: Identity, terraforms: Terraforms
) -> None:
    STATE.write("dev")
    terraforms.planned = []

    assert not operate(somebody, "dev", "apply", terraforms).asked
    assert keys_of(somebody, "dev")


@pytest.mark.parametrize(("no_color", "terminal", "plain"), [("", 1, 0), ("1", 1, 1), ("", 0, 1)])
def test_colours_are_for_a_terminal_that_wants_them(
    no_color: str, terminal: int, plain: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr("sys.stdout.isatty", lambda: bool(terminal))

    assert terraform._colour_options("plan") == ["-no-color"] * plain


def keys_of(identity: Identity, environment: str) -> str:
    name = f"/checkout/{environment}/auth/key-set"
    found = identity.client("ssm").get_parameter(Name=name, WithDecryption=True)
    return str(found["Parameter"]["Value"])


@pytest.mark.parametrize(
    ("action", "answer"), [("apply", "no"), ("apply", ""), ("destroy", "yes"), ("destroy", "dev")]
)
def test_prod_is_not_touched_without_the_right_answer(
    action: str, answer: str, somebody: Identity, terraforms: Terraforms
) -> None:
    STATE.write("prod")

    with pytest.raises(LabError, match="Nothing was done to prod"):
        operate(somebody, "prod", action, terraforms, answer)

    assert not terraforms.ran


@pytest.mark.parametrize(("action", "answer"), [("apply", "yes"), ("destroy", "prod")])
def test_prod_is_touched_after_the_right_answer(
    action: str, answer: str, somebody: Identity, terraforms: Terraforms
) -> None:
    STATE.write("prod")

    asked = operate(somebody, "prod", action, terraforms, answer).asked

    assert OURS in asked[0]
    assert "-destroy" in terraforms.ran[1] or action == "apply"
    assert terraforms.ran[2] == "prod apply"


def test_a_saved_plan_is_applied_without_a_question(
    somebody: Identity, terraforms: Terraforms, tmp_path: Path
) -> None:
    STATE.write("prod")
    saved, nobody = tmp_path / "plan", Person()

    for action in ("plan", "apply"):
        account.operate("prod", action, somebody, nobody, terraforms, saved)

    assert not nobody.asked
    assert terraforms.ran[1].endswith(f" -out={saved}")
    assert terraforms.ran[4] == f"prod apply -input=false {saved}"
    assert keys_of(somebody, "prod")


def test_a_saved_plan_is_applied_with_the_package_that_it_was_made_with(
    somebody: Identity, terraforms: Terraforms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    STATE.write("prod")
    saved, zip_ = tmp_path / "plan", tmp_path / "functions.zip"
    zip_.write_bytes(b"what was approved")
    monkeypatch.setattr(package, "built", lambda: zip_)
    planned = {"key": f"functions/{hashlib.sha256(zip_.read_bytes()).hexdigest()}.zip"}
    terraforms.shown = {"planned_values": {"root_module": {"resources": [{"values": planned}]}}}
    account.operate("prod", "apply", somebody, Person(), terraforms, saved)
    zip_.write_bytes(b"built from other sources meanwhile")
    before = list(terraforms.ran)

    with pytest.raises(LabError, match="was planned with"):
        account.operate("prod", "apply", somebody, Person(), terraforms, saved)

    assert zip_.read_bytes() == b"built from other sources meanwhile"
    assert not [command for command in terraforms.ran[len(before) :] if "apply" in command]


def test_no_plan_destroys_prod_without_its_name(
    somebody: Identity, terraforms: Terraforms, tmp_path: Path
) -> None:
    STATE.write("prod")

    with pytest.raises(LabError, match="Nothing was done to prod"):
        account.operate("prod", "destroy", somebody, Person(), terraforms, tmp_path / "plan")


def test_an_environment_with_protected_tables_is_not_half_destroyed(
    somebody: Identity, terraforms: Terraforms
) -> None:
    STATE.write("dev")
    a_protected_table(somebody, "orders-dev")

    with pytest.raises(LabError, match="protected") as caught:
        operate(somebody, "dev", "destroy", terraforms)

    assert "deletion_protection = false" in caught.value.hint
    assert not terraforms.ran


def test_what_is_left_after_a_destroy_is_named_with_the_command_that_removes_it(
    somebody: Identity, terraforms: Terraforms
) -> None:
    STATE.write("dev")
    name = "/checkout/dev/made/by-hand"
    somebody.client("ssm").put_parameter(Name=name, Value="1", Type="String")

    with pytest.raises(LabError, match=f"aws ssm delete-parameter --name {name}"):
        operate(somebody, "dev", "destroy", terraforms)


def a_protected_table(identity: Identity, name: str) -> None:
    identity.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "orderId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "orderId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )


# --- at the terminal


def test_a_question_that_nobody_can_hear_ends_the_command(
    somebody: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    STATE.write("prod")

    assert app.run(["terraform", "prod", "apply"]) == 2
    err = capsys.readouterr().err
    assert "stdin is no terminal" in err
    assert all(shown in err for shown in (OURS, "us-east-2", "prod"))


@pytest.mark.parametrize("mistyped", [["pord", "plan"], ["prod", "aply"]])
def test_what_is_mistyped_is_answered_with_what_there_is(
    mistyped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["terraform", *mistyped]) == 2
    said = capsys.readouterr().err
    assert "is not one of" in said or "There is no environment" in said


@pytest.mark.parametrize(("action", "command"), [("apply", "deploy"), ("destroy", "destroy")])
def test_local_is_the_emulator_whatever_the_account(
    action: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr(infrastructure, command, called.append)
    monkeypatch.setattr(account, "identify", lambda _: pytest.fail("AWS was asked"))

    assert app.run(["terraform", "dev", action, "--local"]) == 0
    assert called == ["dev"]


def test_what_answers_in_place_of_aws_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    somebody = Identity(OURS, "arn", endpoint="http://127.0.0.1:4566")
    monkeypatch.setattr(account, "identify", lambda _: somebody)

    assert app.run(["terraform", "dev", "plan"]) == 1
    assert "http://127.0.0.1:4566, which is not AWS" in capsys.readouterr().err


def test_a_failed_terraform_is_a_failed_command(
    somebody: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = tmp_path / "bin" / "terraform"
    failing.parent.mkdir()
    failing.write_text("#!/bin/sh\nexit 3\n")
    failing.chmod(0o755)
    monkeypatch.setenv("PATH", str(failing.parent), prepend=":")
    monkeypatch.setattr(provider, "cli_config", lambda _: tmp_path / "cli.tfrc")

    with pytest.raises(LabError, match="terraform plan failed"):
        terraform.Terraform(tmp_path, somebody).run("plan")


def test_the_guards_know_prod_by_the_name_of_its_folder() -> None:
    assert (Path(__file__).parents[4] / "terraform/environments" / guards.PROD).is_dir()
