"""The policy simulator of IAM, with the evaluation that requests pass.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
As on AWS, policies of resources count only if they are in the request, and so do condition keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.iam.evaluation import (
    Caller,
    Decision,
    Policies,
    Request,
    Source,
    decide,
)
from localstack_host.services.iam.policies import MalformedPolicy, Policy, parse
from localstack_host.services.iam.policy_store import boundaries_of, policies_of

EXPLICIT = "with an explicit deny"


class PolicySimulator:
    """Answers in place of LocalStack's simulator, which knows neither wildcards nor conditions."""

    def simulate_principal_policy(self, context: Any, request: Any) -> Any:
        """The decisions about a role, user or group, with the boundary that it has."""
        arn = request["PolicySourceArn"]
        entity = _entity(context, arn)
        identity = (*policies_of(entity), *_parsed(request.get("PolicyInputList")))
        return _simulated(arn, identity, boundaries_of(entity), request)

    def simulate_custom_policy(self, _context: Any, request: Any) -> Any:
        """The decisions about the policies in the request."""
        caller = request.get("CallerArn") or ""
        return _simulated(caller, _parsed(request["PolicyInputList"]), (), request)


def _entity(context: Any, arn: str) -> Any:
    """The role, user or group (moto's) with an ARN."""
    backend = _backend(context)
    kind, _, name = arn.partition(":iam::")[2].partition(":")[2].partition("/")
    known = {"role": backend.roles, "user": backend.users, "group": backend.groups}.get(kind, {})
    wanted = name.rpartition("/")[2]
    found = next((one for one in list(known.values()) if one.name == wanted), None)
    if found is None:
        raise CommonServiceException("NoSuchEntity", f"{arn} cannot be found.", 404, True)
    return found


def _backend(context: Any) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[context.account_id][context.partition]


def _parsed(texts: Any) -> tuple[Policy, ...]:
    try:
        return tuple(parse(text) for text in texts or ())
    except MalformedPolicy as error:
        raise CommonServiceException("InvalidInput", str(error), 400, True) from error


Limits = tuple[tuple[Source, tuple[Policy, ...]], ...]


def _simulated(arn: str, identity: tuple[Policy, ...], own: Limits, request: Any) -> Any:
    given = _parsed(request.get("PermissionsBoundaryPolicyInputList"))
    resource = _parsed([request["ResourcePolicy"]] if request.get("ResourcePolicy") else ())
    policies = Policies(
        identity=identity,
        resource=resource[0] if resource else None,
        boundaries=((Source.BOUNDARY, given),) if given else own,
    )
    caller = Caller(arn, arn.split(":")[4] if arn.count(":") >= 5 else "", names=(arn,))
    keys = {"aws:principalarn": (arn,)} | _keys(request)
    return {
        "EvaluationResults": list(_results(caller, policies, keys, request)),
        "IsTruncated": False,
    }


def _keys(request: Any) -> dict[str, tuple[str, ...]]:
    entries = request.get("ContextEntries") or ()
    return {e["ContextKeyName"].lower(): tuple(e["ContextKeyValues"]) for e in entries}


def _results(
    caller: Caller, policies: Policies, keys: Mapping[str, tuple[str, ...]], request: Any
) -> Iterator[dict[str, Any]]:
    for action in request["ActionNames"]:
        for resource in request.get("ResourceArns") or ["*"]:
            decision = decide(Request(caller, action, resource, keys), policies)
            yield {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": _named(decision),
                "MatchedStatements": [],
                "MissingContextValues": [],
            }


def _named(decision: Decision) -> str:
    if decision.allowed:
        return "allowed"
    return "explicitDeny" if decision.reason.startswith(EXPLICIT) else "implicitDeny"
