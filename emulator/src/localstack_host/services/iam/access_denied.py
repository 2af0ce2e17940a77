"""AWS's errors for denied requests: code, status and message depend on the service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from http import HTTPStatus

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.iam.evaluation import Decision, Request

# By IAM's prefix. Services of the older protocols (query and REST-XML) have the shorter code.
CODES = {
    "cloudwatch": "AccessDenied",
    "iam": "AccessDenied",
    "s3": "AccessDenied",
    "ses": "AccessDenied",
    "sns": "AuthorizationError",
    "sqs": "AccessDenied",
    "sts": "AccessDenied",
}
BAD_REQUEST = {  # JSON protocols
    "application-autoscaling",
    "budgets",
    "cloudtrail",
    "cognito-idp",
    "dynamodb",
    "events",
    "kms",
    "logs",
    "ssm",
    "states",
    "tag",
    "wafv2",
}
# A hint that AWS's messages do not have: which keys are accepted.
KEYS = (
    "The emulator accepts the access key `test`, an account's twelve digits, and the keys that it"
    " has issued."
)
IN_S3 = "Check your key and signing method."
ELSEWHERE = (
    "Check your AWS Secret Access Key and signing method."
    " Consult the service documentation for details."
)


def refusal(service: str, request: Request, decision: Decision) -> CommonServiceException:
    """The error of a service for a denied request: of the one that was called.

    It may want an action of another service, such as iam:PassRole.
    """
    return _error(service, message(request, decision))


def not_understood(service: str, text: str) -> CommonServiceException:
    """The error for a request whose required permissions cannot be determined."""
    return _error(service, f"The emulator cannot check this request's permissions: {text}")


def unknown_key(service: str, key: str) -> CommonServiceException:
    """The error for an access key, or a session token, that was never issued."""
    if service == "s3":
        text = "The AWS Access Key Id you provided does not exist in our records."
        return _error(service, f"{text} ({key}) {KEYS}", "InvalidAccessKeyId")
    code = "InvalidClientTokenId" if service in CODES else "UnrecognizedClientException"
    text = "The security token included in the request is invalid."
    return _error(service, f"{text} ({key}) {KEYS}", code)


def expired(service: str) -> CommonServiceException:
    """The error for temporary credentials that have expired."""
    if service == "s3":
        error = _error(service, "The provided token has expired.", "ExpiredToken")
        error.status_code = HTTPStatus.BAD_REQUEST
        return error
    code = "ExpiredToken" if service in CODES else "ExpiredTokenException"
    return _error(service, "The security token included in the request is expired", code)


def with_session(operation: str) -> CommonServiceException:
    """STS's error for an operation that temporary credentials cannot be used for."""
    return _error("sts", f"Cannot call {operation} with session credentials")


def wrong_mfa() -> CommonServiceException:
    """STS's error for a device that is not the caller's, or a code that cannot be one."""
    text = "MultiFactorAuthentication failed with invalid MFA one time pass code."
    return _error("sts", f"{text} ")


def wrong_codes() -> CommonServiceException:
    """IAM's error for codes that are not two consecutive ones of a device."""
    text = "Authentication code for device is not valid."
    return _error("iam", text, "InvalidAuthenticationCode")


def wrong_signature(service: str) -> CommonServiceException:
    """The error for a signature that was not made with the secret of its access key."""
    code = "SignatureDoesNotMatch" if service in CODES else "InvalidSignatureException"
    hint = IN_S3 if service == "s3" else ELSEWHERE
    text = "The request signature we calculated does not match the signature you provided."
    return _error(service, f"{text} {hint}", code)


def _error(service: str, text: str, code: str = "") -> CommonServiceException:
    status = HTTPStatus.BAD_REQUEST if service in BAD_REQUEST else HTTPStatus.FORBIDDEN
    error_code = code or CODES.get(service, "AccessDeniedException")
    return CommonServiceException(error_code, text, status_code=status, sender_fault=True)


def message(request: Request, decision: Decision) -> str:
    """AWS's message, in the format of the service."""
    caller, action, resource = request.caller.arn, request.action, request.resource
    service = action.partition(":")[0]
    reason = decision.reason
    if service == "ses":
        return f"User `{caller}' is not authorized to perform `{action}' on resource `{resource}'"
    if service in SPELLINGS:
        spelled = SPELLINGS[service](action)
        action, reason = spelled, reason.replace(action, spelled)
    quoted = f'"{resource}"' if service == "s3" else resource
    return f"User: {caller} is not authorized to perform: {action} on resource: {quoted} {reason}"


SPELLINGS = {
    "sns": lambda action: action.replace("sns:", "SNS:"),
    "sqs": str.lower,
}
