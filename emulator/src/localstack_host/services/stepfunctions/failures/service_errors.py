"""The names of errors of optimized integrations, which are those of AWS's SDK for Java 1.

The SDK has a class for each error that the service's model describes. All others, such as those of
validation and permissions, are of the service's own class: `DynamoDB.AmazonDynamoDBException`.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

# By the name of LocalStack's class for the integration: its prefix, the service's own class, and
# the service as it is called in causes.
SERVICES = {
    "StateTaskServiceDynamoDB": ("DynamoDB", "AmazonDynamoDBException", "AmazonDynamoDBv2"),
    "StateTaskServiceEvents": ("EventBridge", "AmazonEventBridgeException", "AmazonEventBridge"),
    "StateTaskServiceLambda": ("Lambda", "AWSLambdaException", "AWSLambda"),
    "StateTaskServiceSfn": ("StepFunctions", "AWSStepFunctionsException", "AWSStepFunctions"),
    "StateTaskServiceSns": ("SNS", "AmazonSNSException", "AmazonSNS"),
    "StateTaskServiceSqs": ("SQS", "AmazonSQSException", "AmazonSQS"),
}
# LocalStack has these as errors of the SDK, which is right for what is no queue's URL.
BY_LOCALSTACK = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


def name_and_cause(integration: str, error: Exception) -> tuple[str, str] | None:
    """AWS's name and cause of an error; None if LocalStack's are right.

    `integration` is the name of LocalStack's class for it.
    """
    if type(error) is not ClientError:  # the model describes it, or it is no answer of a service
        return None
    prefix, own_class, service = SERVICES[integration]
    told: Any = error.response
    code = told["Error"]["Code"]
    if code in BY_LOCALSTACK:
        return None
    details = {
        "Service": service,
        "Status Code": told["ResponseMetadata"]["HTTPStatusCode"],
        "Error Code": code,
        "Request ID": told["ResponseMetadata"].get("RequestId"),
        "Proxy": "null",
    }
    shown = "; ".join(f"{name}: {value}" for name, value in details.items())
    return f"{prefix}.{own_class}", f"{told['Error']['Message']} ({shown})"
