"""Functions that nobody waits for: asynchronous invocations and queues."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localstack_host.host import environment, ports, process
from localstack_host.services.lambda_ import queue_batches
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

# LocalStack's wait before the first retry, a minute as in AWS, is cut short for these tests.
RETRY_AFTER = {"LAMBDA_RETRY_BASE_DELAY": "1"}

FRAGILE = """
def handle(event, context):
    if event["order"] == "bad":
        raise ValueError("bad order")
    return {"done": event["order"]}
"""

SLOW = "import time\ndef handle(event, context): time.sleep(0.5)\n"

PARTIAL = """
import json
def handle(event, context):
    failed = [r["messageId"] for r in event["Records"] if json.loads(r["body"])["order"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}
"""

AT_WORK = "ApproximateNumberOfMessagesNotVisible"


@pytest.fixture(scope="module")
def impatient(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An emulator that tries again soon.

    The session's own (`endpoint`) comes first: it sets LOCALSTACK_HOST_HOME for good.
    """
    usual = environment._settings
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALSTACK_HOST_HOME", str(tmp_path_factory.mktemp("impatient")))
        patch.setattr(environment, "_settings", lambda port: usual(port) | RETRY_AFTER)
        yield Cloud(process.start(ports.any_free()).endpoint)
        process.stop()


class Queue:
    """A queue that things end up in."""

    def __init__(self, cloud: Cloud, **attributes: str) -> None:
        self._client = cloud.client("sqs")
        name = f"queue-{uuid.uuid4().hex[:8]}" + ".fifo" * ("FifoQueue" in attributes)
        self.url = self._client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        asked = self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = str(asked["Attributes"]["QueueArn"])

    def put(self, body: Any, **more: str) -> None:
        more |= {"MessageDeduplicationId": uuid.uuid4().hex} if "MessageGroupId" in more else {}
        self._client.send_message(QueueUrl=self.url, MessageBody=json.dumps(body), **more)

    def next(self) -> Any:
        """The body of the next message, waited for."""
        found: list[Any] = []

        def received() -> bool:
            answer = self._client.receive_message(QueueUrl=self.url, WaitTimeSeconds=1)
            found.extend(answer.get("Messages", []))
            return bool(found)

        wait_for(received, "the queue is empty")
        return json.loads(found[0]["Body"])

    def count(self) -> int:
        return self._counted("ApproximateNumberOfMessages", AT_WORK)

    def at_work(self) -> int:
        return self._counted(AT_WORK)

    def _counted(self, *names: str) -> int:
        asked = self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return sum(int(asked["Attributes"][name]) for name in names)


def send(cloud: Cloud, name: str, order: str) -> None:
    answer = cloud.client("lambda").invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps({"order": order})
    )
    assert answer["StatusCode"] == 202


def configured(cloud: Cloud, queue: Queue, outcome: str, **settings: Any) -> str:
    name = cloud.function(FRAGILE)
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={outcome: {"Destination": queue.arn}}, **settings
    )
    return name


def test_a_success_goes_to_its_destination(impatient: Cloud) -> None:
    queue = Queue(impatient)
    send(impatient, configured(impatient, queue, "OnSuccess"), "good")
    record = queue.next()
    assert record["requestContext"]["condition"] == "Success"
    assert record["requestPayload"] == {"order": "good"}
    assert record["responsePayload"] == {"done": "good"}


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_a_failure_goes_to_its_destination_after_its_retries(
    impatient: Cloud, retries: int
) -> None:
    queue = Queue(impatient)
    settings = {} if retries == 2 else {"MaximumRetryAttempts": retries}  # 2 is Lambda's default
    send(impatient, configured(impatient, queue, "OnFailure", **settings), "bad")
    record = queue.next()
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == retries + 1
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorMessage"] == "bad order"


def test_an_event_that_grows_too_old_is_given_up(cloud: Cloud) -> None:
    """With the minute that AWS waits before the first retry, which is then too late."""
    queue = Queue(cloud)
    send(cloud, configured(cloud, queue, "OnFailure", MaximumEventAgeInSeconds=60), "bad")
    record = queue.next()
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 1


def test_a_failure_goes_to_the_dead_letter_queue(impatient: Cloud) -> None:
    queue = Queue(impatient)
    name = impatient.function(FRAGILE, DeadLetterConfig={"TargetArn": queue.arn})
    send(impatient, name, "bad")
    assert queue.next() == {"order": "bad"}


def test_an_event_to_a_function_that_is_throttled_waits_for_its_turn(impatient: Cloud) -> None:
    queue = Queue(impatient)
    name = configured(impatient, queue, "OnSuccess")
    impatient.client("lambda").put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=1
    )
    for number in range(5):
        send(impatient, name, str(number))
    assert {queue.next()["responsePayload"]["done"] for _ in range(5)} == set("01234")


@pytest.mark.parametrize(("fifo", "most"), [(False, queue_batches.BATCHES), (True, 1)])
def test_several_batches_of_a_full_queue_are_at_work_at_a_time_but_of_a_fifo_queue_one(
    impatient: Cloud, fifo: bool, most: int
) -> None:
    queue = Queue(impatient, **({"FifoQueue": "true"} if fifo else {}))
    for number in range(6):
        queue.put(number, **({"MessageGroupId": "one"} if fifo else {}))
    impatient.client("lambda").create_event_source_mapping(
        FunctionName=impatient.function(SLOW), EventSourceArn=queue.arn, BatchSize=1
    )
    at_work: set[int] = set()

    def is_done() -> bool:
        at_work.add(queue.at_work())
        return queue.count() == 0

    wait_for(is_done, "messages are left", timeout_s=60)
    assert max(at_work) == most


def test_only_the_messages_that_failed_stay_in_the_queue(impatient: Cloud) -> None:
    dead = Queue(impatient)
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
    queue = Queue(impatient, VisibilityTimeout="4", RedrivePolicy=redrive)
    for body in ("good", "bad", "good"):
        queue.put({"order": body})
    impatient.client("lambda").create_event_source_mapping(
        FunctionName=impatient.function(PARTIAL, Timeout=4),
        EventSourceArn=queue.arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    assert dead.next() == {"order": "bad"}
    wait_for(lambda: queue.count() == 0, "messages are left")
    assert dead.count() == 1


def test_a_queue_that_does_not_fit_the_function_is_refused(cloud: Cloud) -> None:
    sqs, client = cloud.client("sqs"), cloud.client("lambda")
    function = cloud.function("def handle(event, context):\n    pass\n", Timeout=31)
    name = f"probe-{uuid.uuid4().hex[:8]}"
    sqs.create_queue(QueueName=name)
    sqs.create_queue(
        QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "31"}
    )
    arn = f"arn:aws:sqs:us-east-2:000000000000:{name}"
    short = "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds"
    with pytest.raises(ClientError, match=short):
        client.create_event_source_mapping(FunctionName=function, EventSourceArn=arn)
    fifo = {"FunctionName": function, "EventSourceArn": f"{arn}.fifo", "Enabled": False}
    with pytest.raises(ClientError, match="Batching window is not supported for FIFO queues"):
        client.create_event_source_mapping(**fifo, MaximumBatchingWindowInSeconds=1)
    mapping = client.create_event_source_mapping(**fifo)["UUID"]
    with pytest.raises(ClientError, match="Batching window is not supported for FIFO queues"):
        client.update_event_source_mapping(UUID=mapping, MaximumBatchingWindowInSeconds=1)
    client.delete_event_source_mapping(UUID=mapping)
