"""A real account, played by moto, with a Terraform that only notes what it is told to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from lab import account, cli, paths
from lab.account import BackendSettings, Identity, backend, guards, settings, terraform
from lab.commands import infrastructure
from lab.errors import LabError
from lab.terraform import leftovers, provider
from lab.terraform.listings import LISTINGS

OURS = "123456789012"  # moto's
BUCKET = f"ecommerce-checkout-terraform-state-{OURS}"
PARAMETERS = [listing for listing in LISTINGS if listing.service == "ssm"]
"""Of what may be left, the part that a test here leaves: moto does not know every service."""

STATE = BackendSettings(BUCKET, OURS, native_lock=True)


@dataclass
class Person:
    """Answers every question with the same."""

    answer: str = ""
    asked: list[str] = field(default_factory=list)

    def yes(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer == "yes"

    def text(self, question: str) -> str:
        self.asked.append(question)
        return self.answer


@dataclass
class Terraforms:
    """Every command that any Terraform was told to run, with its folder's name first."""

    ran: list[str] = field(default_factory=list)

    def __call__(self, folder: Path, _: Identity) -> Terraforms:
        self.folder = folder.name
        return self

    def run(self, *arguments: str) -> None:
        self.ran.append(" ".join([self.folder, *arguments]))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the environments dev and prod."""
    for name in ("dev", "prod"):
        (tmp_path / "terraform/environments" / name).mkdir(parents=True)
        (tmp_path / "terraform/environments" / name / "main.tf").touch()
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "TERRAFORM", tmp_path / "terraform")
    monkeypatch.setattr("lab.package.build", lambda: tmp_path / "functions.zip")
    return tmp_path / "terraform/environments"


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> Iterator[Identity]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(backend, "has_native_locks", lambda: True)
    monkeypatch.setattr(leftovers, "LOOKS", tuple(map(leftovers.by_name, PARAMETERS)))
    with mock_aws():
        yield account.identify()


@pytest.fixture
def terraforms() -> Terraforms:
    return Terraforms()


def test_who_we_are_is_what_aws_says(somebody: Identity) -> None:
    assert (somebody.account, somebody.region, somebody.endpoint) == (OURS, "us-east-2", None)


def test_a_profile_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LabError, match="nobody") as caught:
        account.identify("nobody")

    assert "--profile nobody" in caught.value.hint


def test_keys_in_the_environment_do_not_come_before_the_profile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The patch ends with the test, before moto puts its own keys away."""
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "of-somebody-else")

        variables = Identity(OURS, "arn", profile="mine").variables()

        assert variables["AWS_PROFILE"] == "mine"
        assert "AWS_ACCESS_KEY_ID" not in variables
        assert Identity(OURS, "arn").variables()["AWS_ACCESS_KEY_ID"] == "of-somebody-else"


# --- the place for the state


def prepare(identity: Identity, terraforms: Terraforms, *environments: str) -> list[str]:
    said: list[str] = []
    account.prepare(identity, OURS, environments, said.append, terraforms)  # type: ignore[arg-type]
    return said


def test_the_bucket_is_made_and_terraform_takes_it_over(
    somebody: Identity, terraforms: Terraforms
) -> None:
    prepare(somebody, terraforms, "dev")

    where = somebody.client("s3").get_bucket_location(Bucket=BUCKET)
    assert where["LocationConstraint"] == "us-east-2"
    assert terraforms.ran == [
        f"bootstrap init -input=false -reconfigure -backend-config=bucket={BUCKET}"
        " -backend-config=use_lockfile=true",
        f"bootstrap apply -input=false -auto-approve -var=bucket={BUCKET}",
    ]


def test_a_second_time_changes_nothing(
    somebody: Identity, terraforms: Terraforms, folder: Path
) -> None:
    prepare(somebody, terraforms, "dev")
    before = (folder / "dev/backend.hcl").read_text()

    prepare(somebody, terraforms, "dev")

    assert (folder / "dev/backend.hcl").read_text() == before
    assert len(somebody.client("s3").list_buckets()["Buckets"]) == 1


def test_every_environment_is_told_where_its_state_is(
    somebody: Identity, terraforms: Terraforms
) -> None:
    prepare(somebody, terraforms, *settings.environments())

    assert BackendSettings.of("dev") == BackendSettings.of("prod") == STATE


def test_an_environment_in_another_account_stays_there(
    somebody: Identity, terraforms: Terraforms
) -> None:
    elsewhere = BackendSettings("bucket", "999999999999", native_lock=False)
    elsewhere.write("prod")

    said = prepare(somebody, terraforms, "dev", "prod")

    assert BackendSettings.of("prod") == elsewhere
    assert "prod stays in account 999999999999" in said[1]


def test_a_repository_is_noted_for_terraform_and_nothing_else(folder: Path) -> None:
    (folder.parent / "bootstrap").mkdir()

    assert account.give_roles_to("acme/shop").read_text() == 'github_repository = "acme/shop"\n'

    with pytest.raises(LabError, match="no repository"):
        account.give_roles_to('acme/shop"\nbucket = "x')


def test_a_bucket_of_somebody_else_is_not_touched(
    somebody: Identity, terraforms: Terraforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object, **__: str) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")

    monkeypatch.setattr(Identity, "client", lambda *_: type("S3", (), {"head_bucket": refuse})())

    with pytest.raises(LabError, match="another account"):
        prepare(somebody, terraforms, "dev")

    assert not terraforms.ran


def test_terraform_1_9_gets_no_setting_that_it_does_not_know(
    somebody: Identity, terraforms: Terraforms, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(backend, "has_native_locks", lambda: False)

    prepare(somebody, terraforms, "dev")

    assert "use_lockfile" not in (folder / "dev/backend.hcl").read_text()
    assert "use_lockfile" not in terraforms.ran[0]


@pytest.mark.parametrize(("version", "has"), [("1.9.8", False), ("1.10.0", True), ("1.11.4", True)])
def test_native_locks_came_with_terraform_1_10(
    version: str, has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: "terraform")
    said = f'{{"terraform_version": "{version}"}}'.encode()
    monkeypatch.setattr("subprocess.check_output", lambda *_, **__: said)

    assert terraform.has_native_locks() is has


# --- guards


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


def test_dev_is_applied_without_a_question_of_ours(
    somebody: Identity, terraforms: Terraforms
) -> None:
    STATE.write("dev")

    assert not operate(somebody, "dev", "apply", terraforms).asked
    assert secret_of(somebody, "dev")


def secret_of(identity: Identity, environment: str) -> str:
    name = f"/checkout/{environment}/auth/secret"
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
    assert terraforms.ran[1].startswith(f"prod {action}")


def test_a_saved_plan_is_applied_without_a_question(
    somebody: Identity, terraforms: Terraforms, tmp_path: Path
) -> None:
    STATE.write("prod")
    saved, nobody = tmp_path / "plan", Person()

    for action in ("plan", "apply"):
        account.operate("prod", action, somebody, nobody, terraforms, saved)

    assert not nobody.asked
    assert terraforms.ran[1].endswith(f" -out={saved}")
    assert terraforms.ran[3] == f"prod apply -input=false {saved}"
    assert secret_of(somebody, "prod")


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

    assert cli.run(["terraform", "prod", "apply"]) == 2
    err = capsys.readouterr().err
    assert "Nobody is there to be asked" in err
    assert all(shown in err for shown in (OURS, "us-east-2", "prod"))


@pytest.mark.parametrize("mistyped", [["pord", "plan"], ["prod", "aply"]])
def test_what_is_mistyped_is_answered_with_what_there_is(
    mistyped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["terraform", *mistyped]) == 2
    assert "is none of" in capsys.readouterr().err


@pytest.mark.parametrize(("action", "command"), [("apply", "deploy"), ("destroy", "destroy")])
def test_local_is_the_emulator_whatever_the_account(
    action: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr(infrastructure, command, called.append)
    monkeypatch.setattr(account, "identify", lambda _: pytest.fail("AWS was asked"))

    assert cli.run(["terraform", "dev", action, "--local"]) == 0
    assert called == ["dev"]


def test_what_answers_in_place_of_aws_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    somebody = Identity(OURS, "arn", endpoint="http://127.0.0.1:4566")
    monkeypatch.setattr(account, "identify", lambda _: somebody)

    assert cli.run(["terraform", "dev", "plan"]) == 1
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
    assert (Path(__file__).parents[2] / "terraform/environments" / guards.PROD).is_dir()
