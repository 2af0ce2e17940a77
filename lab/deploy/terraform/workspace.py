"""The copy of the Terraform sources that the lab works on.

Its layout is that of the repository, so that relative paths are valid:

    HOME/terraform/root/terraform/{modules,environments/ENV}
    HOME/terraform/root/functions/checkout_api/openapi.json
    HOME/terraform/root/.lab/build/functions.zip

tflocal writes an override file beside the configuration and refuses to run if one exists. In the
copy a stale one is deleted. One beside the sources is from the user's own tflocal, which may be
running: it is not copied and not changed.

Terraform names files of the copy in its errors, so users may edit them there. An edited file is
saved before it is replaced.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from lab.core import kept_copies, paths
from lab.core.errors import LabError
from lab.deploy import terraform_lock

SUFFIXES = frozenset({".tf", ".tfvars", ".json", ".tftpl"})
OVERRIDE = "localstack_providers_override.tf"
OF_AN_ACCOUNT = "account.auto.tfvars"
"""What holds in the user's account and not on an emulator; `lab backend` writes it."""

LOCK = ".terraform.lock.hcl"
UNSAVED = "errored.tfstate"
"""The state that Terraform could not store: its emulator had ended."""
ZIP = Path(".lab", "build", "functions.zip")
OF_TERRAFORM = (OVERRIDE, LOCK, UNSAVED, ZIP.name)
"""Files of the copy that neither the lab's sources have nor a user has written."""


@dataclass(frozen=True)
class Workspace:
    """The folders that Terraform uses for one environment of this lab."""

    environment: str

    @property
    def home(self) -> Path:
        """The folder for Terraform in the lab's home."""
        return paths.home() / "terraform"

    @property
    def root(self) -> Path:
        """The copy of the repository."""
        return self.home / "root"

    @property
    def folder(self) -> Path:
        """The copy of the environment's folder, where Terraform runs."""
        return self.root / "terraform" / "environments" / self.environment

    @property
    def source(self) -> Path:
        """The environment's folder in the repository."""
        return paths.TERRAFORM / "environments" / self.environment

    @property
    def data(self) -> Path:
        """Terraform's data directory (`TF_DATA_DIR`)."""
        return self.home / f"data-{self.environment}"

    @property
    def unsaved(self) -> Path:
        """The state that Terraform could not store, if there is one."""
        return self.folder / UNSAVED

    @property
    def unfinished(self) -> Path:
        """Exists while a deploy runs, and after one that did not succeed."""
        return terraform_lock.unfinished(self.home, self.environment)

    @property
    def log(self) -> Path:
        """The output of the last run."""
        return self.home / f"{self.environment}.log"

    def check(self) -> None:
        """Raises LabError (code 2) if there is no such environment."""
        if not (self.source / "main.tf").is_file():
            names = ", ".join(sorted(f.parent.name for f in self.source.parent.glob("*/main.tf")))
            raise LabError(
                f"There is no environment {self.environment!r}.", f"There is: {names}.", 2
            )

    def fill(self, functions_package: Path) -> list[Path]:
        """Updates the copy from the sources, with the zip of the functions in it.

        Returns where files that a user has created or changed there were saved.
        """
        expected = {self.root / name: source for name, source in _sources().items()}
        kept = self._keep_edits(expected)
        expected[self.root / ZIP] = functions_package
        for file in _files(self.root):
            if file not in expected and file.name not in (LOCK, UNSAVED):
                file.unlink()
        for file, source in expected.items():
            _copy(source, file)
        self._written.note(expected)
        return kept

    @property
    def _written(self) -> kept_copies.Written:
        return kept_copies.Written(self.root, self.home / "made-from.json")

    def _keep_edits(self, expected: Mapping[Path, Path]) -> list[Path]:
        """Saves files that neither the lab nor Terraform has written."""
        current = [file for file in _files(self.root) if file.name not in OF_TERRAFORM]
        edited = [file for file in current if _differs(file, expected.get(file))]
        kept = kept_copies.folder_of("terraform")
        moved = [
            kept_copies.put_aside(file, kept / file.parent.relative_to(self.root))
            for file in self._written.by_others(edited)
        ]
        return [file for file in moved if file]

    def sources(self) -> dict[str, Path]:
        """The files of the repository that decide what Terraform does here, by their names."""
        lock = self.source / LOCK
        files = {**_sources(), lock.relative_to(paths.ROOT): lock}
        return {name.as_posix(): file for name, file in files.items()}

    def copy_lock(self) -> None:
        """Copies the committed provider checksums; Terraform may add this platform's."""
        _copy(self.source / LOCK, self.folder / LOCK)

    def alone(self) -> AbstractContextManager[int]:
        """Holds the lock of this lab, and yields its file descriptor.

        Raises LabError if another deploy holds it.
        """
        return terraform_lock.held(self.home)


def _sources() -> dict[Path, Path]:
    definition = paths.FUNCTIONS / "checkout_api" / "openapi.json"
    files = [file for file in _files(paths.TERRAFORM) if _is_source(file)]
    return {file.relative_to(paths.ROOT): file for file in [*files, definition]}


def _is_source(file: Path) -> bool:
    inside = file.relative_to(paths.TERRAFORM).parts
    ignored = file.name in (OVERRIDE, OF_AN_ACCOUNT) or ".terraform" in inside
    return file.suffix in SUFFIXES and not ignored


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _differs(file: Path, source: Path | None) -> bool:
    return source is None or file.read_bytes() != source.read_bytes()


def _copy(source: Path, file: Path) -> None:
    if file.exists() and file.read_bytes() == source.read_bytes():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, file)
