"""AWS's errors for requests without credentials, or with malformed or unknown ones.

https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, and for S3, which has errors
of its own, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from localstack_host.localstack_api import CommonServiceException, ServiceException

# The codes of these protocols end with "Exception".
JSON = ("json", "smithy-rpc-v2-cbor")
REST_JSON = "rest-json"
# A hint that AWS's messages do not have: which keys are accepted.
KEYS = (
    "The emulator accepts the access key `test`, an account's twelve digits, and the keys that it"
    " has issued."
)


def missing(context: Any) -> CommonServiceException:
    """The error for a request without credentials."""
    service = context.service.service_name
    if service == "s3":
        return s3_denied()
    if service.startswith("sqs"):  # SQS treats the caller as anonymous
        text = f"Access to the resource {context.request.base_url} is denied."
        return _error("AccessDenied", text, HTTPStatus.FORBIDDEN)
    if context.protocol == REST_JSON:
        return _named(context, "MissingAuthenticationToken", "Missing Authentication Token")
    return _named(context, "MissingAuthenticationToken", "Request is missing Authentication Token")


def incomplete(context: Any, text: str) -> CommonServiceException:
    """The error for an incomplete Authorization header or presigned URL."""
    if context.service.service_name == "s3":
        message = f"The authorization header is malformed; {text}"
        return _error("AuthorizationHeaderMalformed", message, HTTPStatus.BAD_REQUEST)
    error = _named(context, "IncompleteSignature", text)
    if context.protocol != REST_JSON:
        error.status_code = HTTPStatus.BAD_REQUEST
    return error


def presigned_command() -> CommonServiceException:
    """The error for an operation that writes, in a presigned URL, which any program may open."""
    text = "The emulator accepts only operations that read in a presigned URL (X-Amz-Signature or"
    hint = "Signature in the query, with an Action). Sign it in the Authorization header."
    return _error("AccessDenied", f"{text} {hint}")


def unknown_access_key(context: Any, access_key: str) -> CommonServiceException:
    """The error for an access key that does not exist."""
    if context.service.service_name == "s3":
        return unknown_key_of_s3(access_key)
    text = f"The security token included in the request is invalid. ({access_key}) {KEYS}"
    is_json = context.protocol in (*JSON, REST_JSON)
    code = "UnrecognizedClientException" if is_json else "InvalidClientTokenId"
    return _error(code, text, _status(context))


def unknown_key_of_s3(access_key: str) -> CommonServiceException:
    """S3's error for an access key that does not exist."""
    text = "The AWS Access Key Id you provided does not exist in our records."
    return _error("InvalidAccessKeyId", f"{text} ({access_key}) {KEYS}")


def unreadable_token(context: Any) -> CommonServiceException:
    """The error for an invalid token of a subscription or of an identity provider."""
    code = "InvalidIdentityToken" if context.service.service_name == "sts" else "InvalidParameter"
    return _error(code, "The token or the ARN cannot be read.", HTTPStatus.BAD_REQUEST)


def unsupported_scheme() -> CommonServiceException:
    """S3's error for an Authorization header with another scheme."""
    return _error("InvalidArgument", "Unsupported Authorization Type", HTTPStatus.BAD_REQUEST)


def wrong_form(form: Mapping[str, str], access_key: str) -> ServiceException:
    """S3's error for a form whose policy was signed with another secret."""
    from localstack.services.s3.presigned_url import create_signature_does_not_match_sig_v2

    sent = form.get("x-amz-signature") or form.get("signature", "")
    return create_signature_does_not_match_sig_v2(sent, form["policy"], access_key)


def form_without_file() -> ServiceException:
    """S3's error for a form without a file."""
    from localstack.aws.api.s3 import InvalidArgument

    text = "POST requires exactly one file upload per request."
    return InvalidArgument(text, ArgumentName="file", ArgumentValue="0")


def s3_denied() -> CommonServiceException:
    """S3's error for a request that is not allowed."""
    return _error("AccessDenied", "Access Denied")


def _named(context: Any, code: str, text: str) -> CommonServiceException:
    is_json = context.protocol in (*JSON, REST_JSON)
    return _error(f"{code}Exception" if is_json else code, text, _status(context))


def _status(context: Any) -> HTTPStatus:
    return HTTPStatus.BAD_REQUEST if context.protocol in JSON else HTTPStatus.FORBIDDEN


def _error(
    code: str, text: str, status: HTTPStatus = HTTPStatus.FORBIDDEN
) -> CommonServiceException:
    # Some protocols are rendered with the name of the class, others with the code.
    error_class: type[CommonServiceException] = type(code, (CommonServiceException,), {})
    return error_class(code, text, status_code=status, sender_fault=True)
