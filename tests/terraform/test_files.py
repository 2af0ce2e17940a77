"""Which file a block of Terraform is in, as HashiCorp's style guide has it.

https://developer.hashicorp.com/terraform/language/style#file-names
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.core import paths

MODULES = sorted(path.parent for path in (paths.TERRAFORM / "modules").glob("*/main.tf"))
ENVIRONMENTS = sorted(path.parent for path in (paths.TERRAFORM / "environments").glob("*/main.tf"))
ROOTS = [*ENVIRONMENTS, paths.TERRAFORM / "bootstrap"]
EXAMPLES = sorted(path.parent for path in (paths.TERRAFORM / "examples").glob("*/main.tf"))
FOLDERS = [*MODULES, *ROOTS, *EXAMPLES]
FILE_OF = {
    "variable": "variables.tf",
    "output": "outputs.tf",
    "provider": "providers.tf",
    "terraform": "terraform.tf",
}
"""Where a block is, as HashiCorp's style guide has it. A backend is in backend.tf."""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_block_is_in_the_file_that_the_style_guide_names(folder: Path) -> None:
    for file in sorted(folder.glob("*.tf")):
        kinds = set(re.findall(r"^(\w+)(?: \"[^\"]*\")* \{", file.read_text(), re.MULTILINE))
        for kind in kinds & FILE_OF.keys():
            backend = kind == "terraform" and file.name == "backend.tf"
            assert backend or file.name == FILE_OF[kind], f"a {kind} is in {file.name}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_what_several_files_use_is_in_locals(folder: Path) -> None:
    """Or in the file that is named for it, as `tables` in tables.tf; outputs and rules may look."""
    texts = {file: file.read_text() for file in folder.glob("*.tf")}
    for file, text in texts.items():
        for name in values_in(text):
            others = texts.keys() - {file, folder / "outputs.tf", folder / "variables.tf"}
            used = any(re.search(rf"\blocal\.{name}\b", texts[other]) for other in others)
            assert not used or file.name == "locals.tf" or name.endswith(file.stem), (
                f"local.{name} of {file.name} is used elsewhere: it belongs in locals.tf"
            )


def values_in(text: str) -> list[str]:
    """The names of the values in the `locals` blocks of a file."""
    bodies = re.findall(r"^locals \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    return [name for body in bodies for name in re.findall(r"^  (\w+)\s*=", body, re.MULTILINE)]


@pytest.mark.parametrize("module", [*MODULES, *EXAMPLES], ids=lambda path: path.name)
def test_a_module_says_the_oldest_provider_that_it_works_with(module: Path) -> None:
    assert 'version = ">= 5.100"' in (module / "terraform.tf").read_text()


@pytest.mark.parametrize("root", ROOTS, ids=lambda path: path.name)
def test_what_is_applied_pins_the_provider(root: Path) -> None:
    assert 'version = "~> 5.100"' in (root / "terraform.tf").read_text()
    assert 'version     = "5.100.0"' in (root / ".terraform.lock.hcl").read_text()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_null_is_taken_only_where_it_is_the_default(folder: Path) -> None:
    """Elsewhere it would pass for a value, and fail in some resource far away."""
    file = folder / "variables.tf"
    blocks = re.findall(r"^variable .*?^\}", file.read_text() if file.exists() else "", re.M | re.S)
    for block in blocks:
        takes_null = bool(re.search(r"^  default +?= null$", block, re.M))
        refuses_null = bool(re.search(r"^  nullable += false$", block, re.M))
        assert takes_null != refuses_null, block


TRICKS = {
    "one(": r"\bone\(",
    "coalesce(": r"\bcoalesce\(",
    "try(": r"\btry\(",
    "a loop over one element": r"\bfor \w+ in \[[^\[\],]*\]",
    "a splat of what may be null": r"\bvar\.\w+\[\*\]",
}
"""What a conditional says in plain words. Rules about variables may try."""

NO_CONDITIONAL = {("api-gateway", "try("): 1}
"""Where the two values are of different types, which a conditional refuses; and how often."""


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_choice_is_a_conditional(folder: Path, trick: str) -> None:
    files = [file for file in folder.glob("*.tf") if file.name != "variables.tf"]
    found = [
        (file.name, m[0]) for file in files for m in re.finditer(TRICKS[trick], file.read_text())
    ]

    assert len(found) == NO_CONDITIONAL.get((folder.name, trick), 0), found
