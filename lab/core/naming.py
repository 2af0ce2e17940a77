"""What names this shop: terraform/shop.json, which Terraform and the pipelines read as well.

To make the shop another one, change that file and nothing here (docs/your-own-shop.md).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from lab.core import paths
from lab.core.errors import LabError

FILE = paths.TERRAFORM / "shop.json"

RULES = {
    "name": (r"[a-z][a-z0-9-]{0,18}[a-z0-9]", "2 to 20 lower-case letters, digits or dashes"),
    "project": (r"[a-z0-9][a-z0-9-]{1,32}[a-z0-9]", "3 to 34 lower-case letters, digits or dashes"),
    "region": (r"[a-z]{2}(-[a-z]+)+-\d", "a region such as eu-west-1"),
    "currency": (r"[A-Z]{3}", "a currency of ISO 4217 such as USD"),
    "lock_table": (r"[A-Za-z0-9_.-]{3,255}", "a name of a table"),
}
"""By field, what its value must match as a whole, and the same in words. Terraform checks the rest.

What is checked here is used before Terraform runs: a bucket is called after the project.
"""


@dataclass(frozen=True)
class Shop:
    """The names of one shop.

    `name` begins the names of what there is one of per environment, and the path of the settings;
    `table_prefix`, which may be empty, those of the tables. `project` is the tag Project, and
    begins the names of the buckets that are there once per account.
    """

    name: str
    project: str
    owner: str
    cost_center: str
    region: str
    currency: str
    table_prefix: str
    lock_table: str
    metric_namespace: str
    token_issuer: str

    @classmethod
    def read(cls, file: Path) -> Shop:
        """The shop in a file. Raises LabError if it is not JSON, or a name is missing or wrong."""
        try:
            said = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            message = f"{file}, which names the shop, cannot be read: {error}"
            raise LabError(message, "Put it right, or take it from git.") from error
        _check(file, said)
        return cls(**said)

    @property
    def state_bucket(self) -> str:
        """What the name of the bucket with Terraform's states begins with."""
        return f"{self.project}-terraform-state-"

    @property
    def backups_bucket(self) -> str:
        """What the name of the bucket with backups begins with."""
        return f"{self.project}-backups-"

    @property
    def backups_key(self) -> str:
        """The alias of the KMS key that seals the secrets in backups."""
        return f"alias/{self.name}-backups"


@cache
def shop() -> Shop:
    """The shop of these sources. Raises what `Shop.read` raises."""
    return Shop.read(FILE)


def _check(file: Path, said: object) -> None:
    wanted = {field.name for field in fields(Shop)}
    if not isinstance(said, dict) or set(said) != wanted:
        found = set(said) if isinstance(said, dict) else set()
        lacks, extra = sorted(wanted - found), sorted(found - wanted)
        more = [f"has no {name}" for name in lacks] + [f"has a {name}" for name in extra]
        raise LabError(f"{file} {' and '.join(more)}.", f"It has {', '.join(sorted(wanted))}.")
    for name, value in said.items():
        pattern, rule = RULES.get(name, (r".*", "a text"))
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise LabError(f"{file} says {name} is {value!r}.", f"It must be {rule}.")
