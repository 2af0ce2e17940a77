"""Which policies apply, and whose the resource is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from localstack.services.s3.models import s3_stores
from moto.logs.models import logs_backends

from localstack_host.services.iam.evaluation import Request, decide
from localstack_host.services.iam.policies import MalformedPolicy
from localstack_host.services.iam.policy_store import policies_for
from tests.unit.iam.asked import EVENTS


@pytest.mark.parametrize(
    ("resource", "owner"),
    [
        ("arn:aws:s3:::of-another", "1" * 12),
        ("arn:aws:s3:::of-another/orders/1.html", "1" * 12),
        ("arn:aws:s3:::nobodys/1.html", ""),
        ("arn:aws:sqs:us-east-2:000000000000:notes", ""),  # the ARN has it
        ("*", ""),
    ],
)
def test_the_owner_of_a_bucket_is_known_though_its_arn_does_not_say(
    monkeypatch: pytest.MonkeyPatch, resource: str, owner: str
) -> None:
    buckets = s3_stores["000000000000"]["us-east-1"].global_bucket_map
    monkeypatch.setitem(buckets, "of-another", "1" * 12)

    assert policies_for("s3:GetObject", resource, None, None).owner == owner


GROUP = "arn:aws:logs:us-east-2:000000000000:log-group:/aws/events/{}:log-stream:1"


def put(monkeypatch: pytest.MonkeyPatch, **documents: Any) -> None:
    """Sets the resource policies of CloudWatch Logs."""
    backend = logs_backends["000000000000"]["us-east-2"]
    monkeypatch.setattr(backend, "resource_policies", {})
    for name, statements in documents.items():
        text = statements if isinstance(statements, str) else json.dumps({"Statement": statements})
        backend.put_resource_policy(name, text)


def to_events(group: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:us-east-2:000000000000:log-group:/aws/events/{group}:*",
    }


def test_a_log_group_is_open_to_whom_any_resource_policy_of_logs_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def may(group: str) -> bool:
        need = ("logs:PutLogEvents", GROUP.format(group))
        return decide(Request(EVENTS, *need, {}), policies_for(*need, None, None)).allowed

    put(monkeypatch)
    assert not may("orders")
    put(monkeypatch, one=to_events("orders"), two=[to_events("notes-*")])
    assert [may(group) for group in ("orders", "notes-1", "others")] == [True, True, False]
    put(monkeypatch, one=to_events("orders"), two=[to_events("orders") | {"Effect": "Deny"}])
    assert not may("orders")
    put(monkeypatch, one="[]")
    with pytest.raises(MalformedPolicy):
        may("orders")
