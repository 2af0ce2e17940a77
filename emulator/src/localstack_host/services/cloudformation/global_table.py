"""AWS::DynamoDB::GlobalTable with a replica in the stack's region, which AWS makes a plain table.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
"""

from __future__ import annotations

from typing import Any

from localstack.services.cloudformation import provider_utils
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent

Properties = dict[str, Any]

_SAME = (
    "AttributeDefinitions",
    "BillingMode",
    "KeySchema",
    "LocalSecondaryIndexes",
    "TableName",
)
_OF_REPLICA = ("DeletionProtectionEnabled", "TableClass", "Tags")
_NOT_SUPPORTED = ("ContributorInsightsSpecification", "KinesisStreamSpecification")


def create_table(request: Any) -> Any:
    """Begins to create the table, or says why it cannot be created."""
    model: Properties = request.desired_state
    refused = refusal(model, request.region_name)
    if refused is not None:
        return _event(request, OperationStatus.FAILED, refused)
    if not model.get("TableName"):
        model["TableName"] = provider_utils.generate_default_name(
            stack_name=request.stack_name, logical_resource_id=request.logical_resource_id
        )
    dynamodb = request.aws_client_factory.dynamodb
    table = dynamodb.create_table(**parameters(model))["TableDescription"]
    model |= {"Arn": table["TableArn"], "TableId": table["TableId"]}
    if "LatestStreamArn" in table:
        model["StreamArn"] = table["LatestStreamArn"]
    name = {"TableName": model["TableName"]}
    dynamodb.get_waiter("table_exists").wait(**name, WaiterConfig={"Delay": 1})
    if (model.get("TimeToLiveSpecification") or {}).get("Enabled"):
        expiry = model["TimeToLiveSpecification"]
        dynamodb.update_time_to_live(**name, TimeToLiveSpecification=expiry)
    if recovery := model["Replicas"][0].get("PointInTimeRecoverySpecification"):
        dynamodb.update_continuous_backups(**name, PointInTimeRecoverySpecification=recovery)
    return _event(request, OperationStatus.IN_PROGRESS)


def refuse_update(request: Any) -> Any:
    """Says that a table stays as it is."""
    model = request.previous_state
    text = (
        "The emulator cannot update an AWS::DynamoDB::GlobalTable: delete the stack and create it "
        f"again, or change the table {model['TableName']} by UpdateTable."
    )
    return ProgressEvent(
        status=OperationStatus.FAILED,
        resource_model=model,
        custom_context=request.custom_context,
        message=text,
    )


def _event(request: Any, status: OperationStatus, message: str = "") -> Any:
    return ProgressEvent(
        status=status,
        resource_model=request.desired_state,
        custom_context=request.custom_context,
        message=message,
    )


def refusal(model: Properties, region: str) -> str | None:
    """Why the table cannot be created; None if it can."""
    replicas = model.get("Replicas") or []
    regions = [str(replica.get("Region")) for replica in replicas]
    if regions != [region]:
        return (
            "The emulator has no global tables: Replicas must have one entry, with the stack's "
            f"region {region}, and has {', '.join(regions) or 'none'}."
        )
    parts = [replicas[0], *(replicas[0].get("GlobalSecondaryIndexes") or [])]
    wanted = [name for part in parts for name in _NOT_SUPPORTED if _is_wanted(part.get(name))]
    if wanted:
        return f"The emulator has no {wanted[0]} for a replica. Remove it from the template."
    return None


def _is_wanted(specification: Properties | None) -> bool:
    return bool(specification) and (specification or {}).get("Enabled") is not False


def parameters(model: Properties) -> Properties:
    """The parameters of CreateTable."""
    replica = model["Replicas"][0]
    found = {name: model[name] for name in _SAME if model.get(name) is not None}
    found |= {name: replica[name] for name in _OF_REPLICA if replica.get(name) is not None}
    if model.get("StreamSpecification"):
        found["StreamSpecification"] = {"StreamEnabled": True, **model["StreamSpecification"]}
    if model.get("SSESpecification"):
        found["SSESpecification"] = _encryption(model, replica)
    provisioned = model.get("BillingMode", "PROVISIONED") == "PROVISIONED"
    if provisioned:
        found["ProvisionedThroughput"] = _throughput(model, replica)
    if model.get("GlobalSecondaryIndexes"):
        found["GlobalSecondaryIndexes"] = _indexes(model, replica, provisioned=provisioned)
    return found


def _encryption(model: Properties, replica: Properties) -> Properties:
    given = dict(model["SSESpecification"])
    return {"Enabled": given.pop("SSEEnabled"), **given, **(replica.get("SSESpecification") or {})}


def _indexes(model: Properties, replica: Properties, *, provisioned: bool) -> list[Properties]:
    reads = {one["IndexName"]: one for one in replica.get("GlobalSecondaryIndexes") or []}
    indexes = []
    for given in model["GlobalSecondaryIndexes"]:
        index = {name: given[name] for name in ("IndexName", "KeySchema", "Projection")}
        if provisioned:
            index["ProvisionedThroughput"] = _throughput(given, reads.get(given["IndexName"], {}))
        indexes.append(index)
    return indexes


def _throughput(writes: Properties, reads: Properties) -> Properties:
    """What auto scaling begins with: the emulator's capacity stays what it is."""
    read = reads.get("ReadProvisionedThroughputSettings") or {}
    write = writes.get("WriteProvisionedThroughputSettings") or {}
    return {
        "ReadCapacityUnits": read.get("ReadCapacityUnits")
        or _seed(read.get("ReadCapacityAutoScalingSettings")),
        "WriteCapacityUnits": _seed(write.get("WriteCapacityAutoScalingSettings")),
    }


def _seed(scaling: Properties | None) -> int:
    settings = scaling or {}
    return int(settings.get("SeedCapacity") or settings.get("MinCapacity") or 1)
