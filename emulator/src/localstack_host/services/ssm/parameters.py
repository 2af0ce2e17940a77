"""What Parameter Store checks before it stores a parameter. Pure functions.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
"""

from __future__ import annotations

import json
import re

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.regular_expressions import (
    InvalidExpression,
    RegularExpression,
)

STANDARD, ADVANCED, INTELLIGENT = "Standard", "Advanced", "Intelligent-Tiering"
LONGEST_VALUE = {STANDARD: 4096, ADVANCED: 8192}  # characters
MOST_LEVELS = 15
POLICY_TYPES = ("Expiration", "ExpirationNotification", "NoChangeNotification")
_NESTED = re.compile(r"\{\{[^{}]*\}\}")
_ALLOWED = re.compile(r"[A-Za-z0-9_.\-/]+")
_NOT_A_PATH = (
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin with"
    ' a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must'
    " use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore)."
    " Special characters are not allowed. All sub-paths, if specified, must use the forward slash"
    ' symbol "/". Valid example: /get/parameters2-/by1./path0_.'
)
_UPGRADE = (
    " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier."
    " For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "parameter-store-advanced-parameters.html"
)


def check_name(name: str) -> None:
    """Raises ValidationException or HierarchyLevelLimitExceededException for a new name."""
    if not _ALLOWED.fullmatch(name):
        raise invalid(
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path,'
            " it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a"
            " mix of letters, numbers and the following 3 symbols .-_"
        )
    if "/" in name and not name.startswith("/"):
        raise invalid("Parameter name must be a fully qualified name.")
    if len(name.strip("/").split("/")) > MOST_LEVELS:
        raise refused(
            "HierarchyLevelLimitExceededException",
            f"A hierarchy can have a maximum of {MOST_LEVELS} levels. For more information, see"
            " Requirements and constraints for parameter names in the AWS Systems Manager User"
            " Guide.",
        )


def check_value(value: str) -> None:
    """Raises ValidationException for a value that refers to another parameter."""
    if _NESTED.search(value):
        raise invalid(
            'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.'
        )


def check_path(path: str) -> None:
    """Raises ValidationException for a path below which no parameter can be."""
    if not path.startswith("/") or not _ALLOWED.fullmatch(path):
        raise invalid(_NOT_A_PATH)


def tier_of(requested: str | None, before: str | None, value: str, has_policies: bool) -> str:
    """The tier in which a value is stored; `before` is that of the version before.

    Raises ValidationException for a value that is too long for it, and for a way back from the
    advanced tier.
    """
    tier = requested or before or STANDARD
    if tier == INTELLIGENT:
        is_large = len(value) > LONGEST_VALUE[STANDARD] or has_policies
        tier = ADVANCED if is_large or before == ADVANCED else STANDARD
    if before == ADVANCED and tier == STANDARD:
        raise invalid(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from"
            " the advanced-parameter tier to the standard-parameter tier. If necessary, you can"
            " delete the advanced parameter and recreate it as a standard parameter. Be aware that"
            f" standard parameters have a value limit of {LONGEST_VALUE[STANDARD]} characters."
        )
    if len(value) > LONGEST_VALUE[tier]:
        name, hint = ("Standard tier", _UPGRADE) if tier == STANDARD else ("Advanced-tier", "")
        longest = LONGEST_VALUE[tier]
        raise invalid(
            f"{name} parameters support a maximum parameter value of {longest} characters.{hint}"
        )
    return tier


def check_pattern(pattern: str, value: str) -> None:
    """Raises the error of a pattern that is none, or that does not match the whole value."""
    try:
        matches = RegularExpression(pattern).fullmatch(value)
    except InvalidExpression as error:
        raise refused(
            "InvalidAllowedPatternException",
            f"The request does not meet the regular expression requirement: {error}",
        ) from error
    if not matches:
        raise refused(
            "ParameterPatternMismatchException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        )


def policies_of(text: str) -> str:
    """The policies of a request; empty for `[{}]`, which removes those of the version before.

    Raises the error of policies that are no list in JSON, or have no type that AWS knows.
    """
    try:
        policies = json.loads(text)
    except (ValueError, RecursionError):
        policies = None
    if not isinstance(policies, list) or not all(isinstance(one, dict) for one in policies):
        raise refused("InvalidPolicyAttributeException", f"Invalid policies: {text[:100]}")
    for one in filter(None, policies):
        if one.get("Type") not in POLICY_TYPES:
            raise refused(
                "InvalidPolicyTypeException",
                "The policy type isn't supported. Parameter Store supports the following policy"
                f" types: {', '.join(POLICY_TYPES[:-1])}, and {POLICY_TYPES[-1]}.",
            )
    return text if all(policies) else ""


def invalid(message: str) -> CommonServiceException:
    """A ValidationException."""
    return refused("ValidationException", message)


def refused(code: str, message: str) -> CommonServiceException:
    """An error that is the sender's."""
    return CommonServiceException(code, message, 400, sender_fault=True)
