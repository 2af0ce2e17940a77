"""A copy of the sources that a test may change, as somebody who makes a shop of their own does."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lab.core import naming, paths
from lab.core.naming import Shop

PAGE = paths.ROOT / "docs" / "your-own-shop.md"
COPIED = (
    "lab",
    "functions",
    "terraform",
    "seed",
    "storefront",
    "docs",
    "tests",
    "notebooks",
    "scripts",
)
BESIDE = ("LICENSE", "pyproject.toml", "docker-compose.yml")
LEFT_OUT = (".terraform", "__pycache__", "*_override.tf", "backend.hcl", ".ipynb_checkpoints")
KEPT = ("PATH", "TMPDIR", "LAB_TF_MIRROR", "TF_CLI_CONFIG_FILE")


def another_shop() -> Shop:
    """A shop with another name, region and currency than the one of these sources."""
    return replace(
        naming.Shop.read(naming.FILE),
        name="bookshop",
        project="page-turner",
        owner="booksellers",
        cost_center="books",
        region="eu-central-1",
        currency="EUR",
        table_prefix="books-",
        lock_table="book-locks",
        metric_namespace="Bookshop",
        token_issuer="https://sign-in.books.example",
    )


@dataclass(frozen=True)
class OwnCheckout:
    """The copy in `root`; the lab that runs from it keeps its files in `home`."""

    root: Path
    home: Path

    @classmethod
    def in_folder(cls, folder: Path) -> OwnCheckout:
        """Copies the sources, without what Terraform and Python write beside them."""
        root = folder / "checkout"
        for name in COPIED:
            ignored = shutil.ignore_patterns(*LEFT_OUT)
            shutil.copytree(paths.ROOT / name, root / name, ignore=ignored)
        for name in BESIDE:
            shutil.copy(paths.ROOT / name, root / name)
        emulator = root / "emulator"  # knows no shop: it is not renamed
        emulator.mkdir()
        (emulator / ".venv").symlink_to(paths.ROOT / "emulator" / ".venv")
        return cls(root, folder / "home")

    def rename(self, shop: Shop) -> None:
        """Names it, as docs/your-own-shop.md says."""
        (self.root / "terraform" / "shop.json").write_text(json.dumps(asdict(shop), indent=2))
        self.follow("Rename")

    def follow(self, section: str) -> None:
        """Runs the shell commands of a section of the page. Raises AssertionError if one fails."""
        for block in commands(section):
            done = self._run(["bash", "-euo", "pipefail", "-c", block])
            assert done.returncode == 0, f"{block}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"

    def python(self, *arguments: str, timeout_s: float = 280) -> subprocess.CompletedProcess[str]:
        """Runs Python on the copied sources, not on those that are installed."""
        return self._run([sys.executable, *arguments], timeout_s)

    def lab(self, *arguments: str) -> str:
        """What a command of the copied lab prints. Raises AssertionError if it fails."""
        done = self.python("-m", "lab", *arguments)
        assert done.returncode == 0, f"{arguments}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def _run(self, command: list[str], timeout_s: float = 280) -> subprocess.CompletedProcess[str]:
        variables = {name: os.environ[name] for name in KEPT if name in os.environ}
        sources = f"{self.root}:{self.root / 'functions'}"
        own = {"HOME": str(self.home.parent), "LAB_HOME": str(self.home), "PYTHONPATH": sources}
        return subprocess.run(
            command,
            cwd=self.root,
            env=variables | own,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )


def sections() -> dict[str, str]:
    """The text of the page's sections by their headings."""
    text = PAGE.read_text("utf-8")
    return dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))


def commands(section: str) -> list[str]:
    """The blocks of a section that a test runs: those marked as shell, in a list or not."""
    found = re.findall(r"^ *```sh\n(.*?)^ *```", sections()[section], re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in found]
