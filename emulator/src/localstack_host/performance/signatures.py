"""Requests of the emulator to itself say who sends them, without computing a signature.

A signature took a sixth of such a request's time, and nobody looks at it: LocalStack reads the
access key, region and service from the header, and so does `localstack_host.services.iam`. S3's
requests and URLs that are signed for others are signed as ever.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localstack.runtime import hooks

SIGNATURE = "0" * 64
SIGNED_HEADERS = "host;x-amz-date"
VERSION = "v4"  # botocore's name for Signature Version 4 in headers


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def name_the_sender_only() -> None:
    """The hook `localstack.hooks.on_infra_start`: for all clients of this process."""
    from botocore.auth import AUTH_TYPE_MAPS

    AUTH_TYPE_MAPS[VERSION] = unsigned(AUTH_TYPE_MAPS[VERSION])


def unsigned(signer: type[Any]) -> type[Any]:
    """`signer` with the same headers, and zeros for a signature."""

    class Unsigned(signer):  # type: ignore[misc] # a class that is chosen when botocore is loaded
        def add_auth(self, request: Any) -> None:
            self._modify_request_before_signing(request)
            now = datetime.now(UTC)
            request.headers["X-Amz-Date"] = f"{now:%Y%m%dT%H%M%SZ}"
            if self.credentials.token:
                request.headers["X-Amz-Security-Token"] = self.credentials.token
            scope = f"{now:%Y%m%d}/{self._region_name}/{self._service_name}/aws4_request"
            request.headers["Authorization"] = (
                f"AWS4-HMAC-SHA256 Credential={self.credentials.access_key}/{scope},"
                f" SignedHeaders={SIGNED_HEADERS}, Signature={SIGNATURE}"
            )

    return Unsigned
