"""Distributed Map states: batches, child executions, results in a bucket, and changed limits."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localstack_host.host import process
from tests.integration.conftest import REGION, Cloud
from tests.integration.state_machines import Ended, machine, run
from tests.waiting import eventually

pytestmark = pytest.mark.exhaustive

PASS = {"Type": "Pass", "End": True}
ABOVE_TWO = {"Variable": "$", "NumericGreaterThan": 2, "Next": "Bad"}
# Numbers above two fail.
LOOK = {
    "Look": {"Type": "Choice", "Choices": [ABOVE_TWO], "Default": "Good"},
    "Good": PASS,
    "Bad": {"Type": "Fail", "Error": "TooLarge", "Cause": "It is above two."},
}


def a_map(states: dict[str, Any], kind: str = "STANDARD", **fields: Any) -> dict[str, Any]:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": next(iter(states)),
        "States": states,
    }
    return {"M": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


def map_run_of(ended: Ended) -> str:
    (started,) = ended.details("MapRunStarted")
    return str(started["mapRunArn"])


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    name = f"maps-{uuid.uuid4().hex[:8]}"
    place: Any = {"LocationConstraint": REGION}
    cloud.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return name


def test_items_are_put_together_after_they_were_selected(cloud: Cloud) -> None:
    batcher = {"MaxItemsPerBatchPath": "$.most", "BatchInput": {"shop.$": "$.shop"}}
    states = a_map(
        {"P": PASS},
        ItemsPath="$.items",
        ItemSelector={"n.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index"},
        ItemBatcher=batcher,
    )
    ended = run(cloud, states, {"most": 2, "shop": "s", "items": [5, 6, 7]})
    first, second = ended.output
    assert first == {"BatchInput": {"shop": "s"}, "Items": [{"n": 5, "at": 0}, {"n": 6, "at": 1}]}
    assert second == {"BatchInput": {"shop": "s"}, "Items": [{"n": 7, "at": 2}]}
    counted = cloud.client("stepfunctions").describe_map_run(mapRunArn=map_run_of(ended))
    assert counted["itemCounts"]["succeeded"] == 3
    assert counted["executionCounts"]["succeeded"] == 2


def test_a_batcher_may_have_expressions(cloud: Cloud) -> None:
    batcher = {"MaxItemsPerBatch": "{% $states.input.most %}", "BatchInput": {"a": "{% 1 + 1 %}"}}
    states = a_map({"P": PASS}, Items="{% $states.input.items %}", ItemBatcher=batcher)
    given = {"most": 2, "items": [1, 2, 3]}
    ended = run(cloud, states, given, QueryLanguage="JSONata")
    assert [each["Items"] for each in ended.output] == [[1, 2], [3]]
    assert ended.output[0]["BatchInput"] == {"a": 2}


def test_children_are_executions_that_are_counted_listed_and_described(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    ended = run(cloud, a_map(LOOK, Label="each", ToleratedFailureCount=1), [1, 2, 3])
    arn = map_run_of(ended)
    assert [each["Error"] if isinstance(each, dict) else each for each in ended.output] == [
        *(1, 2, "TooLarge"),
    ]
    counts = client.describe_map_run(mapRunArn=arn)
    expected = {"total": 3, "succeeded": 2, "failed": 1, "running": 0, "pending": 0}
    for kind in ("itemCounts", "executionCounts"):
        assert {name: counts[kind][name] for name in expected} == expected

    page = client.list_executions(mapRunArn=arn, maxResults=2)
    rest = client.list_executions(mapRunArn=arn, nextToken=page["nextToken"])
    listed = [*page["executions"], *rest["executions"]]
    assert sorted(each["status"] for each in listed) == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    (failed,) = client.list_executions(mapRunArn=arn, statusFilter="FAILED")["executions"]
    assert "/each:" in failed["executionArn"]
    told = client.describe_execution(executionArn=failed["executionArn"])
    assert (told["input"], told["error"], told["cause"]) == ("3", "TooLarge", "It is above two.")
    assert told["mapRunArn"] == arn
    events = client.get_execution_history(executionArn=failed["executionArn"])["events"]
    assert [event["type"] for event in events] == [
        *("ExecutionStarted", "ChoiceStateEntered", "ChoiceStateExited"),
        *("FailStateEntered", "ExecutionFailed"),
    ]
    assert events[-1]["executionFailedEventDetails"]["error"] == "TooLarge"


def test_express_children_are_not_listed(cloud: Cloud) -> None:
    ended = run(cloud, a_map({"P": PASS}, "EXPRESS"), [1, 2])
    assert ended.output == [1, 2]
    with pytest.raises(ClientError) as refused:
        cloud.client("stepfunctions").list_executions(mapRunArn=map_run_of(ended))
    assert refused.value.response["Error"]["Code"] == "StateMachineTypeNotSupported"


def test_the_first_failure_too_many_ends_the_run(cloud: Cloud) -> None:
    wait = {"Type": "Wait", "Seconds": 60, "Next": "Good"}
    states = LOOK | {"Look": LOOK["Look"] | {"Default": "Wait"}, "Wait": wait}
    ended = run(cloud, a_map(states, MaxConcurrency=2), [1, 3, 2, 2])
    assert ended.error == "States.ExceedToleratedFailureThreshold"
    client = cloud.client("stepfunctions")

    def is_over() -> bool:
        counts = client.describe_map_run(mapRunArn=map_run_of(ended))["executionCounts"]
        return bool((counts["failed"], counts["aborted"], counts["pending"]) == (1, 1, 2))

    eventually(is_over, "aborted child")


def test_a_run_is_aborted_with_its_execution(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    wait = {"W": {"Type": "Wait", "Seconds": 60, "End": True}}
    arn = machine(cloud, a_map(wait, MaxConcurrency=2, ToleratedFailurePercentage=100))
    execution = client.start_execution(stateMachineArn=arn, input="[1, 2, 3]")["executionArn"]
    (listed,) = eventually(
        lambda: client.list_map_runs(executionArn=execution)["mapRuns"], "map run"
    )

    def told() -> Any:
        return client.describe_map_run(mapRunArn=listed["mapRunArn"])

    eventually(lambda: told()["executionCounts"]["running"] == 2, "second child")
    client.stop_execution(executionArn=execution)
    eventually(lambda: told()["status"] == "ABORTED", "end of the run")
    eventually(lambda: told()["executionCounts"]["aborted"] == 2, "aborted children")
    assert told()["executionCounts"]["pending"] == 1
    assert client.describe_execution(executionArn=execution)["status"] == "ABORTED"
    client.delete_state_machine(stateMachineArn=arn)


def test_more_items_than_python_can_nest(cloud: Cloud) -> None:
    items = list(range(1100))
    ended = run(cloud, a_map({"P": PASS}, "EXPRESS", MaxConcurrency=1), items)
    assert ended.output == items


def test_results_are_written_to_a_bucket(cloud: Cloud, bucket: str) -> None:
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": bucket, "Prefix": "jobs"},
    }
    ended = run(cloud, a_map(LOOK, ToleratedFailureCount=1, ResultWriter=writer), [1, 3])

    def read(key: str) -> Any:
        return json.loads(cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())

    where = ended.output["ResultWriterDetails"]
    assert where["Bucket"] == bucket
    manifest = read(where["Key"])
    assert manifest["MapRunArn"] == ended.output["MapRunArn"] == map_run_of(ended)
    files = manifest["ResultFiles"]
    (good,), (bad,) = (read(files[name][0]["Key"]) for name in ("SUCCEEDED", "FAILED"))
    assert files["PENDING"] == []
    assert (good["Status"], good["Output"]) == ("SUCCEEDED", "1")
    assert (bad["Status"], bad["Error"]) == ("FAILED", "TooLarge")


def test_results_are_flattened_without_a_bucket(cloud: Cloud) -> None:
    writer = {"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSON"}}
    ended = run(cloud, a_map({"P": PASS}, ResultWriter=writer), [[1, 2], [3]])
    assert ended.output == [1, 2, 3]


@pytest.mark.parametrize(
    ("config", "text", "items"),
    [
        (
            {"InputType": "JSONL", "MaxItems": 2},
            '{"a":1}\n{"a":2}\n{"a":3}\n',
            [{"a": 1}, {"a": 2}],
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "PIPE"},
            "a|b\n1|x,y\n",
            [{"a": "1", "b": "x,y"}],
        ),
        ({"InputType": "JSON"}, "[1,2]", [1, 2]),
    ],
)
def test_items_are_read_from_a_bucket(
    cloud: Cloud, bucket: str, config: dict[str, Any], text: str, items: list[Any]
) -> None:
    cloud.client("s3").put_object(Bucket=bucket, Key="items", Body=text.encode())
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": config,
        "Parameters": {"Bucket": bucket, "Key": "items"},
    }
    assert run(cloud, a_map({"P": PASS}, ItemReader=reader)).output == items


@pytest.mark.parametrize(("config", "names"), [({}, ["a/1", "a/2"]), ({"MaxItems": 1}, ["a/1"])])
def test_items_are_the_objects_of_a_bucket(
    cloud: Cloud, bucket: str, config: dict[str, int], names: list[str]
) -> None:
    for name in ("a/1", "a/2", "b/3"):
        cloud.client("s3").put_object(Bucket=bucket, Key=name, Body=b"1")
    reader: dict[str, Any] = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket": bucket, "Prefix": "a/"},
    }
    if config:
        reader["ReaderConfig"] = config
    ended = run(cloud, a_map({"P": PASS}, ItemReader=reader))
    assert [each["Key"] for each in ended.output] == names
    reader["Parameters"]["Prefix"] = "nothing/"
    assert run(cloud, a_map({"P": PASS}, ItemReader=reader)).output == []


def test_limits_can_be_changed_while_a_run_goes_on(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    wait = {"W": {"Type": "Wait", "Seconds": 3, "Next": "F"}, "F": {"Type": "Fail", "Error": "E"}}
    arn = machine(cloud, a_map(wait, MaxConcurrency=1))
    execution = client.start_execution(stateMachineArn=arn, input="[1, 2, 3]")["executionArn"]
    (listed,) = eventually(
        lambda: client.list_map_runs(executionArn=execution)["mapRuns"], "map run"
    )
    client.update_map_run(
        mapRunArn=listed["mapRunArn"], maxConcurrency=3, toleratedFailurePercentage=100
    )

    def told() -> Any:
        return client.describe_map_run(mapRunArn=listed["mapRunArn"])

    eventually(lambda: told()["executionCounts"]["running"] == 3, "third child")
    assert (told()["maxConcurrency"], told()["toleratedFailurePercentage"]) == (3, 100)
    eventually(lambda: told()["status"] == "SUCCEEDED", "end of the run")
    assert told()["executionCounts"]["failed"] == 3
    client.delete_state_machine(stateMachineArn=arn)


def test_children_are_there_again_after_a_restart(own: process.Emulator) -> None:
    cloud = Cloud(own.endpoint)
    ended = run(cloud, a_map(LOOK, ToleratedFailureCount=1), [1, 3])
    arn = map_run_of(ended)
    process.stop()
    process.start(own.port)
    client = cloud.client("stepfunctions")
    assert client.describe_map_run(mapRunArn=arn)["itemCounts"]["failed"] == 1
    children = client.list_executions(mapRunArn=arn)["executions"]
    assert [each["status"] for each in children] == ["FAILED", "SUCCEEDED"]
    events = client.get_execution_history(executionArn=children[0]["executionArn"])["events"]
    assert events[-1]["type"] == "ExecutionFailed"
