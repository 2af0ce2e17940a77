"""The entry point PROVIDER_OVERRIDE_S3=host: S3 that keeps its objects in this emulator's home.

LocalStack's own has one folder in /tmp for all emulators of a machine: two of them would delete
each other's objects.
"""

from __future__ import annotations

from localstack.services.plugins import Service, aws_provider

from localstack_host.host.environment import state_folder


@aws_provider(api="s3", name="host")  # type: ignore[untyped-decorator]
def s3() -> Service:
    """LocalStack's S3 with its folder moved."""
    from localstack.services.s3.provider import S3Provider
    from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore

    folder = state_folder() / "s3"
    folder.mkdir(exist_ok=True)
    return Service.for_provider(S3Provider(EphemeralS3ObjectStore(str(folder))))
