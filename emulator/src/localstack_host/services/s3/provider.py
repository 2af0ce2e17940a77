"""The entry point PROVIDER_OVERRIDE_S3=host: S3 that stores its objects in this emulator's home.

LocalStack's own uses one folder in /tmp for all emulators of a machine: they would delete each
other's objects.
"""

from __future__ import annotations

from typing import Any

from localstack_host.host.environment import state_folder
from localstack_host.localstack_api import Service, provides
from localstack_host.services.iam import plugin


@provides("s3")
def s3() -> Service:
    """LocalStack's S3 with another folder. Who may not list a bucket is not told what is in it."""
    from localstack_host.services.iam.handler import PermissionCheck
    from localstack_host.services.iam.usage import counted
    from localstack_host.services.s3 import (
        missing_objects,
        patches,
        public_access_block,
        requests,
    )
    from localstack_host.services.s3.object_store import NamedObjectStore
    from localstack_host.services.s3.objects import Objects

    patches.apply_patches()
    folder = state_folder() / "s3"
    folder.mkdir(exist_ok=True)
    service = Service.for_provider(Objects(NamedObjectStore(str(folder))))
    skeleton: Any = service.skeleton
    handlers = public_access_block.enforce(skeleton.dispatch_table)
    skeleton.dispatch_table = requests.guard(handlers)
    if plugin.is_enforced():
        permissions = PermissionCheck(counted())
        skeleton.dispatch_table = missing_objects.hide(skeleton.dispatch_table, permissions)
    return service
