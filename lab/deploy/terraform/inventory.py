"""Lists everything in AWS that an environment may consist of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from lab.core.target import Target

NOT_THERE = frozenset({"InternalFailure", "501", "NotImplemented"})
"""The error codes of an emulator for a service that it lacks: nothing can be left there."""

ACCOUNT = "ACCOUNT"
"""A placeholder for the account's number in the arguments of a call."""


@dataclass(frozen=True)
class Listing:
    """A list operation: the list in its response, and the field with the name of an item.

    Without a `key` the items are names. `remove` is the command that deletes an item; in it,
    `{Field}` is a field of the item, and `{}` its name.
    """

    service: str
    operation: str
    items: str
    key: str
    remove: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """An existing resource: its service, its name, and the command that deletes it."""

    service: str
    name: str
    remove: str


class NotAllowed(Exception):
    """AWS denies a list operation."""


LISTINGS = (
    Listing("dynamodb", "list_tables", "TableNames", "", "delete-table --table-name {}"),
    Listing(
        "lambda",
        "list_functions",
        "Functions",
        "FunctionName",
        "delete-function --function-name {}",
    ),
    Listing(
        "lambda",
        "list_event_source_mappings",
        "EventSourceMappings",
        "EventSourceArn",
        "delete-event-source-mapping --uuid {UUID}",
    ),
    Listing(
        "stepfunctions",
        "list_state_machines",
        "stateMachines",
        "name",
        "delete-state-machine --state-machine-arn {stateMachineArn}",
    ),
    Listing("apigateway", "get_rest_apis", "items", "name", "delete-rest-api --rest-api-id {id}"),
    Listing("apigateway", "get_api_keys", "items", "name", "delete-api-key --api-key {id}"),
    Listing(
        "apigateway", "get_usage_plans", "items", "name", "delete-usage-plan --usage-plan-id {id}"
    ),
    Listing("sqs", "list_queues", "QueueUrls", "", "delete-queue --queue-url {}"),
    Listing("sns", "list_topics", "Topics", "TopicArn", "delete-topic --topic-arn {}"),
    Listing(
        "sns",
        "list_subscriptions",
        "Subscriptions",
        "TopicArn",
        "unsubscribe --subscription-arn {SubscriptionArn}",
    ),
    Listing("events", "list_event_buses", "EventBuses", "Name", "delete-event-bus --name {}"),
    Listing("events", "list_rules", "Rules", "Name", "delete-rule --force --name {}"),
    Listing("ssm", "describe_parameters", "Parameters", "Name", "delete-parameter --name {}"),
    Listing("iam", "list_roles", "Roles", "RoleName", "delete-role --role-name {}"),
    Listing(
        "iam",
        "list_policies",
        "Policies",
        "PolicyName",
        "delete-policy --policy-arn {Arn}",
        {"Scope": "Local"},
    ),
    Listing(
        "logs",
        "describe_log_groups",
        "logGroups",
        "logGroupName",
        "delete-log-group --log-group-name {}",
    ),
    Listing(
        "logs",
        "describe_query_definitions",
        "queryDefinitions",
        "name",
        "delete-query-definition --query-definition-id {queryDefinitionId}",
    ),
    Listing(
        "cloudwatch",
        "describe_alarms",
        "MetricAlarms",
        "AlarmName",
        "delete-alarms --alarm-names {}",
    ),
    Listing(
        "cloudwatch",
        "describe_alarms",
        "CompositeAlarms",
        "AlarmName",
        "delete-alarms --alarm-names {}",
        {"AlarmTypes": ["CompositeAlarm"]},
    ),
    Listing(
        "cloudwatch",
        "list_dashboards",
        "DashboardEntries",
        "DashboardName",
        "delete-dashboards --dashboard-names {}",
    ),
    Listing("s3", "list_buckets", "Buckets", "Name", "rb --force s3://{}"),
    Listing("kms", "list_aliases", "Aliases", "AliasName", "delete-alias --alias-name {}"),
    Listing("ses", "list_identities", "Identities", "", "delete-identity --identity {}"),
    Listing(
        "backup",
        "list_backup_vaults",
        "BackupVaultList",
        "BackupVaultName",
        "delete-backup-vault --backup-vault-name {}",
    ),
    Listing(
        "backup",
        "list_backup_plans",
        "BackupPlansList",
        "BackupPlanName",
        "delete-backup-plan --backup-plan-id {BackupPlanId}",
    ),
    Listing(
        "wafv2",
        "list_web_acls",
        "WebACLs",
        "Name",
        "delete-web-acl --scope REGIONAL --name {} --id {Id} --lock-token {LockToken}",
        {"Scope": "REGIONAL"},
    ),
    Listing(
        "cognito-idp",
        "list_user_pools",
        "UserPools",
        "Name",
        "delete-user-pool --user-pool-id {Id}",
        {"MaxResults": 60},
    ),
    Listing("cloudtrail", "list_trails", "Trails", "Name", "delete-trail --name {}"),
    Listing(
        "budgets",
        "describe_budgets",
        "Budgets",
        "BudgetName",
        f"delete-budget --account-id {ACCOUNT} --budget-name {{}}",
        {"AccountId": ACCOUNT},
    ),
)
"""Everything that the modules can create."""


def resources(target: Target, listing: Listing) -> Iterator[Resource]:
    """Yields every resource of a list. Raises NotAllowed if AWS denies the operation."""
    for item in rows(target, listing.service, listing.operation, listing.items, listing.arguments):
        name = item[listing.key] if listing.key else item
        fields = item if isinstance(item, dict) else {}
        yield Resource(listing.service, name, _command(listing, name, fields))


def rows(
    target: Target,
    service: str,
    operation: str,
    items: str,
    arguments: Mapping[str, Any] | None = None,
) -> Iterator[Any]:
    """Yields the items of all pages; none if an emulator lacks the service."""
    client = target.client(service)
    values = {name: _argument(target, value) for name, value in (arguments or {}).items()}
    try:
        for page in _pages(client, operation, values):
            yield from page.get(items, ())
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if target.endpoint is not None and code in NOT_THERE:
            return
        raise NotAllowed(f"{service} ({code})") from error
    except EndpointConnectionError as error:
        raise NotAllowed(f"{service} (not in {target.region})") from error


def _pages(client: Any, operation: str, arguments: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    if client.can_paginate(operation):
        pages: Iterable[dict[str, Any]] = client.get_paginator(operation).paginate(**arguments)
        return pages
    return [getattr(client, operation)(**arguments)]


def _argument(target: Target, value: Any) -> Any:
    if value != ACCOUNT:
        return value
    return str(target.client("sts").get_caller_identity()["Account"])


def _command(listing: Listing, name: str, fields: Mapping[str, Any]) -> str:
    command = listing.remove.format(name, **fields)
    return f"aws {listing.service} {command}".replace(ACCOUNT, "$ACCOUNT")
