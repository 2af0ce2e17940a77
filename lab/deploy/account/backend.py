"""Creates the state backend in an account, and configures each environment for it."""

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
from lab.deploy.account.settings import BackendSettings, write_boundary
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
    """Creates the bucket and the lock table unless they exist, and each `backend.hcl`.

    Idempotent. Resources that exist but are not in the state are imported, or refused if they
    belong to something else. An environment that belongs to another account keeps its account.
    Raises LabError if the bucket's name is taken, if resources conflict, or if Terraform fails.
    """
    bucket = naming.shop().state_bucket + suffix
    settings = BackendSettings(bucket, identity.account, has_native_locks())
    existing_resources = existing.inspect(identity, settings.bucket)
    for notice in existing_resources.notices:
        on_progress(notice)
    _create_bucket(identity, settings.bucket)
    _bootstrap(start(paths.TERRAFORM / "bootstrap", identity), settings, existing_resources)
    pipelines = existing.settings().get("github_repository")
    for environment in environments:
        _write_settings(environment, settings, on_progress, bool(pipelines))


def set_pipeline_repository(repository: str) -> Path:
    """Stores the GitHub repository, OWNER/NAME, whose pipelines get roles at each `prepare`.

    Returns the file, which may be committed: it names no account. Raises LabError (code 2) if
    the value is not OWNER/NAME.
    """
    if not REPOSITORY.fullmatch(repository):
        raise LabError(f"{repository!r} is not a repository on GitHub.", "Use OWNER/NAME.", code=2)
    file = paths.TERRAFORM / "bootstrap" / "github.auto.tfvars"
    with file_permissions.as_the_user_has_it():
        file.write_text(f'github_repository = "{repository}"\n')
    return file


def require_suffix(suffix: str) -> None:
    """Raises LabError (code 2) for an invalid suffix; terraform/bootstrap has the same rule."""
    most = LONGEST_BUCKET - len(naming.shop().state_bucket)
    if not SUFFIX.fullmatch(suffix) or len(suffix) > most:
        raise LabError(
            f"A bucket's name cannot end with {suffix!r}.",
            f"Take 2 to {most} lower-case letters, digits or dashes, without a dash at an end.",
            code=2,
        )


def _create_bucket(identity: Identity, bucket: str) -> None:
    s3 = identity.client("s3")
    if _is_owned(s3, bucket, identity.account):
        return
    s3.create_bucket(Bucket=bucket, **buckets.in_region(identity.region))


def _is_owned(s3: Any, bucket: str, account: str) -> bool:
    """Whether the bucket exists. Raises LabError if another account owns it."""
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return False
        if error.response["Error"]["Code"] == "403":
            raise existing.taken(bucket) from error
        raise
    return True


def _bootstrap(
    terraform: Terraform, settings: BackendSettings, existing_resources: Existing
) -> None:
    """Imports and protects the existing resources, and creates the others."""
    backend = {"bucket": settings.bucket, "region": naming.shop().region}
    options = [f"-backend-config={name}={value}" for name, value in backend.items()]
    if settings.native_lock:  # the table does not exist yet
        options.append("-backend-config=use_lockfile=true")
    with _import_blocks(existing_resources):
        terraform.run("init", "-input=false", "-reconfigure", *options)
        variables = [f"-var=bucket={settings.bucket}", *existing_resources.variables]
        terraform.run("apply", "-input=false", "-auto-approve", *variables)


@contextmanager
def _import_blocks(existing_resources: Existing) -> Iterator[None]:
    """Writes the import blocks to a file that exists only while Terraform runs."""
    file = paths.TERRAFORM / "bootstrap" / "existing.tf"
    file.unlink(missing_ok=True)  # of a run that was killed
    if not existing_resources.imports:
        yield
        return
    file.write_text(existing_resources.blocks())
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _write_settings(
    environment: str, settings: BackendSettings, on_progress: Progress, pipelines: bool
) -> None:
    current = BackendSettings.of(environment)
    if current and current.account != settings.account:
        on_progress(f"{environment} stays in account {current.account}: its backend.hcl says so.")
        return
    on_progress(f"{environment}: {settings.write(environment).relative_to(paths.ROOT)}")
    if pipelines:
        on_progress(f"{environment}: {write_boundary(environment).relative_to(paths.ROOT)}")
