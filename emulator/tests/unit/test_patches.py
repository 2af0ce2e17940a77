"""What of LocalStack, moto and botocore is replaced, and whether the originals are as reviewed.

After an upgrade, these tests name each patch that needs a look: its original has changed.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.unit import foreign_names

REVIEWED = Path(__file__).with_name("reviewed_patches.toml")
COLLECT = Path(__file__).with_name("collect_patches.py")
SOURCE = Path(__file__).parents[2] / "src" / "localstack_host"
MODULES = sorted(SOURCE.rglob("*.py"))
PATCHES = "patches.py"
API = SOURCE / "localstack_api.py"
MAKERS = {"Patch", "Replacement", "add", "patch", "replace"}


@pytest.fixture(scope="session")
def made() -> dict[str, str]:
    """Each attribute that the emulator replaces, and a hash of what it was.

    All patches are made, in a process of their own. A zygote's are plain assignments, and are read.
    """
    run = subprocess.run([sys.executable, COLLECT], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found: dict[str, str] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="session")
def reviewed() -> dict[str, dict[str, str]]:
    return tomllib.loads(REVIEWED.read_text())


def test_every_patch_is_in_the_table_and_the_table_has_no_other(
    made: dict[str, str], reviewed: dict[str, dict[str, str]]
) -> None:
    different = made.keys() ^ reviewed.keys()
    assert not different, f"patched and not in {REVIEWED.name}, or the other way round"


def test_what_is_patched_is_as_it_was_reviewed(
    made: dict[str, str], reviewed: dict[str, dict[str, str]]
) -> None:
    changed = [
        f"{target} ({reviewed[target]['why']}): now {made[target]}"
        for target in sorted(made.keys() & reviewed.keys())
        if made[target] != reviewed[target]["hash"]
    ]
    assert not changed, (
        f"The originals of these patches have changed. Look at each, then write its hash into"
        f" {REVIEWED.name}:\n" + "\n".join(changed)
    )


def test_only_modules_named_patches_replace_anything() -> None:
    others = [module for module in MODULES if module.name != PATCHES and module != API]
    replaced = {str(module): _replaced(_tree(module)) for module in others}
    assert not {module: found for module, found in replaced.items() if found}


def _replaced(tree: ast.AST) -> list[str]:
    makers = MAKERS & foreign_names.imported_from(tree, "localstack_host.localstack_api")
    return [*foreign_names.assigned(tree), *makers]


def test_what_an_exchange_of_the_base_would_touch_comes_from_one_module() -> None:
    others = [module for module in MODULES if module != API]
    direct = {str(module): foreign_names.of_the_base(_tree(module)) for module in others}
    assert not {module: found for module, found in direct.items() if found}


def _tree(module: Path) -> ast.AST:
    return ast.parse(module.read_text())


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from moto.core import responses\nresponses.x = 1", ["moto.core.responses.x"]),
        ("import localstack.config\nlocalstack.config.DEBUG = 1", ["localstack.config.DEBUG"]),
        (
            "def f():\n from botocore import session\n any: Any = session\n any.S.y = 1",
            ["botocore.session.S.y"],
        ),
        ("from rolo import Router\nsetattr(Router, 'x', 1)", ["rolo.Router.x"]),
        ("from moto import a\ndel a.b", ["moto.a.b"]),
        ("from moto import a\nvars(a)['k'].default = 1", ["moto.a.default"]),
        ("from moto import a\nfor one in (a.B, a.C):\n one.x = 1", ["moto.a.B.x"]),
        ("from moto import a\nx = a()\nx.y = 1\nself.a = a", []),
    ],
)
def test_an_assignment_is_found_by_whatever_name(code: str, found: list[str]) -> None:
    assert foreign_names.assigned(ast.parse(code)) == found
