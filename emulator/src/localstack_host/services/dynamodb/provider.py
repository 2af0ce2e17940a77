"""The entry points PROVIDER_OVERRIDE_DYNAMODB=host and PROVIDER_OVERRIDE_DYNAMODBSTREAMS=host.

Both services are answered by one engine, in the emulator's process.
"""

from __future__ import annotations

import logging
import threading
from functools import cache
from typing import Any

from embedded_dynamodb.control_plane import settings
from embedded_dynamodb.engine import Engine
from localstack_host.localstack_api import Service, connect_to, provides
from localstack_host.services.dynamodb.metrics import TableMetrics
from localstack_host.services.dynamodb.requests import EngineSkeleton

LOG = logging.getLogger(__name__)
TIME_TO_LIVE_S = 10.0
AWS_MANAGED_KEY = "alias/aws/dynamodb"
AWS_MANAGED_KEY_DESCRIPTION = (
    "Default key that protects my DynamoDB data when no other key is defined"
)


@provides("dynamodb")
def dynamodb() -> Service:
    """Returns the service for tables."""
    return Service("dynamodb", skeleton=EngineSkeleton("dynamodb", engine()))


@provides("dynamodbstreams")
def dynamodbstreams() -> Service:
    """Returns the service for the streams of the same tables."""
    return Service("dynamodbstreams", skeleton=EngineSkeleton("dynamodbstreams", engine()))


@cache
def engine() -> Engine:
    """Returns the engine of this process; the first call starts its threads."""
    made = Engine()
    made.key_arn = key_arn
    made.on_request.append(TableMetrics().record)
    threading.Thread(target=_expire, args=[made], name="time-to-live", daemon=True).start()
    return made


def key_arn(account: str, region: str, key: str) -> str:
    """Returns the ARN of the key that an id, an alias or an ARN names, as KMS resolves it.

    AWS does not check on CreateTable whether the key exists.
    """
    client = connect_to(aws_access_key_id=account, region_name=region).kms
    try:
        described: Any = client.describe_key(KeyId=key)["KeyMetadata"]
        if key == AWS_MANAGED_KEY and described["KeyManager"] != "AWS":
            _present_as_managed(described["KeyId"], account, region)
        return str(described["Arn"])
    except client.exceptions.NotFoundException:
        return settings.key_arn(account, region, key)


def _present_as_managed(key: str, account: str, region: str) -> None:
    # KMS makes the key of a reserved alias when it is asked for, as if it were a customer's.
    from localstack.services.kms.provider import KmsProvider, set_key_managed

    set_key_managed(key, account, region)
    made = KmsProvider._get_kms_key(account, region, key)
    made.metadata["Description"] = AWS_MANAGED_KEY_DESCRIPTION


def _expire(expiring: Engine) -> None:
    """Deletes what has expired, forever: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html."""
    pause = threading.Event()
    while not pause.wait(TIME_TO_LIVE_S):
        try:
            expiring.expire()
        except Exception:
            LOG.exception("Unable to delete the items that have expired")
