"""Which policies apply, and whose the resource is."""

from __future__ import annotations

import pytest
from localstack.services.s3.models import s3_stores

from localstack_host.services.iam.policy_store import policies_for


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
