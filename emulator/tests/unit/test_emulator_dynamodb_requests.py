"""moto with and without its search for a form's fields: every request has the same answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.core.responses import BaseResponse
from moto.dynamodb.responses import DynamoHandler
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from localstack_host.services.dynamodb.request_parsing import setup_class

TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ITEM = {"id": {"S": "ä=1&b=2"}, "text": {"S": "Grüße, 茶 \\n"}}
KEY = {"id": ITEM["id"]}
CONDITION = "attribute_not_exists(id)"
REQUESTS: tuple[tuple[str, Any], ...] = (
    ("ListTables", {}),
    ("ListTables", None),
    ("CreateTable", TABLE),
    ("PutItem", {"TableName": "orders", "Item": ITEM}),
    ("PutItem", {"TableName": "orders", "Item": ITEM, "ConditionExpression": CONDITION}),
    ("GetItem", {"TableName": "orders", "Key": KEY}),
    ("GetItem", {"TableName": "nowhere", "Key": KEY}),
    ("Scan", {"TableName": "orders", "Limit": 1}),
    ("DeleteTable", {"TableName": "orders"}),
)
CONTENT_TYPES = ("application/x-amz-json-1.0", "application/x-www-form-urlencoded")


def sent(operation: str, body: Any, content_type: str) -> Any:
    request = Request(
        EnvironBuilder(
            method="POST",
            headers={
                "X-Amz-Target": f"DynamoDB_20120810.{operation}",
                "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/",
                "Content-Type": content_type,
            },
            data=b"" if body is None else json.dumps(body, ensure_ascii=False).encode(),
        ).get_environ()
    )
    status, _headers, answer = DynamoHandler.dispatch(request, request.url, request.headers)
    return status, _without_time(json.loads(answer))


def _without_time(answer: Any) -> Any:
    described = answer.get("Table") or answer.get("TableDescription") or {}
    for changing in ("CreationDateTime", "TableId"):
        described.pop(changing, None)
    return answer


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_request_has_the_same_answer(content_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = [sent(name, body, CONTENT_TYPES[0]) for name, body in REQUESTS]
    monkeypatch.setattr(DynamoHandler, "setup_class", setup_class)
    assert [sent(name, body, content_type) for name, body in REQUESTS] == usual


def test_a_form_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DynamoHandler, "setup_class", setup_class)
    monkeypatch.setattr(Request, "form", property(lambda _: pytest.fail("it was")))
    assert DynamoHandler.setup_class is not BaseResponse.setup_class
    assert sent("ListTables", {}, CONTENT_TYPES[0])[0] == 200
