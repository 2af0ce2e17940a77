"""Samples: fetched at their commit, and rewritten so that no other provider is needed."""

import base64
import hashlib
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from conformance import stack_providers, stack_sources
from conformance.programs import ConformanceError
from conformance.stacks import Stack
from conformance.terraform_source import modules

ARCHIVE = """
terraform {
  required_providers {
    archive = { source = "hashicorp/archive" }
    random = {
      source = "hashicorp/random"
    }
  }
}
provider "archive" {}
data "archive_file" "code-zip" {
  type        = "zip"
  %s
  output_path = "${path.module}/out/code.zip"
}
resource "a" "b" {
  filename   = data.archive_file.code-zip.output_path
  depends_on = [data.archive_file.code-zip]
}
"""


def folder_of(tmp_path: Path, **files: str) -> Path:
    for name, text in {"src/code.py": "print()", **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "source",
    [
        'source_file = "${path.module}/src/code.py"',
        'source_dir  = "src"',
        "source_dir  = var.folder",
        'source_dir  = "${local.folder}/"',
    ],
)
def test_a_zip_is_made_before_and_told_by_a_local_value(tmp_path: Path, source: str) -> None:
    more = 'variable "folder" {\n  default = "src"\n}\nlocals {\n  folder = var.folder\n}\n'
    root = folder_of(tmp_path, **{"main.tf": ARCHIVE % source, "more.tf": more})
    stack_providers.replace(root, {})
    with ZipFile(root / "out/code.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"code.py": b"print()"}
    text = (root / "main.tf").read_text()
    assert "filename   = local.archive_file_code-zip.output_path" in text
    assert not re.search(
        r"archive_file\"|depends_on|provider|hashicorp", text.replace("required_providers", "")
    )
    made = (root / "conformance.tf").read_text()
    assert 'output_base64sha256 = filebase64sha256("${path.module}/out/code.zip")' in made


def test_a_zip_is_the_same_each_time(tmp_path: Path) -> None:
    digests = set()
    for number in "12":
        root = folder_of(tmp_path / number, **{"main.tf": ARCHIVE % 'source_dir = "src"'})
        stack_providers.replace(root, {})
        digests.add(base64.b64encode(hashlib.sha256((root / "out/code.zip").read_bytes()).digest()))
    assert len(digests) == 1


def test_values_of_callers_and_of_files_are_known(tmp_path: Path) -> None:
    call = 'module "inner" {\n  source = "./inner"\n  folder = "${path.module}/${var.name}"\n}\n'
    inner = ARCHIVE % "source_dir = var.folder"
    root = folder_of(
        tmp_path,
        **{"main.tf": call, "terraform.tfvars": 'name = "src"', "inner/main.tf": inner},
        **{"unused/main.tf": ARCHIVE % "source_dir = var.nothing"},
    )
    assert [module.folder.name for module in modules(root, {})] == [root.name, "inner"]
    stack_providers.replace(root, {})
    assert (root / "inner/out/code.zip").is_file()


@pytest.mark.parametrize(
    ("keys", "reference"),
    [
        ('toset(["code", "more"])', "${each.key}"),
        ("toset(local.names)", "${each.value}"),
        ("local.all", "${each.key}"),
    ],
)
def test_a_zip_for_each_of_a_list_is_made(tmp_path: Path, keys: str, reference: str) -> None:
    block = ARCHIVE % f'for_each = {keys}\n  source_file = "src/{reference}.py"'
    names = 'locals {\n  names = [\n    "code",\n    "more",\n  ]\n  all = toset(local.names)\n}\n'
    main = block.replace("out/code", f"out/{reference}") + names
    root = folder_of(tmp_path, **{"main.tf": main, "src/more.py": "pass"})
    stack_providers.replace(root, {})
    assert {path.name for path in (root / "out").iterdir()} == {"code.zip", "more.zip"}
    made = (root / "conformance.tf").read_text()
    assert re.search(r'"more" = \{ output_path = "\$\{path.module\}/out/more.zip"', made)


def test_a_zip_is_made_for_each_call_of_a_module(tmp_path: Path) -> None:
    call = 'module "%s" {\n  source = "./inner"\n  name = "%s"\n}\n'
    inner = ARCHIVE % 'source_file = "src/${var.name}.py"'
    inner = inner.replace('"${path.module}/out/code.zip"', '"out/${var.name}.zip"')
    main = call % ("one", "code") + call % ("two", "more")
    root = folder_of(tmp_path, **{"main.tf": main, "inner/main.tf": inner, "src/more.py": "pass"})
    stack_providers.replace(root, {})
    assert {path.name for path in (root / "out").iterdir()} == {"code.zip", "more.zip"}
    assert 'filebase64sha256("out/${var.name}.zip")' in (root / "inner/conformance.tf").read_text()


def test_a_zip_for_each_of_what_is_no_list_is_an_error(tmp_path: Path) -> None:
    block = ARCHIVE % 'for_each = var.names\n  source_file = "src/${each.key}.py"'
    with pytest.raises(ValueError, match=r"no list: var\.names"):
        stack_providers.replace(folder_of(tmp_path, **{"main.tf": block}), {})


def test_what_only_a_plan_knows_is_an_error(tmp_path: Path) -> None:
    root = folder_of(tmp_path, **{"main.tf": ARCHIVE % "source_dir = var.unknown"})
    with pytest.raises(ValueError, match=r"var\.unknown"):
        stack_providers.replace(root, {})


@pytest.mark.parametrize(
    ("block", "reference", "value"),
    [
        ('resource "random_id" "x" {\n}', "random_id.x.hex", r'hex = "[0-9a-f]{8}"'),
        (
            'resource "random_string" "x" {\n  length = 4\n}',
            "random_string.x.result",
            r'result = "[0-9a-f]{4}"',
        ),
        ('resource "random_integer" "x" {\n  min = 7\n}', "random_integer.x.result", "result = 7"),
        (
            'data "template_file" "x" {\n  template = file("a.json")\n  vars = {\n b = 1\n  }\n}',
            "data.template_file.x.rendered",
            r'templatefile\("a.json", \{\s+b = 1\s+\}\)',
        ),
    ],
)
def test_names_and_texts_are_local_values(
    tmp_path: Path, block: str, reference: str, value: str
) -> None:
    root = folder_of(tmp_path, **{"main.tf": f"{block}\nname = {reference}\n"})
    stack_providers.replace(root, {})
    kind, _, attribute = reference.removeprefix("data.").split(".")
    assert (root / "main.tf").read_text().strip() == f"name = local.{kind}_x.{attribute}"
    assert re.search(value, (root / "conformance.tf").read_text())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository `owner/name` with two samples and one commit more than is named."""
    folder = tmp_path / "owner/name"
    folder_of(folder, **{"a/main.tf": "first", "b/main.tf": "first"})
    for text in ("first", "second"):
        (folder / "a/main.tf").write_text(text)
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", text]):
            _git(folder, *arguments)
    _git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    _git(folder, "config", "uploadpack.allowFilter", "true")
    return folder


def _git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _stack(repository: Path, commit: str, folder: str = "a") -> Stack:
    return Stack("a", f"file://{repository}", commit, folder, sees="", contains="", does="")


def test_a_sample_is_fetched_at_its_commit_without_the_others(
    repository: Path, tmp_path: Path
) -> None:
    commit = _git(repository, "rev-parse", "HEAD~1")
    stack = _stack(repository, commit)
    folder = stack_sources.fetch([stack], tmp_path / "fetched")
    assert (folder / stack.place / "main.tf").read_text() == "first"
    assert not (folder / "owner/name/b").exists()
    later = _stack(repository, _git(repository, "rev-parse", "HEAD"))
    stack_sources.fetch([later], tmp_path / "fetched")
    assert (folder / stack.place / "main.tf").read_text() == "second"


def test_what_a_module_reads_is_fetched_with_it(repository: Path, tmp_path: Path) -> None:
    stack = replace(_stack(repository, _git(repository, "rev-parse", "HEAD")), reads=("b",))
    folder = stack_sources.fetch([stack], tmp_path / "fetched")
    assert stack.places == ("owner/name/a", "owner/name/b")
    assert (folder / "owner/name/b/main.tf").read_text() == "first"


def test_a_commit_that_is_gone_is_named(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(ConformanceError, match="could not be fetched"):
        stack_sources.fetch([_stack(repository, "0" * 40)], tmp_path / "fetched")
