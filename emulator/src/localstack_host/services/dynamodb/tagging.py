"""Tables for the Resource Groups Tagging API, which is moto's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.dynamodb.provider import engine

Tags = list[dict[str, str]]


@dataclass(frozen=True)
class TaggedTable:
    """A table, with the attributes that moto reads."""

    table_arn: str
    tags: Tags


@dataclass(frozen=True)
class TaggedTables:
    """The tables of an account in a region, in place of moto's backend for DynamoDB."""

    account: str
    region: str

    @property
    def tables(self) -> dict[str, TaggedTable]:
        """The tables by name."""
        store = engine().store
        with engine().lock:
            return {
                table.name: TaggedTable(table.arn, _pairs(table.tags))
                for table in store.space(self.account, self.region).tables.values()
            }

    def tag_resource(self, table_arn: str, tags: Tags) -> None:
        """Adds tags to a table."""
        self._call("TagResource", ResourceArn=table_arn, Tags=tags)

    def untag_resource(self, table_arn: str, tag_keys: list[str]) -> None:
        """Removes tags from a table."""
        self._call("UntagResource", ResourceArn=table_arn, TagKeys=tag_keys)

    def _call(self, operation: str, **parameters: Any) -> None:
        body = json.dumps(parameters).encode()
        answer = engine().handle(operation, body, self.account, self.region)
        if answer.status >= 400:
            refused = json.loads(answer.body)
            code = refused["__type"].rpartition("#")[2]
            raise CommonServiceException(code, refused.get("message", ""), sender_fault=True)


def _pairs(tags: dict[str, str]) -> Tags:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
