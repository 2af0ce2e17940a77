"""How long temporary credentials may be good for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
and the pages of STS's operations, such as
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from localstack_host.gateway import constraints
from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.iam import sessions
from localstack_host.services.iam.required_permissions.roles import ROLE

SHORTEST_S = 900
LONGEST_S = {"AssumeRole": 12 * 3600, "Get": 36 * 3600}  # by the beginning of an operation's name
OF_A_ROLE_S = 3600  # MaxSessionDuration, unless the role has another
CHAINED_S = 3600  # of a role that another role assumes
DEFAULT_OF_A_USER_S = 12 * 3600
# An account's owner gets no longer one: a longer duration is taken as this.
OF_AN_OWNER_S = 3600


def of_user(requested: int | None, is_owner: bool) -> int:
    """The duration in seconds of a user's temporary key, or of an account's owner."""
    duration_s = requested or DEFAULT_OF_A_USER_S
    return min(duration_s, OF_AN_OWNER_S) if is_owner else duration_s


def check(operation: str, requested: int | None) -> None:
    """Raises STS's error for a duration in seconds that no credentials have."""
    if requested is None:
        return
    longest = next(s for name, s in LONGEST_S.items() if operation.startswith(name))
    for rule in constraints.outside("value", requested, SHORTEST_S, longest):
        violation = constraints.violation("durationSeconds", rule, requested)
        raise _invalid(constraints.detected([violation]))


def check_of_role(role_arn: str, requested: int | None, is_chained: bool) -> None:
    """Raises STS's error for a duration in seconds that the role's sessions do not have.

    What is no ARN of a role is refused later.
    """
    if requested is None:
        return
    if is_chained and requested > CHAINED_S:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining."
        )
    if not ROLE.fullmatch(role_arn):
        return
    role: Any = sessions.role_named(role_arn.split(":")[4], role_arn)
    if role is not None and requested > int(role.max_session_duration or OF_A_ROLE_S):
        raise _invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )


def _invalid(text: str) -> CommonServiceException:
    return CommonServiceException("ValidationError", text, HTTPStatus.BAD_REQUEST, True)
