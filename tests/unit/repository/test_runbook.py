"""The runbook: every section is whole, and every command in it exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import botocore.session
import click
import pytest
import typer
from botocore import xform_name

from lab.cli.app import app
from lab.core import naming, paths
from lab.shop import logs

TEXT = (paths.ROOT / "docs" / "runbook.md").read_text()
SECTIONS = dict(re.findall(r"^## ([a-z-]+)\n\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
PARTS = ["Means.", "Look first.", "Do.", "Escalate"]
OF_THE_CLI = {"query", "output"}
QUERIES = (paths.TERRAFORM / "modules" / "monitoring" / "queries.tf").read_text()


def lines() -> list[str]:
    """What a reader would paste."""
    blocks = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def innermost(line: str) -> Iterator[str]:
    """Every `aws` command of a line, those in others first."""
    while found := re.search(r"\$\((aws [^()]*)\)", line):
        yield found[1]
        line = line.replace(found[0], "X")
    if found := re.search(r"\baws .*", line):
        yield found[0]


AWS = sorted({command for line in lines() for command in innermost(line)})
LAB = sorted({line for line in lines() if line.startswith("lab ")})
ASKED = sorted(set(re.findall(r'^ask "?([a-z, ]+?)"?(?: ord_…)?$', TEXT, re.MULTILINE)))


def test_the_commands_are_for_this_shop() -> None:
    shop = naming.Shop.read(naming.FILE)
    assert f"\nSHOP={shop.name} ENV=prod TABLES={shop.table_prefix} #" in TEXT


def test_every_table_is_named_with_its_prefix() -> None:
    named = re.findall(r'--table-name "?([^" ]+)', TEXT)
    assert named
    assert [name for name in named if not name.startswith("${TABLES}")] == []


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_its_four_parts_in_their_order(section: str) -> None:
    assert re.findall(r"^\*\*(.+?)\*\*", SECTIONS[section], re.MULTILINE) == PARTS


@pytest.mark.parametrize("section", SECTIONS)
def test_the_table_at_the_top_leads_to_every_section(section: str) -> None:
    assert f"[{section}](#{section})" in TEXT.partition("## How to look")[0]


def test_every_link_within_the_page_leads_somewhere() -> None:
    assert set(re.findall(r"\]\(#([a-z-]+)\)", TEXT)) <= SECTIONS.keys()


@pytest.mark.parametrize("command", AWS)
def test_every_aws_command_exists_with_its_options(command: str) -> None:
    service, operation, *rest = command.removeprefix("aws ").split()
    model = botocore.session.get_session().get_service_model(service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in operations
    shape = model.operation_model(operations[operation]).input_shape
    known = {xform_name(name, "-") for name in (shape.members if shape else ())}
    assert set(re.findall(r"(?<!\S)--([a-z-]+)", " ".join(rest))) <= known | OF_THE_CLI


@pytest.mark.parametrize("line", LAB)
def test_every_lab_command_exists_with_its_options(line: str) -> None:
    _, name, *arguments = shlex.split(line, comments=True)
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group)
    command = group.commands[name]
    command.make_context(name, list(arguments))  # raises a UsageError for an unknown option
    if name == "logs":
        assert arguments[0] in logs.functions()


@pytest.mark.parametrize("query", ASKED)
def test_every_question_is_a_saved_query(query: str) -> None:
    assert re.search(rf'^    "?{query}[a-z, ]*"?\s+= \{{$', QUERIES, re.MULTILINE)


def test_there_is_something_to_check() -> None:
    assert min(len(AWS), len(LAB), len(ASKED), len(SECTIONS)) > 5
