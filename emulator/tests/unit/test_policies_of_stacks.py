"""The resource types that grant permissions and that LocalStack does not create."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ResourceProviderExecutor,
)

DOCUMENT = {"Version": "2012-10-17", "Statement": []}
ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
OF_ROLE = {"PolicyName": "p", "RoleName": "r"}
OF_USER = {"PolicyName": "p", "UserName": "u"}
OF_GROUP = {"PolicyName": "p", "GroupName": "g"}
TYPES = [
    ("AWS::IAM::RolePolicy", "PolicyDocument", OF_ROLE, OF_ROLE, "iam.put_role_policy"),
    ("AWS::IAM::UserPolicy", "PolicyDocument", OF_USER, OF_USER, "iam.put_user_policy"),
    ("AWS::IAM::GroupPolicy", "PolicyDocument", OF_GROUP, OF_GROUP, "iam.put_group_policy"),
    (
        *("AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
        *({"ResourceArn": ARN}, {"ResourceARN": ARN}, "kinesis.put_resource_policy"),
    ),
    (
        *("AWS::Logs::ResourcePolicy", "PolicyDocument"),
        *({"PolicyName": "p"}, {"policyName": "p"}, "logs.put_resource_policy"),
    ),
]


class Clients:
    """Clients of all services, which note what is called."""

    def __init__(self, path: str = "", calls: list[tuple[str, Any]] | None = None) -> None:
        self._path = path
        self.calls: list[tuple[str, Any]] = [] if calls is None else calls

    def __getattr__(self, name: str) -> Clients:
        return Clients(f"{self._path}.{name}".lstrip("."), self.calls)

    def __call__(self, **parameters: Any) -> None:
        self.calls.append((self._path, parameters))


@pytest.mark.parametrize(
    ("kind", "source", "model", "identity", "operation"), TYPES, ids=[row[0] for row in TYPES]
)
def test_a_policy_is_put_changed_and_deleted(
    kind: str, source: str, model: dict[str, str], identity: dict[str, str], operation: str
) -> None:
    provider = ResourceProviderExecutor.try_load_resource_provider(kind)
    clients = Clients()
    request = SimpleNamespace(
        aws_client_factory=clients, desired_state={**model, source: DOCUMENT}, custom_context={}
    )
    ended = [provider.create(request), provider.update(request), provider.delete(request)]
    assert [one.status for one in ended] == [OperationStatus.SUCCESS] * 3
    (first, written), again, deleted = clients.calls
    assert (first, written) == again
    assert first == operation
    (document,) = [json.loads(written[name]) for name in written if name not in identity]
    assert document == DOCUMENT
    assert written.items() > identity.items()
    assert deleted == (operation.replace("put_", "delete_"), identity)


@pytest.mark.parametrize(
    ("kind", "source", "model", "identity", "operation"), TYPES, ids=[row[0] for row in TYPES]
)
def test_a_policy_with_another_name_is_another_one(
    kind: str, source: str, model: dict[str, str], identity: dict[str, str], operation: str
) -> None:
    schema = ResourceProviderExecutor.try_load_resource_provider(kind).SCHEMA
    assert schema["createOnlyProperties"] == [f"/properties/{name}" for name in model]


def test_a_document_that_is_text_stays_as_it_is() -> None:
    provider = ResourceProviderExecutor.try_load_resource_provider("AWS::Logs::ResourcePolicy")
    clients = Clients()
    model = {"PolicyName": "p", "PolicyDocument": '{"Statement": []}'}
    request = SimpleNamespace(aws_client_factory=clients, desired_state=model, custom_context={})
    provider.create(request)
    ((_, written),) = clients.calls
    assert written["policyDocument"] == '{"Statement": []}'
