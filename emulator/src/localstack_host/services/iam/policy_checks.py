"""Checks of policies and their number, before IAM stores them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstack_host.services.iam import identity_policies, quotas
from localstack_host.services.iam.quotas import Check, Request

Handler = Callable[[Any, Any], Any]


def _is_identity_policy(_backend: Any, request: Request) -> None:
    identity_policies.check(request["PolicyDocument"])


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "AttachGroupPolicy": (quotas.attachment("Group"),),
    "AttachRolePolicy": (quotas.attachment("Role"),),
    "AttachUserPolicy": (quotas.attachment("User"),),
    "CreatePolicy": (_is_identity_policy, quotas.managed_policy),
    "CreatePolicyVersion": (_is_identity_policy, quotas.managed_policy),
    "CreateRole": (quotas.trust_policy, quotas.boundary),
    "CreateUser": (quotas.boundary,),
    "PutGroupPolicy": (_is_identity_policy, quotas.inline_policy("Group")),
    "PutRolePermissionsBoundary": (quotas.boundary,),
    "PutRolePolicy": (_is_identity_policy, quotas.inline_policy("Role")),
    "PutUserPermissionsBoundary": (quotas.boundary,),
    "PutUserPolicy": (_is_identity_policy, quotas.inline_policy("User")),
    "UpdateAssumeRolePolicy": (quotas.trust_policy,),
}


def guard(handlers: Mapping[str, Handler], backend_of: Callable[[Any], Any]) -> dict[str, Handler]:
    """The operations of IAM, of which some look at the request first."""
    return {**handlers, **{name: _checked(handlers[name], name, backend_of) for name in CHECKS}}


def _checked(serve: Handler, operation: str, backend_of: Callable[[Any], Any]) -> Handler:
    def served(context: Any, request: Any) -> Any:
        backend = backend_of(context)
        for check in CHECKS[operation]:
            check(backend, request)
        return serve(context, request)

    return served
