"""How AWS says that a request is not signed, not signed well, or signed by nobody it knows.

https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, and for S3, which has words
of its own, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from localstack_host.localstack_api import CommonServiceException

# These name an error with "Exception" at its end.
JSON = ("json", "smithy-rpc-v2-cbor")
REST_JSON = "rest-json"
# What AWS need not say: which keys there are.
KEYS = (
    "The emulator knows the access key `test`, an account's twelve digits, and keys of the form"
    " that AWS gives out."
)


def missing(context: Any) -> CommonServiceException:
    """The error for a request without credentials."""
    service = context.service.service_name
    if service == "s3":
        return s3_denied()
    if service.startswith("sqs"):  # nobody is a principal there, and is not allowed this
        said = f"Access to the resource {context.request.base_url} is denied."
        return _error("AccessDenied", said, HTTPStatus.FORBIDDEN)
    if context.protocol == REST_JSON:
        return _named(context, "MissingAuthenticationToken", "Missing Authentication Token")
    return _named(context, "MissingAuthenticationToken", "Request is missing Authentication Token")


def incomplete(context: Any, text: str) -> CommonServiceException:
    """The error for an Authorization header or a presigned URL that lacks something."""
    if context.service.service_name == "s3":
        said = f"The authorization header is malformed; {text}"
        return _error("AuthorizationHeaderMalformed", said, HTTPStatus.BAD_REQUEST)
    error = _named(context, "IncompleteSignature", text)
    if context.protocol != REST_JSON:
        error.status_code = HTTPStatus.BAD_REQUEST
    return error


def by_address() -> CommonServiceException:
    """The error for a command whose signature is in its address, where anything may follow it."""
    text = "The emulator takes no command that is signed in the address (X-Amz-Signature or"
    more = "Signature in the query, with an Action). Sign it in the Authorization header."
    return _error("AccessDenied", f"{text} {more}")


def not_known(context: Any, access_key: str) -> CommonServiceException:
    """The error for an access key that is nobody's."""
    if context.service.service_name == "s3":
        text = "The AWS Access Key Id you provided does not exist in our records."
        return _error("InvalidAccessKeyId", f"{text} ({access_key}) {KEYS}")
    text = f"The security token included in the request is invalid. ({access_key}) {KEYS}"
    is_json = context.protocol in (*JSON, REST_JSON)
    code = "UnrecognizedClientException" if is_json else "InvalidClientTokenId"
    return _error(code, text, _status(context))


def not_readable(context: Any) -> CommonServiceException:
    """The error for a token, of a subscription or of an identity provider, that is none."""
    code = "InvalidIdentityToken" if context.service.service_name == "sts" else "InvalidParameter"
    return _error(code, "The token or the ARN cannot be read.", HTTPStatus.BAD_REQUEST)


def other_scheme() -> CommonServiceException:
    """S3's error for an Authorization header that is no signature at all."""
    return _error("InvalidArgument", "Unsupported Authorization Type", HTTPStatus.BAD_REQUEST)


def s3_denied() -> CommonServiceException:
    """S3's error for everything that nobody may do."""
    return _error("AccessDenied", "Access Denied")


def _named(context: Any, code: str, text: str) -> CommonServiceException:
    is_json = context.protocol in (*JSON, REST_JSON)
    return _error(f"{code}Exception" if is_json else code, text, _status(context))


def _status(context: Any) -> HTTPStatus:
    return HTTPStatus.BAD_REQUEST if context.protocol in JSON else HTTPStatus.FORBIDDEN


def _error(
    code: str, text: str, status: HTTPStatus = HTTPStatus.FORBIDDEN
) -> CommonServiceException:
    # Some protocols are told the name of the class, and others the code.
    named: type[CommonServiceException] = type(code, (CommonServiceException,), {})
    return named(code, text, status_code=status, sender_fault=True)
