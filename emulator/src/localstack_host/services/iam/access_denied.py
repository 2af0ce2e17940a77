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


def refusal(request: Request, decision: Decision) -> CommonServiceException:
    """The service's error for a denied request."""
    service = request.action.partition(":")[0]
    return _error(service, message(request, decision))


def not_understood(service: str, text: str) -> CommonServiceException:
    """The error for a request whose required permissions cannot be determined."""
    return _error(service, f"The emulator cannot check this request's permissions: {text}")


def no_such_session(service: str) -> CommonServiceException:
    """The error for temporary credentials that were never issued."""
    code = "InvalidClientTokenId" if service in CODES else "UnrecognizedClientException"
    return _error(service, "The security token included in the request is invalid.", code)


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
