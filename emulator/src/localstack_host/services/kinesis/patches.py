"""The patches of Kinesis: its program listens on loopback, and why it is not there is said soon.

LocalStack's decoder of dates in CBOR, which SDKs for Java send, calls CBORDecoder._decode of cbor2.
Since cbor2 5.9 that is CBORDecoder.decode.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from localstack_host.host import service_selection
from localstack_host.localstack_api import CommonServiceException, add, on_infra_start, patch

LOOPBACK = Path(__file__).parent / "loopback.cjs"


def _is_offered() -> bool:
    return "kinesis" in service_selection.requested()


@on_infra_start(should_load=_is_offered)
def apply_patches() -> None:
    """Applies the patches, if Kinesis is offered."""
    from cbor2._decoder import CBORDecoder
    from localstack.packages.api import PackageException
    from localstack.packages.core import NodePackageInstaller
    from localstack.services.kinesis.kinesis_mock_server import (
        KinesisMockNodeServer,
        KinesisServerManager,
    )

    from localstack_host.services.kinesis.installation import install

    add(CBORDecoder, "_decode", CBORDecoder.decode)

    @patch(NodePackageInstaller._install)
    def _install(_original: Any, installer: Any, target: Any) -> None:
        install(installer._get_install_dir(target), installer.package_spec)

    @patch(KinesisMockNodeServer._create_shell_command)
    def _create_shell_command(original: Any, server: Any) -> Any:
        (node, *program), variables = original(server)
        return [node, "--require", str(LOOPBACK), *program], variables

    @patch(KinesisServerManager.get_server_for_account)
    def get_server_for_account(original: Any, manager: Any, account: str) -> Any:
        try:
            return original(manager, account)
        except PackageException as error:
            if isinstance(error.__cause__, CommonServiceException):
                raise error.__cause__ from None
            raise
