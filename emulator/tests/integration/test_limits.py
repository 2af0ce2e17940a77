"""Limits of SQS and SNS, filters that know types, and what S3 says of itself."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import arn, refusal
from tests.integration.test_permissions_of_services import Queue
from tests.integration.waiting import wait_for

UNSUPPORTED = (
    " Reason: Amazon SQS can't create the redrive allow policy,"
    " as it\u2019s in an unsupported format."
)


@pytest.fixture
def queue(cloud: Cloud) -> Queue:
    return Queue(cloud)


def attributes(count: int) -> dict[str, dict[str, str]]:
    return {f"a{n}": {"DataType": "String", "StringValue": "x"} for n in range(count)}


def test_a_message_has_at_most_ten_attributes(queue: Queue) -> None:
    send = queue.client.send_message
    code, message, _ = refusal(
        send, QueueUrl=queue.url, MessageBody="x", MessageAttributes=attributes(11)
    )
    assert code == "InvalidParameterValue"
    assert message == "Number of message attributes [11] exceeds the allowed maximum [10]."
    entries = [
        {"Id": str(count), "MessageBody": "x", "MessageAttributes": attributes(count)}
        for count in (10, 11)
    ]
    sent = queue.client.send_message_batch(QueueUrl=queue.url, Entries=entries)
    assert [one["Id"] for one in sent["Successful"]] == ["10"]
    assert [one["Id"] for one in sent["Failed"]] == ["11"]


@pytest.mark.parametrize(("delay", "accepted"), [(0, True), (900, True), (901, False)])
def test_a_message_is_delayed_for_a_quarter_of_an_hour_at_most(
    queue: Queue, delay: int, accepted: bool
) -> None:
    message = {"QueueUrl": queue.url, "MessageBody": "x", "DelaySeconds": delay}
    if accepted:
        queue.client.send_message(**message)
    else:
        assert refusal(queue.client.send_message, **message)[0] == "InvalidParameterValue"


def redrive(target: str, count: str = "3") -> dict[str, str]:
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": count})}


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"VisibilityTimeout": "43201"}, ""),
        ({"DelaySeconds": "-1"}, ""),
        ({"MessageRetentionPeriod": "a week"}, ""),
        ({"SqsManagedSseEnabled": "perhaps"}, ""),
        ({"Policy": "{"}, ""),
        ({"RedriveAllowPolicy": json.dumps({"redrivePermission": "byQueue"})}, UNSUPPORTED),
    ],
)
def test_a_queues_attribute_has_a_possible_value(
    queue: Queue, attributes: dict[str, str], reason: str
) -> None:
    (name,) = attributes
    wrong = f"Invalid value for the parameter {name}.{reason}"
    created = {"QueueName": f"probe-{uuid.uuid4().hex[:8]}", "Attributes": attributes}
    assert refusal(queue.client.create_queue, **created)[:2] == ("InvalidAttributeValue", wrong)
    changed = {"QueueUrl": queue.url, "Attributes": attributes}
    assert refusal(queue.client.set_queue_attributes, **changed)[1] == wrong
    stored = queue.client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])
    assert stored["Attributes"].get(name) != attributes[name]


def test_a_dead_letter_queue_says_whose_it_is(cloud: Cloud, queue: Queue) -> None:
    dead_letters, other = Queue(cloud), Queue(cloud)
    policy = {"redrivePermission": "byQueue", "sourceQueueArns": [queue.arn]}
    dead_letters.client.set_queue_attributes(
        QueueUrl=dead_letters.url, Attributes={"RedriveAllowPolicy": json.dumps(policy)}
    )
    right = redrive(dead_letters.arn)
    queue.client.set_queue_attributes(QueueUrl=queue.url, Attributes=right)
    asked = {"QueueUrl": other.url, "Attributes": right}
    assert refusal(other.client.set_queue_attributes, **asked)[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"MaxNumberOfMessages": 0}, "Must be between 1 and 10, if provided."),
        ({"VisibilityTimeout": 43_201}, "Must be >= 0 and <= 43200, if provided."),
    ],
)
def test_a_message_is_received_within_limits(
    queue: Queue, asked: dict[str, int], reason: str
) -> None:
    ((name, value),) = asked.items()
    code, message, _ = refusal(queue.client.receive_message, QueueUrl=queue.url, **asked)
    assert code == "InvalidParameterValue"
    assert message == f"Value {value} for parameter {name} is invalid. Reason: {reason}"


def test_a_message_is_visible_again_twelve_hours_after_it_was_received(queue: Queue) -> None:
    queue.client.send_message(QueueUrl=queue.url, MessageBody="x")
    (message,) = queue.client.receive_message(QueueUrl=queue.url)["Messages"]
    held = {"QueueUrl": queue.url, "ReceiptHandle": message["ReceiptHandle"]}
    queue.client.change_message_visibility(**held, VisibilityTimeout=43_000)
    _, said, _ = refusal(queue.client.change_message_visibility, **held, VisibilityTimeout=43_200)
    assert said.endswith(
        "Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("ten", "Can't cast the value of message (user) attribute 'a' to a number."),
        ("-1.5e3", ""),
    ],
)
def test_a_number_of_a_message_is_one(queue: Queue, value: str, said: str) -> None:
    attribute = {"a": {"DataType": "Number", "StringValue": value}}
    message = {"QueueUrl": queue.url, "MessageBody": "x", "MessageAttributes": attribute}
    if said:
        assert refusal(queue.client.send_message, **message)[1] == said
    else:
        queue.client.send_message(**message)


def test_a_batch_says_which_entries_are_the_senders_fault(queue: Queue) -> None:
    entries = [
        {"Id": "1", "MessageBody": "x", "DelaySeconds": 901},
        {"Id": "2", "MessageBody": "y"},
    ]
    sent = queue.client.send_message_batch(QueueUrl=queue.url, Entries=entries)
    assert [(one["Code"], one["SenderFault"]) for one in sent["Failed"]] == [
        ("InvalidParameterValue", True)
    ]
    deleted = queue.client.delete_message_batch(
        QueueUrl=queue.url, Entries=[{"Id": "1", "ReceiptHandle": "nobodys"}]
    )
    assert [(one["Code"], one["SenderFault"]) for one in deleted["Failed"]] == [
        ("ReceiptHandleIsInvalid", True)
    ]


def test_a_queue_is_purged_once_a_minute(queue: Queue) -> None:
    queue.client.purge_queue(QueueUrl=queue.url)
    code, said, _ = refusal(queue.client.purge_queue, QueueUrl=queue.url)
    assert code == "AWS.SimpleQueueService.PurgeQueueInProgress"
    assert said.endswith("is allowed every 60 seconds.")


def test_a_dead_letter_queue_is_of_the_same_type_and_there(cloud: Cloud, queue: Queue) -> None:
    sqs, name = cloud.client("sqs"), f"probe-{uuid.uuid4().hex[:8]}"
    fifo = {"FifoQueue": "true"}
    first_in = sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo)["QueueUrl"]
    wrong = {
        queue.url: (arn("sqs", f"{name}.fifo"), arn("sqs", "nobodys")),
        first_in: (queue.arn, arn("sqs", "nobodys.fifo")),
    }
    for url, targets in wrong.items():
        for target in targets:
            asked = {"QueueUrl": url, "Attributes": redrive(target)}
            assert refusal(sqs.set_queue_attributes, **asked)[0] == "InvalidParameterValue"
    for count in ("0", "1001"):
        asked = {"QueueUrl": queue.url, "Attributes": redrive(queue.arn, count)}
        assert refusal(sqs.set_queue_attributes, **asked)[0] == "InvalidParameterValue"
    asked = {"QueueName": f"{name}-2.fifo", "Attributes": fifo | redrive(queue.arn)}
    assert refusal(sqs.create_queue, **asked)[0] == "InvalidParameterValue"
    for url in wrong:
        stored = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
        assert "Attributes" not in stored, "nothing is stored of what was refused"

    right = redrive(arn("sqs", f"{name}.fifo"))
    url = sqs.create_queue(QueueName=f"{name}-2.fifo", Attributes=fifo | right)["QueueUrl"]
    for made in (url, first_in):
        sqs.delete_queue(QueueUrl=made)


@pytest.mark.parametrize(
    ("subject", "accepted"),
    [("s" * 100, True), ("Grüße", True), ("s" * 101, False), ("a\nb", False), ("a\tb", False)],
)
def test_a_subject_is_one_line_of_a_hundred_characters(
    cloud: Cloud, subject: str, accepted: bool
) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"probe-{uuid.uuid4().hex[:8]}")["TopicArn"]
    entry = {"Id": "1", "Message": "x", "Subject": subject}
    for publish, message in (
        (sns.publish, {"Message": "x", "Subject": subject}),
        (sns.publish_batch, {"PublishBatchRequestEntries": [entry]}),
    ):
        if accepted:
            publish(TopicArn=topic, **message)
        else:
            code, text, _ = refusal(publish, TopicArn=topic, **message)
            assert (code, text) == ("InvalidParameter", "Invalid parameter: Subject")
    sns.delete_topic(TopicArn=topic)


def test_a_fifo_topic_delivers_to_queues_only(cloud: Cloud, queue: Queue) -> None:
    sns, name = cloud.client("sns"), f"probe-{uuid.uuid4().hex[:8]}.fifo"
    topic = sns.create_topic(Name=name, Attributes={"FifoTopic": "true"})["TopicArn"]
    for protocol, endpoint in (("email", "a@example.com"), ("lambda", arn("lambda", "function:f"))):
        asked = {"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint}
        assert refusal(sns.subscribe, **asked)[0] == "InvalidParameter"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    sns.delete_topic(TopicArn=topic)


NUMBERS = {"n 1": ("Number", "1"), "n 1.0": ("Number", "1.0"), "n 10": ("Number", "10")}
MESSAGES = NUMBERS | {
    "s 1": ("String", "1"),
    "s 10": ("String", "10"),
    "a 10": ("String.Array", '[10, "1"]'),
}


@pytest.mark.parametrize(
    ("conditions", "delivered"),
    [
        ([1], {"n 1", "n 1.0"}),
        ([{"numeric": ["=", 1]}], {"n 1", "n 1.0"}),
        ([{"numeric": [">", 5]}], {"n 10", "a 10"}),
        ([{"anything-but": [1]}], {"n 10", "s 1", "s 10", "a 10"}),
        ([{"prefix": "1"}], {"n 1", "n 1.0", "n 10", "s 1", "s 10"}),
    ],
)
def test_filters_tell_numbers_from_texts(
    cloud: Cloud, queue: Queue, conditions: list[Any], delivered: set[str]
) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"probe-{uuid.uuid4().hex[:8]}")["TopicArn"]
    queue.trust("sns", topic)
    settings = {"FilterPolicy": json.dumps({"value": conditions}), "RawMessageDelivery": "true"}
    if conditions == [{"prefix": "1"}]:  # arrays of numbers have no prefixes
        messages = {name: value for name, value in MESSAGES.items() if name != "a 10"}
    else:
        messages = MESSAGES
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=settings)
    for name, (kind, value) in messages.items():
        described = {"value": {"DataType": kind, "StringValue": value}}
        sns.publish(TopicArn=topic, Message=name, MessageAttributes=described)

    got: set[str] = set()

    def all_have_come() -> bool:
        received = queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
        got.update(message["Body"] for message in received.get("Messages", []))
        return got >= delivered

    wait_for(all_have_come, "some have not come")
    assert got == delivered
    sns.delete_topic(TopicArn=topic)


def test_s3_names_itself_in_every_response(cloud: Cloud) -> None:
    listed = cloud.client("s3").list_buckets()["ResponseMetadata"]["HTTPHeaders"]
    assert listed["server"] == "AmazonS3"
    signed = cloud.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": "nobodys", "Key": "k"}
    )
    missing = httpx.get(signed)
    assert (missing.status_code, missing.headers["server"]) == (404, "AmazonS3")


@pytest.mark.parametrize(
    ("protocol", "address", "said"),
    [
        ("email", "nobody", "Invalid parameter: Email address"),
        ("lambda", "a-function", "Invalid parameter: Lambda endpoint ARN"),
    ],
)
def test_an_endpoint_has_the_form_of_its_protocol(
    cloud: Cloud, protocol: str, address: str, said: str
) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"probe-{uuid.uuid4().hex[:8]}")["TopicArn"]
    asked = {"TopicArn": topic, "Protocol": protocol, "Endpoint": address}
    assert refusal(sns.subscribe, **asked)[:2] == ("InvalidParameter", said)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Colour", "oak", "Invalid parameter: AttributeName"),
        ("Policy", "{", "Invalid parameter: Policy Error: null"),
    ],
)
def test_a_topic_has_the_attributes_that_there_are(
    cloud: Cloud, name: str, value: str, said: str
) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"probe-{uuid.uuid4().hex[:8]}")["TopicArn"]
    wrong = {"TopicArn": topic, "AttributeName": name, "AttributeValue": value}
    assert refusal(sns.set_topic_attributes, **wrong)[:2] == ("InvalidParameter", said)
    for known in ("DisplayName", "LambdaSuccessFeedbackSampleRate"):
        sns.set_topic_attributes(TopicArn=topic, AttributeName=known, AttributeValue="1")
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == "1"


def test_a_filter_policy_is_an_object(cloud: Cloud, queue: Queue) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"probe-{uuid.uuid4().hex[:8]}")["TopicArn"]
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    asked = {"AttributeName": "FilterPolicy", "AttributeValue": '"oak"'}
    code, said, _ = refusal(sns.set_subscription_attributes, SubscriptionArn=subscription, **asked)
    assert (code, said) == (
        "InvalidParameter",
        "Invalid parameter: FilterPolicy: Filter is not an object",
    )
