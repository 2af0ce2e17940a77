"""The copy of the Terraform sources that the lab works on.

It looks like the repository as far as Terraform looks at it, so that relative paths hold:

    HOME/terraform/root/terraform/{modules,environments/ENV}
    HOME/terraform/root/functions/checkout_api/openapi.json
    HOME/terraform/root/.lab/build/functions.zip

tflocal writes an override file beside the configuration and refuses to run if one is there. In
the copy a left-over one is removed. One beside the sources is from somebody's own tflocal, maybe
a running one: it is not copied and not touched.

Terraform names files of the copy in its errors, so somebody may edit them there. That is kept
before it is replaced.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.core import kept_copies, paths
from lab.core.errors import LabError

SUFFIXES = frozenset({".tf", ".tfvars", ".json", ".tftpl"})
OVERRIDE = "localstack_providers_override.tf"
LOCK = ".terraform.lock.hcl"
ZIP = Path(".lab", "build", "functions.zip")


@dataclass(frozen=True)
class Workspace:
    """Where Terraform works on one environment of this lab."""

    environment: str

    @property
    def home(self) -> Path:
        """The folder in the lab's home with everything of Terraform."""
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
        """What Terraform keeps between runs (`TF_DATA_DIR`)."""
        return self.home / f"data-{self.environment}"

    @property
    def log(self) -> Path:
        """What the last Terraform printed."""
        return self.home / f"{self.environment}.log"

    def check(self) -> None:
        """Raises LabError (code 2) if there is no such environment."""
        if not (self.source / "main.tf").is_file():
            names = ", ".join(sorted(f.parent.name for f in self.source.parent.glob("*/main.tf")))
            raise LabError(
                f"There is no environment {self.environment!r}.", f"There is: {names}.", 2
            )

    def fill(self, functions_package: Path) -> list[Path]:
        """Makes the copy the same as the sources, with the zip of the functions in it.

        Gives where files are kept that somebody has written or changed there.
        """
        wanted = {self.root / name: source for name, source in _sources().items()}
        kept = self._keep_edits(wanted)
        wanted[self.root / ZIP] = functions_package
        for file in _files(self.root):
            if file not in wanted and file.name != LOCK:
                file.unlink()
        for file, source in wanted.items():
            _copy(source, file)
        self._written.note(wanted)
        return kept

    @property
    def _written(self) -> kept_copies.Written:
        return kept_copies.Written(self.root, self.home / "made-from.json")

    def _keep_edits(self, wanted: Mapping[Path, Path]) -> list[Path]:
        """Puts aside what neither the lab nor Terraform has written."""
        there = [file for file in _files(self.root) if file.name not in (OVERRIDE, LOCK, ZIP.name)]
        edited = [file for file in there if _differs(file, wanted.get(file))]
        kept = kept_copies.folder_of("terraform")
        moved = [
            kept_copies.put_aside(file, kept / file.parent.relative_to(self.root))
            for file in self._written.by_others(edited)
        ]
        return [file for file in moved if file]

    def copy_lock(self) -> None:
        """Takes over the committed provider checksums; Terraform may add this platform's."""
        _copy(self.source / LOCK, self.folder / LOCK)

    @contextmanager
    def alone(self) -> Iterator[int]:
        """Keeps a second deploy out of this lab. Raises LabError if one is at work.

        Gives the file descriptor of the lock: a program that inherits it keeps the lock until it
        ends, even when the lab is killed before.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LabError(
                    f"Another deploy or destroy is at work in {paths.home()}.",
                    "Wait until it is done. After a killed `lab`, Terraform still ends its work.",
                ) from None
            yield lock.fileno()


def _sources() -> dict[Path, Path]:
    definition = paths.FUNCTIONS / "checkout_api" / "openapi.json"
    found = [file for file in _files(paths.TERRAFORM) if _is_source(file)]
    return {file.relative_to(paths.ROOT): file for file in [*found, definition]}


def _is_source(file: Path) -> bool:
    inside = file.relative_to(paths.TERRAFORM).parts
    return file.suffix in SUFFIXES and file.name != OVERRIDE and ".terraform" not in inside


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _differs(file: Path, source: Path | None) -> bool:
    return source is None or file.read_bytes() != source.read_bytes()


def _copy(source: Path, file: Path) -> None:
    if file.exists() and file.read_bytes() == source.read_bytes():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, file)
