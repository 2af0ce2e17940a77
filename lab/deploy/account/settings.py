"""Where an environment's state is: what the committed `backend.tf` leaves out.

It is in `backend.hcl` beside it, which git ignores: it names the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hcl2.api import loads

from lab.core import naming, paths

FILE = "backend.hcl"

TEXT = """\
# Written by scripts/setup-backend.sh. Not for git: it names an account.
bucket              = "{bucket}"
region              = "{region}"
dynamodb_table      = "{lock_table}"
allowed_account_ids = ["{account}"]
"""

NATIVE_LOCK = "use_lockfile        = true\n"
"""Besides the table, which Terraform 1.9 needs: who has this takes both locks."""


@dataclass(frozen=True)
class BackendSettings:
    """The bucket with an environment's state, and the account that the environment belongs to.

    Terraform itself refuses any other account, too. `native_lock` is for Terraform 1.10 and newer.
    `lacks` are the settings that a file of an earlier version does not have.
    """

    bucket: str
    account: str
    native_lock: bool
    lacks: tuple[str, ...] = ()

    @classmethod
    def of(cls, environment: str) -> BackendSettings | None:
        """What was written for an environment; None if nothing was."""
        file = path_of(environment)
        if not file.is_file():
            return None
        said = loads(file.read_text())
        lacks = tuple(name for name in ("region", "dynamodb_table") if name not in said)
        account, native_lock = said["allowed_account_ids"][0], said.get("use_lockfile", False)
        return cls(said["bucket"], account, native_lock, lacks)

    def write(self, environment: str) -> Path:
        """Writes the environment's file and gives its path."""
        file = path_of(environment)
        shop = naming.shop()
        text = TEXT.format(
            bucket=self.bucket,
            account=self.account,
            region=shop.region,
            lock_table=shop.lock_table,
        )
        file.write_text(text + (NATIVE_LOCK if self.native_lock else ""))
        return file


def path_of(environment: str) -> Path:
    """Where the settings of an environment are."""
    return paths.TERRAFORM / "environments" / environment / FILE


def environments() -> list[str]:
    """The name of every environment."""
    return sorted(file.parent.name for file in paths.TERRAFORM.glob("environments/*/main.tf"))
