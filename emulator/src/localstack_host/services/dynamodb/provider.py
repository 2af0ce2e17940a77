"""The entry points PROVIDER_OVERRIDE_DYNAMODB=host and PROVIDER_OVERRIDE_DYNAMODBSTREAMS=host.

Both services are answered by one engine, in the emulator's process.
"""

from __future__ import annotations

import logging
import threading
from functools import cache
from typing import Any

from embedded_dynamodb.engine import Engine
from localstack_host.localstack_api import Service, connect_to, provides
from localstack_host.services.dynamodb.metrics import TableMetrics
from localstack_host.services.dynamodb.requests import EngineSkeleton

LOG = logging.getLogger(__name__)
TIME_TO_LIVE_S = 10.0


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
    from embedded_dynamodb.control_plane import settings

    try:
        client = connect_to(aws_access_key_id=account, region_name=region).kms
        described: Any = client.describe_key(KeyId=key)
        return str(described["KeyMetadata"]["Arn"])
    except client.exceptions.NotFoundException:
        return settings.key_arn(account, region, key)


def _expire(expiring: Engine) -> None:
    """Deletes what has expired, forever: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html."""
    pause = threading.Event()
    while not pause.wait(TIME_TO_LIVE_S):
        try:
            expiring.expire()
        except Exception:
            LOG.exception("Unable to delete the items that have expired")
