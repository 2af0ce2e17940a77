"""What `make install` changes in tflocal and in `aws`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import child_processes
from lab.deploy import post_install

PROGRAMS = Path(sys.executable).parent


@pytest.mark.parametrize("program", post_install.CHANGES)
def test_a_program_is_adapted_once_and_another_version_is_refused(program: str) -> None:
    source = "\n".join(old for old, _ in post_install.CHANGES[program])
    adapted = post_install.adapted(program, source)
    assert all(new in adapted for _, new in post_install.CHANGES[program])
    assert "localhost.localstack" not in adapted.lower()
    assert post_install.adapted(program, adapted) == adapted
    with pytest.raises(ValueError, match=f"this version of {program}"):
        post_install.adapted(program, "something else")


SERVICES = ["sqs", "sts", "dynamodb", "emr", "health"]


@pytest.mark.parametrize("service", SERVICES)
def test_aws_keeps_to_the_endpoint_whatever_the_service(service: str) -> None:
    """Version 1 of AWS's CLI asks AWS itself for queues, unless `make install` has adapted it."""
    calls = {"sqs": "list-queues", "sts": "get-caller-identity", "dynamodb": "list-tables"}
    calls |= {"emr": "list-clusters", "health": "describe-events"}
    variables = child_processes.in_a_shell("http://127.0.0.1:1", "test", "us-east-2")
    done = subprocess.run(
        [str(PROGRAMS / "aws"), service, calls[service]],
        env={**variables, "PATH": "/usr/bin:/bin", "AWS_MAX_ATTEMPTS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:1/' in done.stderr


EMULATOR = "http://127.0.0.1:4877"
AT_EMULATOR = {"AWS_ENDPOINT_URL": EMULATOR}
NO_TERRAFORM = """#!/bin/sh
echo '{"terraform_version": "1.11.4"}'
"""


def override(folder: Path, **variables: str) -> str:
    """What tflocal writes for Terraform in a folder with a provider of its own region."""
    program = folder / "no-terraform"
    program.write_text(NO_TERRAFORM)
    program.chmod(0o755)
    (folder / "main.tf").write_text('provider "aws" {\n  region = "eu-west-1"\n}\n')
    subprocess.run(
        [sys.executable, PROGRAMS / "tflocal", "plan"],
        env={"PATH": os.environ["PATH"], "TF_CMD": str(program), "DRY_RUN": "1", **variables},
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return (folder / "localstack_providers_override.tf").read_text()


def test_terraform_finds_the_services_where_aws_endpoint_url_is(tmp_path: Path) -> None:
    written = override(tmp_path, **child_processes.in_a_shell(EMULATOR, "test", "us-east-2"))

    assert "endpoints" not in written
    for setting in (
        'access_key                  = "test"',
        "s3_use_path_style = true",
        "eu-west-1",
    ):
        assert setting in written


@pytest.mark.parametrize(
    ("variables", "endpoint"),
    [
        ({}, 'sqs = "http://localhost:4566"'),
        ({"EDGE_PORT": "4999"}, 'sqs = "http://localhost:4999"'),
        (AT_EMULATOR | {"SQS_ENDPOINT": "http://queues:1"}, 'sqs = "http://queues:1"'),
        (AT_EMULATOR | {"S3_HOSTNAME": "s3.shop.test"}, 's3 = "http://s3.shop.test:4877"'),
        (
            AT_EMULATOR | {"AWS_ENDPOINT_URL_SQS": "https://sqs.amazonaws.com"},
            f'sqs = "{EMULATOR}"',
        ),
        (AT_EMULATOR | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, f'sqs = "{EMULATOR}"'),
        ({"AWS_ENDPOINT_URL": "https://127.0.0.1:4877"}, f'sqs = "{EMULATOR}"'),
    ],
)
def test_terraform_is_told_each_endpoint_where_the_provider_would_find_another(
    variables: dict[str, str], endpoint: str, tmp_path: Path
) -> None:
    assert endpoint in override(tmp_path, **variables)
