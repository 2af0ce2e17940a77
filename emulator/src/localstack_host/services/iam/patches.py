"""The patch of STS: temporary keys of an account's owner are issued, not always the same ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.responses import TokenResponse

from localstack_host.localstack_api import patch
from localstack_host.services.iam.sessions import PARTITION


def apply_patches() -> None:
    """Applies the patches, when the emulator starts."""
    patch(TokenResponse.get_session_token)(with_a_new_key)
    patch(TokenResponse.get_federation_token)(with_a_new_key)


def with_a_new_key(respond: Callable[[Any], Any], response: Any) -> Any:
    """Wraps GetSessionToken and GetFederationToken, which return the key of AWS's examples."""
    result = respond(response)
    key = iam_backends[response.current_account][PARTITION].create_temp_access_key()
    result.result["Credentials"] |= {
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret_access_key,
    }
    return result
