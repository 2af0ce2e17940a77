"""docs/your-own-shop.md: what it says to type works on a copy, and it says what is tested."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from lab.core import paths
from tests import own_checkout
from tests.own_checkout import OwnCheckout

AWAY = "Take away the lessons and the benchmarks"
GONE = re.compile(r"^ *(?:from|import) lab\.(?:lessons|measure\.bench)\b", re.MULTILINE)
LAYERS = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
PAGES = "from lab.docs.generated_pages import pages; print(len(pages()))"


@pytest.fixture
def checkout(tmp_path: Path) -> OwnCheckout:
    return OwnCheckout.in_folder(tmp_path)


@pytest.mark.parametrize("section", own_checkout.sections())
def test_a_recipe_says_how_far_it_is_tested(section: str) -> None:
    text = own_checkout.sections()[section]
    assert "\n*Tested*: " in text
    for test in re.findall(r"`(tests/[\w/]+\.py)`", text):
        assert (paths.ROOT / test).is_file(), f"{section} names {test}"


@pytest.mark.exhaustive
def test_the_lab_works_without_lessons_and_benchmarks(checkout: OwnCheckout) -> None:
    checkout.follow(AWAY)

    commands = checkout.lab("--help")
    assert "deploy" in commands
    assert not re.search(r"\b(notebooks|bench)\b", commands)
    layers = checkout.python("-c", LAYERS)
    assert layers.returncode == 0, layers.stdout
    assert int(checkout.python("-c", PAGES).stdout) > 10


def test_the_page_names_every_test_that_looks_at_what_is_gone(checkout: OwnCheckout) -> None:
    checkout.follow(AWAY)
    broken = {
        file.relative_to(checkout.root).as_posix()
        for file in checkout.root.glob("tests/**/*.py")
        if GONE.search(file.read_text("utf-8"))
    }
    named = set(re.findall(r"`(tests/\S+\.py)`", own_checkout.sections()[AWAY]))
    assert broken == {name for name in named if "your_own_shop" not in name}


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("changed", "conflicts"),
    [("terraform/modules/sqs/main.tf", []), ("terraform/shop.json", ["terraform/shop.json"])],
)
def test_a_renamed_shop_takes_later_improvements(
    checkout: OwnCheckout, changed: str, conflicts: list[str]
) -> None:
    root = checkout.root
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "as it was"]):
        assert git(root, *command).returncode == 0
    git(root, "checkout", "-qb", "later")
    text = (root / changed).read_text("utf-8")
    (root / changed).write_text(text.replace("\n}", "\n\n}").replace("us-east-2", "us-west-2"))
    git(root, "commit", "-qam", "an improvement")
    git(root, "checkout", "-q", "main")
    checkout.rename(own_checkout.another_shop())
    git(root, "commit", "-qam", "renamed")

    git(root, "merge", "-q", "later")

    found = git(root, "diff", "--name-only", "--diff-filter=U").stdout.split()
    assert found == conflicts
