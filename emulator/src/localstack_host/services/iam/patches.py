"""The patches of STS: temporary keys of users and owners are issued, not always the same ones.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from localstack.constants import INTERNAL_AWS_ACCESS_KEY_ID
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from moto.iam.models import IAMBackend, iam_backends
from moto.sts.models import STSBackend
from moto.sts.responses import TokenResponse
from moto.sts.utils import random_session_token

from localstack_host.localstack_api import patch
from localstack_host.services.iam import (
    access_denied,
    expiry,
    principal,
    session_durations,
    sessions,
    temporary_keys,
    totp,
)
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
    patch(TokenResponse.assume_role_with_web_identity)(assume_role_with_token)
    patch(TokenResponse.assume_role_with_saml)(assume_role_with_token)
    patch(STSBackend.get_caller_identity)(caller_identity)
    patch(IAMBackend.enable_mfa_device)(enable_mfa_device)


def session_token(respond: Callable[[Any], Any], response: Any) -> Any:
    """Wraps GetSessionToken: the key is the caller's, with MFA if the request has a code."""
    session_durations.check("GetSessionToken", _duration(response))
    return _with_a_new_key(respond(response), response, mfa=_has_mfa(response))


def federation_token(respond: Callable[[Any], Any], response: Any) -> Any:
    """Wraps GetFederationToken: the key is a federated user's, limited by the request."""
    session_durations.check("GetFederationToken", _duration(response))
    tags = {tag["Key"]: tag.get("Value", "") for tag in response._get_param("Tags") or ()}
    name, policy = response._get_param("Name"), _session_policy(response) or NOTHING
    return _with_a_new_key(respond(response), response, federated=name, policy=policy, tags=tags)


def assume_role(respond: Callable[[Any], Any], response: Any) -> Any:
    """Wraps AssumeRole: managed session policies count, and the session knows whether by MFA."""
    key = _access_key(response)
    if key == INTERNAL_AWS_ACCESS_KEY_ID:
        result = respond(response)
        expiry.belongs_to_service(result.result["Credentials"])
        return result
    is_chained = sessions.SESSIONS.find(response.current_account, key) is not None
    _check_duration(response, is_chained)
    mfa, policy = _has_mfa(response), _session_policy(response)
    result = respond(response)
    session = result.result["Credentials"]
    session.policy = policy
    setattr(session, temporary_keys.WITH_MFA, mfa)
    expiry.remove_expired(session.account_id)
    return result


def assume_role_with_token(respond: Callable[[Any], Any], response: Any) -> Any:
    """Wraps AssumeRoleWithWebIdentity and AssumeRoleWithSAML: the duration is the role's."""
    _check_duration(response, is_chained=False)
    result = respond(response)
    expiry.remove_expired(result.result["Credentials"].account_id)
    return result


def _check_duration(response: Any, is_chained: bool) -> None:
    duration_s = _duration(response)
    session_durations.check("AssumeRole", duration_s)
    role_arn = response._get_param("RoleArn") or ""
    session_durations.check_of_role(role_arn, duration_s, is_chained)


def _access_key(response: Any) -> str:
    """The access key of a request; moto's own regular expression knows no `test`."""
    return extract_access_key_id_from_auth_header(response.headers) or ""


def _duration(response: Any) -> int | None:
    requested = response._get_param("DurationSeconds")
    return None if requested is None else int(requested)


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
    caller = principal.of_key(account, _access_key(response))
    now = time.time()
    temporary = TemporaryKey(
        secret_access_key=key.secret_access_key,
        session_token=random_session_token(),
        issued=datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        user=caller.identity.id if caller and caller.identity else "",
        expires_at=now + session_durations.of_user(_duration(response), caller is None),
        **issued,
    )
    temporary_keys.note(key, temporary)
    expiry.remove_expired(account)
    result.result["Credentials"] |= {
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret_access_key,
        "SessionToken": temporary.session_token,
        # Without a time zone, as moto's are.
        "Expiration": datetime.fromtimestamp(temporary.expires_at, UTC).replace(tzinfo=None),
    }
    return result


def enable_mfa_device(
    enable: Callable[..., None], backend: Any, user_name: str, serial_number: str, *codes: str
) -> None:
    """Wraps EnableMFADevice: two consecutive codes of a virtual device prove that it has the key.

    Raises IAM's error for others.
    """
    device = backend.virtual_mfa_devices.get(serial_number)
    if device is not None and not totp.are_consecutive(device.base32_string_seed, codes):
        raise access_denied.wrong_codes()
    enable(backend, user_name, serial_number, *codes)


def _has_mfa(response: Any) -> bool:
    """Whether a request has a code of the caller's device. An owner's is believed.

    Raises STS's error for a device that is not the caller's, and for a wrong code.
    """
    serial, code = response._get_param("SerialNumber"), response._get_param("TokenCode") or ""
    if not serial:
        return False
    key = _access_key(response)
    if sessions.is_owners(key):
        if CODE.fullmatch(code):
            return True
        raise access_denied.wrong_mfa()
    account = response.current_account
    caller = principal.of_key(account, key)
    owned = caller.identity.mfa_devices if caller and caller.caller.user and caller.identity else ()
    device = iam_backends[account][PARTITION].virtual_mfa_devices.get(serial)
    if serial not in owned or device is None or not totp.is_code(device.base32_string_seed, code):
        raise access_denied.wrong_mfa()
    return True


def _session_policy(response: Any) -> str | None:
    """The policy in a request and those that it names, together: each of them may allow."""
    texts = [response._get_param("Policy")]
    for named in response._get_param("PolicyArns") or ():
        texts.append(document_of(response.current_account, named["arn"]))
    documents = tuple(text for text in texts if text)
    return merged(documents) if len(documents) > 1 else next(iter(documents), None)
