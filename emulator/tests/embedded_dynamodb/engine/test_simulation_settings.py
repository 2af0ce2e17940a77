"""Settings of what AWS does under load: off at first, changed at run time, checked."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from embedded_dynamodb.engine import Engine
from embedded_dynamodb.settings import Settings

Client = Any

WRONG = [
    ({"stale_read_seconds": -1}, "stale_read_seconds is -1: give a number of seconds from 0 to"),
    ({"stale_read_seconds": "1"}, "stale_read_seconds is '1': give a number of seconds from 0"),
    ({"stale_read_seconds": float("nan")}, "stale_read_seconds is nan: give a number of seconds"),
    ({"stale_read_seconds": 601}, "stale_read_seconds is 601: give a number of seconds from 0"),
    ({"stale_read_seconds": True}, "stale_read_seconds is True: give a number of seconds from 0"),
    ({"transaction_seconds": 61}, "transaction_seconds is 61: give a number of seconds from 0 to"),
    ({"burst_seconds": None}, "burst_seconds is None: give a number of seconds from 0 to 3600"),
    ({"throttling": 1}, "throttling is 1: give true or false."),
    ({"partition_read_units": 0}, "partition_read_units is 0: give a whole number of units from"),
    ({"partition_write_units": 1.5}, "partition_write_units is 1.5: give a whole number of units"),
    ({"on_demand_read_units": True}, "on_demand_read_units is True: give a whole number of units"),
    ({"on_demand_write_units": 10**13}, "on_demand_write_units is 10000000000000: give a whole"),
    ({"stale": 1}, "There is no setting 'stale'. Settings are: stale_read_seconds, "),
]


def test_everything_is_off_at_first() -> None:
    settings = Engine().settings
    assert (settings.stale_read_seconds, settings.transaction_seconds) == (0, 0)
    assert settings.throttling is False
    assert settings == Settings()


@pytest.mark.parametrize(("values", "message"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_value_is_named_and_changes_nothing(values: dict[str, Any], message: str) -> None:
    engine = Engine()
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        engine.configure({"throttling": True} | values)
    assert str(caught.value).startswith(message)
    assert engine.settings == Settings()


def test_some_are_changed_and_the_others_stay() -> None:
    engine = Engine(settings=Settings(partition_read_units=7))
    given = json.loads('{"stale_read_seconds": 1, "transaction_seconds": 0.02}')
    settings = engine.configure(given)
    assert settings is engine.settings
    assert json.loads(json.dumps(settings.as_dict())) == {
        "stale_read_seconds": 1,
        "transaction_seconds": 0.02,
        "throttling": False,
        "burst_seconds": 300,
        "on_demand_read_units": 40_000,
        "on_demand_write_units": 40_000,
        "partition_read_units": 7,
        "partition_write_units": 1_000,
        "restore_delay_seconds": 0,
        "control_plane_seconds": 0,
    }
    engine.configure({"throttling": True})
    assert engine.settings.stale_read_seconds == 1


def test_an_engine_can_begin_with_them(client: Client, clock: Any) -> None:
    client.engine = Engine(clock=clock, settings=Settings(stale_read_seconds=1))
    client.table("orders")
    client.put("orders", p="a")
    assert client.get("orders", p="a") is None
    clock.now += 1
    assert client.get("orders", p="a") is not None


def start(*options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "embedded_dynamodb", *options],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_server_has_an_option_for_each() -> None:
    shown = start("--help").stdout
    for name in Settings().as_dict():
        assert f"--{name.replace('_', '-')}" in shown


def test_the_server_says_what_is_wrong_with_an_option() -> None:
    done = start("--port", "0", "--stale-read-seconds", "-2")
    assert done.returncode == 2
    assert "stale_read_seconds is -2.0: give a number of seconds from 0 to 600." in done.stderr


def test_the_server_uses_its_options() -> None:
    import boto3

    command = [sys.executable, "-m", "embedded_dynamodb", "--port", "0"]
    options = ["--throttling", "--partition-write-units", "1", "--stale-read-seconds", "600"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            dynamodb = boto3.client(
                "dynamodb",
                endpoint_url=process.stdout.readline().split()[-1],
                region_name="us-east-1",
                aws_access_key_id="any",
                aws_secret_access_key="any",
                config=boto3.session.Config(retries={"total_max_attempts": 1}),
            )
            dynamodb.create_table(
                TableName="orders",
                KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            key = {"p": {"S": "a"}}
            dynamodb.put_item(TableName="orders", Item=key)
            assert "Item" not in dynamodb.get_item(TableName="orders", Key=key)
            with pytest.raises(dynamodb.exceptions.ThrottlingException) as caught:
                dynamodb.put_item(TableName="orders", Item=key)
            assert caught.value.response["throttlingReasons"] == [
                {
                    "reason": "TableWriteKeyRangeThroughputExceeded",
                    "resource": "arn:aws:dynamodb:us-east-1:000000000000:table/orders",
                }
            ]
        finally:
            process.kill()
