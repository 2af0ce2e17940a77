"""The errors of Application Auto Scaling.

https://docs.aws.amazon.com/autoscaling/application/APIReference/CommonErrors.html
"""

from __future__ import annotations

from http import HTTPStatus

from localstack_host.localstack_api import CommonServiceException


def invalid(text: str) -> CommonServiceException:
    """The request cannot be carried out as it is."""
    return _error("ValidationException", text)


def not_found(text: str) -> CommonServiceException:
    """A target, policy or scheduled action does not exist."""
    return _error("ObjectNotFoundException", text)


def no_resource(arn: str) -> CommonServiceException:
    """Nothing that has tags has this ARN."""
    return _error("ResourceNotFoundException", f"Resource not found for ARN: {arn}")


def _error(code: str, text: str) -> CommonServiceException:
    return CommonServiceException(code, text, HTTPStatus.BAD_REQUEST, sender_fault=True)
