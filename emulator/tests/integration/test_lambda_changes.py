"""What Lambda refuses of changes is not stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud, zipped
from tests.integration.waiting import wait_for

ECHO = "def handle(event, context):\n    return event\n"
# What is asked for an alias of version 1, the error's code, and a part of its message.
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"weights": {"2": 1.5}}, "ValidationException", "less than or equal to 1.0"),
    ({"weights": {"1": 0.5}}, "InvalidParameterValueException", "is already included"),
    ({"weights": {"$LATEST": 0.5}}, "ValidationException", "pattern: [0-9]+"),
    ({"weights": {"99": 0.5}}, "ResourceNotFoundException", "Function not found"),
    ({"weights": {"2": 0.1, "3": 0.1}}, "InvalidParameterValueException", "greater than 1"),
    ({"version": "99"}, "ResourceNotFoundException", "Function not found"),
    (
        {"version": "$LATEST", "weights": {"2": 0.1}},
        "InvalidParameterValueException",
        "$LATEST is not supported for an alias pointing to more than 1 version",
    ),
    ({"version": "2", "weights": {"2": 0.1}}, "InvalidParameterValueException", "included"),
]


def refusal_of(operation: Any, **request: Any) -> str:
    """The code of the error; empty if there is none."""
    try:
        operation(**request)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def settled(cloud: Cloud, function: str) -> None:
    wait_for(
        lambda: cloud.state(function)["LastUpdateStatus"] == "Successful", "it is still updated"
    )


def test_an_update_that_is_refused_beside_another_is_not_stored(cloud: Cloud) -> None:
    function, client = cloud.function(ECHO), cloud.client("lambda")

    def update(text: str) -> str:
        return refusal_of(
            client.update_function_configuration, FunctionName=function, Description=text
        )

    for turn in range(5):
        texts = [f"{turn}-{number}" for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            refusals = dict(zip(texts, pool.map(update, texts), strict=True))
        settled(cloud, function)
        assert refusals[cloud.state(function)["Description"]] == ""
        assert set(refusals.values()) <= {"", "ResourceConflictException"}


def test_nothing_is_changed_or_published_while_an_update_is_in_progress(cloud: Cloud) -> None:
    function, client = cloud.function(ECHO), cloud.client("lambda")
    for number in range(10):
        client.update_function_configuration(FunctionName=function, Description=f"{number}")
        before = cloud.state(function)["CodeSha256"]
        code = zipped({"app.py": f"{ECHO}# {number}"})
        refused = refusal_of(client.update_function_code, FunctionName=function, ZipFile=code)
        settled(cloud, function)
        after = cloud.state(function)
        assert after["Description"] == f"{number}"
        assert (after["CodeSha256"] == before) == (refused == "ResourceConflictException")
    client.publish_version(FunctionName=function)


@pytest.mark.parametrize("kind", ["nobody", "not trusted"])
def test_a_role_that_lambda_cannot_assume_is_refused_at_an_update(cloud: Cloud, kind: str) -> None:
    function = cloud.function(ECHO)
    role = cloud.state(function)["Role"]
    wrong = {
        "nobody": "arn:aws:iam::000000000000:role/nobody",
        "not trusted": cloud.role(Service="sqs.amazonaws.com"),
    }[kind]
    update = cloud.client("lambda").update_function_configuration
    message = r"InvalidParameterValueException.*The role defined .* cannot be assumed by Lambda\."
    with pytest.raises(ClientError, match=message):
        update(FunctionName=function, Role=wrong, Description="changed")
    assert (cloud.state(function)["Role"], cloud.state(function)["Description"]) == (role, "")
    update(FunctionName=function, Role=cloud.role())


def test_an_alias_is_checked_alike_when_it_is_created_and_updated(cloud: Cloud) -> None:
    function, client = cloud.function(ECHO), cloud.client("lambda")
    client.publish_version(FunctionName=function)
    cloud.update(function, f"{ECHO}# 2")
    client.publish_version(FunctionName=function)
    alias = {"FunctionName": function, "Name": "live"}
    before = client.create_alias(**alias, FunctionVersion="1")
    for asked, code, message in WRONG:
        wrong = {"RoutingConfig": {"AdditionalVersionWeights": asked.get("weights", {})}}
        if "version" in asked:
            wrong["FunctionVersion"] = asked["version"]
        for operation, name, settings in (
            (client.update_alias, "live", wrong),
            (client.create_alias, "other", {"FunctionVersion": "1"} | wrong),
        ):
            with pytest.raises(ClientError) as raised:
                operation(FunctionName=function, Name=name, **settings)
            error = raised.value.response["Error"]
            assert error["Code"] == code
            assert message in error["Message"]
    after = client.get_alias(**alias)
    assert after["RevisionId"] == before["RevisionId"]
