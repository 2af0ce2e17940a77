"""Types of CloudFormation that grant permissions, and that LocalStack only pretends to create.

A stack with one of them succeeds without the policy, and where permissions are enforced, what the
policy allows is refused.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-resourcepolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-rolepolicy.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
)
from plux import PluginSpec

Properties = dict[str, Any]


@dataclass(frozen=True)
class PolicyType:
    """A type whose resource is put and deleted by one operation each, as PutRolePolicy."""

    name: str
    service: str
    # What both operations end with.
    operation: str
    # The properties that identify the resource, and the parameters that they become.
    identifiers: Mapping[str, str]
    document: tuple[str, str] = ("PolicyDocument", "PolicyDocument")

    def put(self, client: Any, model: Properties) -> None:
        """Creates the policy, or replaces its document."""
        source, parameter = self.document
        document = model[source]
        text = document if isinstance(document, str) else json.dumps(document)
        put = getattr(client, f"put_{self.operation}")
        put(**self._identity(model), **{parameter: text})

    def delete(self, client: Any, model: Properties) -> None:
        """Deletes the policy."""
        getattr(client, f"delete_{self.operation}")(**self._identity(model))

    def _identity(self, model: Properties) -> Properties:
        return {parameter: model[name] for name, parameter in self.identifiers.items()}


class PolicyProvider(ResourceProvider[Properties]):
    """Creates, changes and deletes resources of one of these types."""

    def __init__(self, kind: PolicyType) -> None:
        names = [f"/properties/{name}" for name in kind.identifiers]
        self.SCHEMA = {"primaryIdentifier": names, "createOnlyProperties": names}
        self._kind = kind

    def create(self, request: Any) -> Any:
        """Puts the policy."""
        self._kind.put(self._client(request), request.desired_state)
        return _done(request)

    def update(self, request: Any) -> Any:
        """Replaces the document; a policy that is identified otherwise is another one."""
        return self.create(request)

    def delete(self, request: Any) -> Any:
        """Deletes the policy."""
        self._kind.delete(self._client(request), request.desired_state)
        return _done(request)

    def _client(self, request: Any) -> Any:
        return getattr(request.aws_client_factory, self._kind.service)


class PolicyPlugin(CloudFormationResourceProviderPlugin):
    """What LocalStack loads for one of these types."""

    def __init__(self, kind: PolicyType) -> None:
        self.factory = partial(PolicyProvider, kind)


def _done(request: Any) -> Any:
    return ProgressEvent(
        status=OperationStatus.SUCCESS,
        resource_model=request.desired_state,
        custom_context=request.custom_context,
    )


def _plugin(kind: PolicyType) -> PluginSpec:
    return PluginSpec(PolicyPlugin.namespace, kind.name, partial(PolicyPlugin, kind))


def _inline(principal: str) -> PluginSpec:
    """The inline policies of a role, a user or a group."""
    names = ("PolicyName", f"{principal}Name")
    kind = f"AWS::IAM::{principal}Policy"
    operation = f"{principal.lower()}_policy"
    return _plugin(PolicyType(kind, "iam", operation, dict(zip(names, names, strict=True))))


group_policy = _inline("Group")
role_policy = _inline("Role")
user_policy = _inline("User")
logs_policy = _plugin(
    PolicyType(
        "AWS::Logs::ResourcePolicy",
        *("logs", "resource_policy", {"PolicyName": "policyName"}),
        ("PolicyDocument", "policyDocument"),
    )
)
kinesis_policy = _plugin(
    PolicyType(
        "AWS::Kinesis::ResourcePolicy",
        *("kinesis", "resource_policy", {"ResourceArn": "ResourceARN"}),
        ("ResourcePolicy", "Policy"),
    )
)
