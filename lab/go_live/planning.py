"""Runs Terraform's plan in the account, or for an empty account if that is not possible."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.core import paths
from lab.core.errors import LabError
from lab.deploy import package, plans
from lab.deploy.account import Identity
from lab.deploy.account.settings import FILE
from lab.deploy.account.terraform import Terraform
from lab.deploy.plans import Change, Group
from lab.go_live.steps import Step, done, refused

NAME = "plan"


@dataclass(frozen=True)
class Planned:
    """The changes of an apply, by group, and the addresses of what it would destroy."""

    of: str
    groups: tuple[Group, ...]
    lost: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether an apply would change nothing."""
        return not self.groups


def look(
    environment: str, identity: Identity, start: Callable[..., Terraform] = Terraform
) -> tuple[Planned | None, Step]:
    """The plan in the identity's account (None if it fails), and the step."""
    try:
        changes = _changes(start(paths.TERRAFORM / "environments" / environment, identity))
    except LabError as error:
        return None, refused(NAME, f"{error.message} {error.hint}")
    planned = _summarized(f"account {identity.account}", changes)
    what = "nothing to change" if planned.empty else f"{len(changes)} resources to change"
    return planned, done(NAME, f"{what}; nothing was applied")


def look_without_account(environment: str) -> Planned | None:
    """The plan for an empty account; None without Terraform or its provider."""
    with tempfile.TemporaryDirectory(dir=paths.home()) as folder:
        try:
            changes = plans.read(plans.plan_of(environment, Path(folder)))
        except LabError:
            return None
    return _summarized("an empty account", changes)


def _changes(terraform: Terraform) -> list[Change]:
    with tempfile.TemporaryDirectory(dir=paths.home()) as folder:
        file = Path(folder) / "plan"
        terraform.output("init", "-input=false", "-reconfigure", f"-backend-config={FILE}")
        code = f"-var=functions_package={package.build()}"
        terraform.output("plan", "-input=false", "-lock=false", f"-out={file}", code)
        return plans.read(json.loads(terraform.output("show", "-json", str(file))))


def _summarized(of: str, changes: list[Change]) -> Planned:
    lost = tuple(change.address for change in changes if change.destroys)
    return Planned(of, tuple(plans.grouped(changes)), lost)
