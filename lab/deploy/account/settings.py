"""What an environment's folder needs to know about its account, in files that git ignores.

`backend.hcl` has the backend settings that the committed `backend.tf` leaves out: it names the
account. `account.auto.tfvars`, in an account with pipelines, has the permissions boundary that
their roles must put on every role; without it, an apply by hand would take it away.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hcl2.api import loads

from lab.core import naming, paths

FILE = "backend.hcl"
ACCOUNT_FILE = "account.auto.tfvars"

TEXT = """\
# Written by scripts/setup-backend.sh. Not for git: it names an account.
bucket              = "{bucket}"
region              = "{region}"
dynamodb_table      = "{lock_table}"
allowed_account_ids = ["{account}"]
"""

NATIVE_LOCK = "use_lockfile        = true\n"
"""In addition to the table, which Terraform 1.9 needs: a newer one takes both locks."""


@dataclass(frozen=True)
class BackendSettings:
    """The bucket with an environment's state, and the account that the environment belongs to.

    Terraform itself refuses any other account, too. `native_lock` is for Terraform 1.10 and newer.
    `missing` are the settings that a file of an earlier version lacks.
    """

    bucket: str
    account: str
    native_lock: bool
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, environment: str) -> BackendSettings | None:
        """Returns the settings of an environment, or None if it has none."""
        file = path_of(environment)
        if not file.is_file():
            return None
        values = loads(file.read_text())
        missing = tuple(name for name in ("region", "dynamodb_table") if name not in values)
        account, native_lock = values["allowed_account_ids"][0], values.get("use_lockfile", False)
        return cls(values["bucket"], account, native_lock, missing)

    def write(self, environment: str) -> Path:
        """Writes the environment's file and returns its path."""
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


def write_boundary(environment: str) -> Path:
    """Writes which permissions boundary the environment's roles have, and returns the file."""
    file = path_of(environment).with_name(ACCOUNT_FILE)
    boundary = f"{naming.shop().name}-pipeline-boundary-{environment}"
    file.write_text(f'permissions_boundary = "{boundary}"\n')
    return file


def path_of(environment: str) -> Path:
    """Returns the path of an environment's settings."""
    return paths.TERRAFORM / "environments" / environment / FILE


def environments() -> list[str]:
    """Returns the name of every environment."""
    return sorted(file.parent.name for file in paths.TERRAFORM.glob("environments/*/main.tf"))
