"""SecureStrings, encrypted by KMS; moto writes `kms:<key>:` before the text.

https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
"""

from __future__ import annotations

import base64
from typing import Any

from botocore.exceptions import ClientError

from localstack_host.localstack_api import CommonServiceException, connect_to
from localstack_host.services.ssm.parameters import refused

AWS_MANAGED_KEY = "alias/aws/ssm"


def encrypt(key: str, arn: str, text: str) -> str:
    """The text of a parameter under a key, in base64.

    Raises InvalidKeyId if the key does not exist or cannot be used.
    """
    try:
        answer = _kms(arn).encrypt(
            KeyId=key, Plaintext=text.encode(), EncryptionContext=_context(arn)
        )
    except ClientError as error:
        raise _unusable(error) from error
    return base64.b64encode(answer["CiphertextBlob"]).decode()


def decrypt(arn: str, stored: str) -> str:
    """The text that was encrypted. Raises InvalidKeyId if its key cannot be used (any more)."""
    try:
        answer = _kms(arn).decrypt(
            CiphertextBlob=base64.b64decode(stored), EncryptionContext=_context(arn)
        )
    except ClientError as error:
        raise _unusable(error) from error
    text: bytes = answer["Plaintext"]
    return text.decode()


def _kms(arn: str) -> Any:
    """KMS in the account and region of a parameter.

    Not checked: the caller's permissions on the key are those of its request to SSM.
    """
    _, _, _, region, account, _ = arn.split(":", 5)
    return connect_to(aws_access_key_id=account, region_name=region).kms


def _context(arn: str) -> dict[str, str]:
    return {"PARAMETER_ARN": arn}


def _unusable(error: ClientError) -> CommonServiceException:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    request = error.response["ResponseMetadata"]["RequestId"]
    return refused(
        "InvalidKeyId",
        f"{message} (Service: AWSKMS; Status Code: 400; Error Code: {code}; Request ID: {request};"
        " Proxy: null)",
    )
