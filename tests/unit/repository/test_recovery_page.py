"""What docs/recovery.md says: its commands are commands, and its numbers are the settings."""

from __future__ import annotations

import re
import shlex

import botocore.session
import click
import pytest
import typer
from botocore import xform_name
from hcl2.api import loads

from lab.cli import app
from lab.core import paths
from lab.core.environment_settings import ENVIRONMENTS, settings_of
from lab.deploy.backup_store import bucket
from lab.operate.recovery import backup_job

PAGE = (paths.ROOT / "docs" / "recovery.md").read_text()
BLOCKS = re.findall(r"^ *```\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
LINES = [line.strip() for block in BLOCKS for line in block.splitlines()]


def of(program: str) -> list[str]:
    return [line.partition("  #")[0].strip() for line in LINES if line.startswith(f"{program} ")]


def test_the_page_has_commands_of_both() -> None:
    assert len(of("lab")) > 5
    assert len(of("aws")) > 5


@pytest.mark.parametrize("line", of("lab"))
def test_a_command_of_the_lab_takes_what_it_is_given(line: str) -> None:
    """The line is read as `lab` would read it, and nothing is done."""
    group = typer.main.get_command(app.app)
    assert isinstance(group, click.Group)
    root = group.make_context("lab", shlex.split(line)[1:])
    name, command, rest = group.resolve_command(root, [*root._protected_args, *root.args])

    assert command is not None
    assert command.make_context(name, rest, parent=root)


@pytest.mark.parametrize("line", of("aws"))
def test_a_command_of_the_aws_cli_is_an_operation_with_these_parameters(line: str) -> None:
    service, operation, *rest = shlex.split(line)[1:]
    model = botocore.session.get_session().get_service_model({"s3api": "s3"}.get(service, service))
    known = {xform_name(name, "-"): name for name in model.operation_names}
    if operation == "wait":
        operation, *rest = ["describe-table", *rest[1:]]
    shape = model.operation_model(known[operation]).input_shape
    options = {word.removeprefix("--") for word in rest if word.startswith("--")}

    assert options <= {xform_name(name, "-") for name in shape.members}
    assert {xform_name(name, "-") for name in shape.required_members} <= options


@pytest.mark.parametrize(
    ("row", "setting"),
    [
        ("every table, at any second", "recovery_days"),
        ("every table, each night", "backup_retention_days"),
    ],
)
def test_the_days_are_those_of_the_environments(row: str, setting: str) -> None:
    (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| {row}"))
    days = [settings_of(environment)[setting] for environment in ENVIRONMENTS]

    assert [cell.strip() for cell in line.split("|")[3:6]] == [
        f"{count} days" if count else "-" for count in days
    ]


def test_a_backup_is_kept_as_long_in_an_account_as_on_the_emulator() -> None:
    said = loads((paths.TERRAFORM / "bootstrap" / "variables.tf").read_text())
    days = {name: body for block in said["variable"] for name, body in block.items()}

    assert days["backups_days"]["default"] == bucket.EXPIRES_DAYS
    assert f"{bucket.EXPIRES_DAYS} days" in PAGE


def test_an_interrupted_backup_is_gone_on_with_for_as_long_as_the_page_says() -> None:
    assert backup_job.RESUME_WITHIN.total_seconds() == 3600
    assert "within an hour" in PAGE
