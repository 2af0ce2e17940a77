"""The secrets and tokens that presigned URLs of S3 are verified with.

LocalStack knows the keys of users only, remembers for ever what it has once found, and looks for
no token in a URL with version 2 of signatures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstack_host.authentication import errors
from localstack_host.authentication.credentials import Credentials
from localstack_host.authentication.signed import session_of
from localstack_host.services.iam import plugin, sessions


def secret_of(access_key: str, _region: str) -> str | None:
    """The secret of an access key. Raises S3's error if permissions count and it has none."""
    account, session = session_of(Credentials(access_key, ""))
    secret = sessions.secret_of(account, access_key, session)
    if secret is None and plugin.is_enforced():
        raise errors.unknown_key_of_s3(access_key)
    return secret


def with_token(read: Callable[..., Any], parameters: Mapping[str, str], region: str) -> Any:
    """Wraps the reader of a URL's credentials: version 2 has the token in lower case."""
    found = read(parameters, region)
    token = found.security_token or parameters.get("x-amz-security-token")
    return found._replace(security_token=token)
