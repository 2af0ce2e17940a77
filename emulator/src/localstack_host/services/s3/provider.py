"""The entry point PROVIDER_OVERRIDE_S3=host: S3 that stores its objects in this emulator's home.

LocalStack's own uses one folder in /tmp for all emulators of a machine: they would delete each
other's objects.
"""

from __future__ import annotations

from localstack_host.host.environment import state_folder
from localstack_host.localstack_api import Service, provides


@provides("s3")
def s3() -> Service:
    """LocalStack's S3 with another folder."""
    from localstack.services.s3.provider import S3Provider

    from localstack_host.services.s3 import patches
    from localstack_host.services.s3.object_store import NamedObjectStore

    patches.apply_patches()
    folder = state_folder() / "s3"
    folder.mkdir(exist_ok=True)
    return Service.for_provider(S3Provider(NamedObjectStore(str(folder))))
