"""The place for Terraform's state: made once, in our own account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from hcl2.api import loads

from lab.core.errors import LabError
from lab.deploy import account
from lab.deploy.account import BackendSettings, Identity, backend, guards, settings, terraform
from tests.unit.lab.account.somebody import BUCKET, OURS, STATE, Terraforms


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
        " -backend-config=region=us-east-2 -backend-config=use_lockfile=true",
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


def test_what_terraform_cannot_read_from_the_shop_is_in_the_file(
    somebody: Identity, terraforms: Terraforms, folder: Path
) -> None:
    prepare(somebody, terraforms, "dev")

    said = loads((folder / "dev/backend.hcl").read_text())
    assert (said["region"], said["dynamodb_table"]) == ("us-east-2", "terraform-state-lock")


def test_a_file_of_an_earlier_version_is_refused_and_written_anew(
    somebody: Identity, terraforms: Terraforms, folder: Path
) -> None:
    old = f'bucket = "{BUCKET}"\nallowed_account_ids = ["{OURS}"]\n'
    (folder / "dev/backend.hcl").write_text(old)
    with pytest.raises(LabError, match="lacks region and dynamodb_table") as caught:
        guards.require_backend("dev")
    assert "scripts/setup-backend.sh" in caught.value.hint

    prepare(somebody, terraforms, "dev")

    assert guards.require_backend("dev") == STATE


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

    assert (
        account.set_pipeline_repository("acme/shop").read_text()
        == 'github_repository = "acme/shop"\n'
    )

    with pytest.raises(LabError, match="not a repository"):
        account.set_pipeline_repository('acme/shop"\nbucket = "x')


def test_with_pipelines_every_environment_knows_the_limit_of_their_roles(
    somebody: Identity, terraforms: Terraforms, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "dev/account.auto.tfvars"
    prepare(somebody, terraforms, "dev")
    assert not file.exists()

    monkeypatch.setattr(backend.existing, "settings", lambda: {"github_repository": "acme/shop"})
    said = prepare(somebody, terraforms, "dev")

    assert loads(file.read_text()) == {"permissions_boundary": "checkout-pipeline-boundary-dev"}
    assert any(line.endswith("dev/account.auto.tfvars") for line in said)


def test_an_account_where_the_limit_is_already_keeps_it(
    somebody: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    name = "checkout-pipeline-boundary-dev"
    made = somebody.client("iam").create_policy(PolicyName=name, PolicyDocument=document)
    monkeypatch.setattr(backend.existing, "settings", lambda: {"github_repository": "acme/shop"})

    found = backend.existing.inspect(somebody, BUCKET)

    address = 'module.github[0].aws_iam_policy.boundary["dev"]'
    assert found.imports[address] == made["Policy"]["Arn"]


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
    said = f'{{"terraform_version": "{version}"}}'
    monkeypatch.setattr("lab.core.child_processes.output", lambda *_, **__: said)

    assert terraform.has_native_locks() is has
