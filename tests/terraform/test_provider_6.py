"""The comparison with version 6 of the AWS provider: what is missing is found."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.core import paths

PAGE = (paths.ROOT / "docs" / "provider-6.md").read_text()
QUEUE = """\
export interface SqsQueueConfig extends cdktn.TerraformMetaArguments {
    readonly name?: string;
    readonly timeouts?: SqsQueueTimeouts;
}
export interface SqsQueueTimeouts {
    readonly create?: string;
}
export declare class SqsQueue {
    get arn(): string;
}
"""

Check = Callable[[str], list[str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """What the script finds missing in a piece of Terraform, of a provider with one resource."""
    script: dict[str, Any] = runpy.run_path(
        str(paths.ROOT / "scripts" / "check-provider-schema.py")
    )
    (tmp_path / "sqs-queue").mkdir()
    (tmp_path / "sqs-queue" / "index.d.ts").write_text(QUEUE)

    def found(text: str) -> list[str]:
        file = tmp_path / "main.tf"
        file.write_text(text)
        checks = (script["arguments_missing"], script["attributes_missing"])
        return [what for one in checks for what in one(tmp_path, file)]

    return found


def queue(body: str) -> str:
    return f'resource "aws_sqs_queue" "this" {{\n{body}\n}}\n'


def test_what_is_there_is_not_named(check: Check) -> None:
    text = queue('count = 1\nname = "q"\ntimeouts {\n create = "1m"\n }')

    assert check(text + "locals {\n arn = aws_sqs_queue.this.arn\n}\n") == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (queue('title = "q"'), "resource aws_sqs_queue: title"),
        (queue('timeouts {\n begin = "1m"\n }'), "resource aws_sqs_queue: timeouts.begin"),
        (
            queue('dynamic "timeouts" {\n for_each = [1]\n content {\n begin = "1m"\n }\n }'),
            "resource aws_sqs_queue: timeouts.begin",
        ),
        ('data "aws_sqs_queue" "this" {\n}\n', "data aws_sqs_queue"),
        ("locals {\n a = aws_sqs_queue.this[0].url\n}\n", "aws_sqs_queue: attribute url"),
    ],
)
def test_what_is_not_there_is_named(check: Check, text: str, missing: str) -> None:
    assert check(text) == [missing]


def test_every_kind_of_resource_was_compared() -> None:
    listed = set(re.findall(r"`(aws_\w+)`", PAGE.partition("## The resources")[2]))
    files = [file for file in paths.TERRAFORM.rglob("*.tf") if ".terraform" not in file.parts]
    kinds = re.compile(r'^(?:resource|data) "(aws_\w+)"', re.MULTILINE)

    assert {kind for file in files for kind in kinds.findall(file.read_text())} == listed
