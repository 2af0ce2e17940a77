"""Roles that may use some items and attributes of a table, and its PartiQL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.roles import Role, allow
from tests.integration.test_permissions import arn, refusal

EQUAL = "ForAllValues:StringEquals"
SPECIFIC = {"StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}


@pytest.fixture
def role(cloud: Cloud) -> Role:
    return Role(cloud)


def test_a_statement_wants_the_permission_of_its_kind(cloud: Cloud, role: Role) -> None:
    table = cloud.table("id")
    place, client = arn("dynamodb", f"table/{table}"), role.client("dynamodb")
    select = f"SELECT * FROM \"{table}\" WHERE id = '1'"
    calls: list[tuple[Any, dict[str, Any]]] = [
        (client.execute_statement, {"Statement": select}),
        (client.batch_execute_statement, {"Statements": [{"Statement": select}]}),
        (client.execute_transaction, {"TransactStatements": [{"Statement": select}]}),
    ]
    for call, parameters in calls:
        role.may(allow("dynamodb:GetItem", place), allow("dynamodb:PartiQLInsert", place))
        code, message, _ = refusal(call, **parameters)
        assert code == "AccessDeniedException"
        assert f"to perform: dynamodb:PartiQLSelect on resource: {place}" in message
        role.may(allow("dynamodb:PartiQLSelect", place))
        call(**parameters)
    own = {EQUAL: {"dynamodb:LeadingKeys": ["1"]}}
    scans = {"Bool": {"dynamodb:FullTableScan": "true"}}
    denied = allow("*", Condition=scans) | {"Effect": "Deny"}
    role.may(allow("dynamodb:PartiQL*", place, Condition=own), denied)
    client.execute_statement(Statement=f"INSERT INTO \"{table}\" VALUE {{'id': '1'}}")
    client.execute_statement(Statement=select)
    for other in (
        select.replace("'1'", "'2'"),
        f'SELECT * FROM "{table}"',
        f"DELETE FROM \"{table}\" WHERE id = '2'",
    ):
        assert refusal(client.execute_statement, Statement=other)[0] == "AccessDeniedException"


def test_attributes_that_a_role_may_not_use_are_not_read_written_or_compared(
    cloud: Cloud, role: Role
) -> None:
    table, names = cloud.table("id"), ["id", "shown"]
    condition = {EQUAL: {"dynamodb:Attributes": names}} | SPECIFIC
    role.may(allow("dynamodb:*", arn("dynamodb", f"table/{table}"), Condition=condition))
    client, key = role.client("dynamodb"), {"TableName": table, "Key": {"id": {"S": "1"}}}
    text = {":v": {"S": "x"}}
    client.update_item(**key, UpdateExpression="SET shown = :v", ExpressionAttributeValues=text)
    client.get_item(**key, ProjectionExpression="id, shown")
    client.execute_statement(Statement=f"SELECT shown FROM \"{table}\" WHERE id = '1'")
    refused: list[tuple[Any, dict[str, Any]]] = [
        (client.get_item, key),
        (client.get_item, key | {"ProjectionExpression": "secret"}),
        (client.put_item, {"TableName": table, "Item": {"id": {"S": "1"}, "secret": {"S": ""}}}),
        (client.update_item, key | {"UpdateExpression": "SET shown = secret"}),
        (client.delete_item, key | {"ConditionExpression": "attribute_exists(secret)"}),
        (client.scan, {"TableName": table}),
        (client.execute_statement, {"Statement": f'SELECT * FROM "{table}"'}),
        (client.execute_statement, {"Statement": f'SELECT secret FROM "{table}"'}),
    ]
    for call, parameters in refused:
        assert refusal(call, **parameters)[0] == "AccessDeniedException"
