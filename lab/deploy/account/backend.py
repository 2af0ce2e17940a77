"""Makes the place for Terraform's states in an account, and says each environment where it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from lab.core import file_permissions, naming, paths
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.deploy.account import existing
from lab.deploy.account.existing import Existing
from lab.deploy.account.identity import Identity
from lab.deploy.account.settings import BackendSettings
from lab.deploy.account.terraform import Terraform, has_native_locks
from lab.deploy.backup_store import bucket as buckets

SUFFIX = re.compile("[a-z0-9][a-z0-9-]*[a-z0-9]")
LONGEST_BUCKET = 63
REPOSITORY = re.compile("[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


def prepare(
    identity: Identity,
    suffix: str,
    environments: Iterable[str],
    on_progress: Progress,
    start: Callable[..., Terraform] = Terraform,
) -> None:
    """Makes the bucket and the lock table if they are not there, and each `backend.hcl`.

    As often as you like: what is there is left as it is, and what somebody else made is taken over
    or refused. An environment that belongs to another account stays there. Raises LabError if the
    bucket's name is taken, if something is in the way, or if Terraform fails.
    """
    bucket = naming.shop().state_bucket + suffix
    settings = BackendSettings(bucket, identity.account, has_native_locks())
    found = existing.look(identity, settings.bucket)
    for what in found.told:
        on_progress(what)
    _make_bucket(identity, settings.bucket)
    _bootstrap(start(paths.TERRAFORM / "bootstrap", identity), settings, found)
    for environment in environments:
        _tell(environment, settings, on_progress)


def give_roles_to(repository: str) -> Path:
    """Notes the repository on GitHub, OWNER/NAME, whose pipelines get roles at each `prepare`.

    The file may be committed: it names no account. Raises LabError if it is no OWNER/NAME.
    """
    if not REPOSITORY.fullmatch(repository):
        raise LabError(f"{repository!r} is no repository on GitHub.", "Say OWNER/NAME.", code=2)
    file = paths.TERRAFORM / "bootstrap" / "github.auto.tfvars"
    with file_permissions.as_the_user_has_it():
        file.write_text(f'github_repository = "{repository}"\n')
    return file


def require_suffix(suffix: str) -> None:
    """Raises LabError (code 2) if a bucket's name cannot end so, as terraform/bootstrap says."""
    most = LONGEST_BUCKET - len(naming.shop().state_bucket)
    if not SUFFIX.fullmatch(suffix) or len(suffix) > most:
        raise LabError(
            f"A bucket's name cannot end with {suffix!r}.",
            f"Take 2 to {most} lower-case letters, digits or dashes, without a dash at an end.",
            code=2,
        )


def _make_bucket(identity: Identity, bucket: str) -> None:
    s3 = identity.client("s3")
    if _is_ours(s3, bucket, identity.account):
        return
    s3.create_bucket(Bucket=bucket, **buckets.in_region(identity.region))


def _is_ours(s3: Any, bucket: str, account: str) -> bool:
    """Whether the bucket is there. Raises LabError if it is somebody else's."""
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return False
        if error.response["Error"]["Code"] == "403":
            raise existing.taken(bucket) from error
        raise
    return True


def _bootstrap(terraform: Terraform, settings: BackendSettings, found: Existing) -> None:
    """Terraform takes over what is there, gives it all its protection, and makes the rest."""
    place = {"bucket": settings.bucket, "region": naming.shop().region}
    where = [f"-backend-config={name}={value}" for name, value in place.items()]
    if settings.native_lock:  # the table does not exist yet
        where.append("-backend-config=use_lockfile=true")
    with _taken_over(found):
        terraform.run("init", "-input=false", "-reconfigure", *where)
        variables = [f"-var=bucket={settings.bucket}", *found.variables]
        terraform.run("apply", "-input=false", "-auto-approve", *variables)


@contextmanager
def _taken_over(found: Existing) -> Iterator[None]:
    """Tells Terraform what to take over, in a file that is there as long as it runs."""
    file = paths.TERRAFORM / "bootstrap" / "existing.tf"
    file.unlink(missing_ok=True)  # of a run that was killed
    if not found.imports:
        yield
        return
    file.write_text(found.blocks())
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _tell(environment: str, settings: BackendSettings, on_progress: Progress) -> None:
    there = BackendSettings.of(environment)
    if there and there.account != settings.account:
        on_progress(f"{environment} stays in account {there.account}: its backend.hcl says so.")
    else:
        on_progress(f"{environment}: {settings.write(environment).relative_to(paths.ROOT)}")
