"""What a policy says to a call, by the rules of IAM: enough of them for the policies here.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """An action on a resource (`*` if it has none), and what else AWS knows about the request."""

    action: str
    resource: str = "*"
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def allows(policy: Policy, call: Call) -> bool:
    """Whether a statement allows the call and none denies it."""
    effects = {s["Effect"] for s in listed(policy["Statement"]) if _applies(s, call)}
    return effects == {"Allow"}


def listed(element: Any) -> list[Any]:
    return list(element) if isinstance(element, list) else [element]


def matches(pattern: str, text: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _applies(statement: Mapping[str, Any], call: Call) -> bool:
    actions = [pattern.lower() for pattern in listed(statement["Action"])]
    conditions = statement.get("Condition", {})
    return (
        any(matches(pattern, call.action.lower()) for pattern in actions)
        and any(matches(pattern, call.resource) for pattern in listed(statement["Resource"]))
        and all(
            _holds(o, k, listed(v), call) for o, ks in conditions.items() for k, v in ks.items()
        )
    )


def _holds(operator: str, key: str, wanted: list[str], call: Call) -> bool:
    """A condition. An operator that is not here fails the test that needs it."""
    given = call.context.get(key)
    if given is None:
        return operator.endswith("IfExists") or operator.startswith("ForAllValues:")
    test = {"StringEquals": str.__eq__, "StringLike": matches, "ArnLike": matches}
    test |= {"ArnEquals": matches}
    compare = test[operator.removesuffix("IfExists").removeprefix("ForAllValues:")]
    values = [given] if isinstance(given, str) else given
    return all(any(compare(pattern, value) for pattern in wanted) for value in values)
