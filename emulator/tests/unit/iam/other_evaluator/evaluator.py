"""Asks @cloud-copilot/iam-simulate, an evaluator of IAM policies that is not this project's.

It is a program for Node.js. Its version and those of its dependencies are in `package-lock.json`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

FOLDER = Path(__file__).parent
LOCK = FOLDER / "package-lock.json"
CACHE = Path.home() / ".cache" / "localstack-host" / "iam-simulate"
INSTALLING, ANSWERING = 120, 300  # seconds at most


class NotAvailable(Exception):
    """Node.js or npm is missing, or the packages cannot be downloaded."""


def installed() -> Path:
    """The folder with the packages of the lock file, which are downloaded once."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise NotAvailable(f"{program} is not installed: it runs iam-simulate")
    folder = CACHE / sha256(LOCK.read_bytes()).hexdigest()[:16]
    if not folder.exists():
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(dir=CACHE))
    for file in (LOCK, FOLDER / "package.json"):
        shutil.copy(file, new)
    _npm_ci(new)
    try:
        new.rename(folder)
    except OSError:  # another worker was faster
        shutil.rmtree(new)


def _npm_ci(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=INSTALLING
        )
    except subprocess.CalledProcessError as error:
        shutil.rmtree(folder)
        raise NotAvailable(f"npm ci failed: {error.stderr.strip()[-400:]}") from error
    except subprocess.TimeoutExpired as error:
        shutil.rmtree(folder)
        raise NotAvailable(f"npm ci took more than {INSTALLING} s") from error


def answers(packages: Path, questions: Sequence[dict[str, Any]]) -> list[str]:
    """Its decisions: `Allowed`, `ExplicitlyDenied`, `ImplicitlyDenied`, or an error."""
    done = subprocess.run(
        ["node", str(FOLDER / "evaluate.mjs"), str(packages)],
        input=json.dumps(questions),
        check=True,
        capture_output=True,
        text=True,
        timeout=ANSWERING,
    )
    found: list[str] = json.loads(done.stdout)
    return found
