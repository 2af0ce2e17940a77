"""The patches of STS: temporary keys of users and owners are issued, not always the same ones.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import STSBackend
from moto.sts.responses import TokenResponse
from moto.sts.utils import random_session_token

from localstack_host.localstack_api import patch
from localstack_host.services.iam import access_denied, principal, sessions, temporary_keys
from localstack_host.services.iam.policies import WITH_VARIABLES
from localstack_host.services.iam.policy_store import document_of, merged
from localstack_host.services.iam.sessions import PARTITION
from localstack_host.services.iam.temporary_keys import TemporaryKey

CODE = re.compile(r"\d{6}")
# A federated user without a session policy has no permissions.
NOTHING = f'{{"Version": "{WITH_VARIABLES}", "Statement": []}}'


def apply_patches() -> None:
    """Applies the patches, when the emulator starts."""
    patch(TokenResponse.get_session_token)(session_token)
    patch(TokenResponse.get_federation_token)(federation_token)
    patch(TokenResponse.assume_role)(assume_role)
    patch(STSBackend.get_caller_identity)(caller_identity)


def session_token(respond: Callable[[Any], Any], response: Any) -> Any:
    """Wraps GetSessionToken: the key is the caller's, with MFA if the request has a code."""
    return _with_a_new_key(respond(response), response, mfa=_has_mfa(response))


def federation_token(respond: Callable[[Any], Any], response: Any) -> Any:
    """Wraps GetFederationToken: the key is a federated user's, limited by the request."""
    tags = {tag["Key"]: tag.get("Value", "") for tag in response._get_param("Tags") or ()}
    name, policy = response._get_param("Name"), _session_policy(response) or NOTHING
    return _with_a_new_key(respond(response), response, federated=name, policy=policy, tags=tags)


def assume_role(respond: Callable[[Any], Any], response: Any) -> Any:
    """Wraps AssumeRole: managed session policies count, and the session knows whether by MFA."""
    mfa, policy = _has_mfa(response), _session_policy(response)
    result = respond(response)
    session = result.result["Credentials"]
    session.policy = policy
    setattr(session, temporary_keys.WITH_MFA, mfa)
    return result


def caller_identity(
    identify: Callable[..., tuple[str, str, str]], backend: Any, access_key_id: str, region: str
) -> tuple[str, str, str]:
    """Wraps GetCallerIdentity: who has a temporary key is the user, or the federated user."""
    found = principal.of_key(backend.account_id, access_key_id)
    if found is None or found.session is None:
        return identify(backend, access_key_id, region)
    caller = found.caller
    if found.session.federated:
        return f"{caller.account}:{found.session.federated}", caller.arn, caller.account
    return str(found.identity and found.identity.id), caller.arn, caller.account


def _with_a_new_key(result: Any, response: Any, **issued: Any) -> Any:
    account = response.current_account
    key = iam_backends[account][PARTITION].create_temp_access_key()
    caller = principal.of_key(account, response.get_access_key())
    temporary = TemporaryKey(
        secret_access_key=key.secret_access_key,
        session_token=random_session_token(),
        issued=datetime.now(UTC).isoformat(timespec="seconds"),
        user=caller.identity.id if caller and caller.identity else "",
        **issued,
    )
    temporary_keys.note(key, temporary)
    result.result["Credentials"] |= {
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret_access_key,
        "SessionToken": temporary.session_token,
    }
    return result


def _has_mfa(response: Any) -> bool:
    """Whether a request has a code of the caller's device. Codes are not computed, but believed.

    Raises STS's error for a device that is not the caller's.
    """
    serial, code = response._get_param("SerialNumber"), response._get_param("TokenCode")
    if not serial:
        return False
    key = response.get_access_key()
    caller = principal.of_key(response.current_account, key)
    owned = caller.identity.mfa_devices if caller and caller.caller.user and caller.identity else ()
    if not CODE.fullmatch(code or "") or (serial not in owned and not sessions.is_owners(key)):
        raise access_denied.wrong_mfa()
    return True


def _session_policy(response: Any) -> str | None:
    """The policy in a request and those that it names, together: each of them may allow."""
    texts = [response._get_param("Policy")]
    for named in response._get_param("PolicyArns") or ():
        texts.append(document_of(response.current_account, named["arn"]))
    documents = tuple(text for text in texts if text)
    return merged(documents) if len(documents) > 1 else next(iter(documents), None)
