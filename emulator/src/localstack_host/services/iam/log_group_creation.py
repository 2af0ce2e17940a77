"""A function's log without the right to create its log group.

LocalStack creates the group whenever a stream is missing, and loses the lines if it may not. A
role that can write into its group, which Terraform has made, must be enough, as it is on AWS.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

LOG = logging.getLogger(__name__)


def mend() -> None:
    """Puts the loop below in the place of LocalStack's."""
    from localstack.services.lambda_.invocation import logs

    handler: Any = logs.LogHandler
    handler.run_log_loop = _write_lines


def _write_lines(self: Any, *_arguments: Any) -> None:
    """LogHandler.run_log_loop: writes what is queued until the pill comes that ends it."""
    from localstack.aws.connect import connect_to
    from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN
    from localstack.utils.aws.client_types import ServicePrincipal

    client = connect_to.with_assumed_role(
        region_name=self.region,
        role_arn=self.role_arn,
        service_principal=ServicePrincipal("lambda"),
    ).logs
    while (item := self.log_queue.get()) is not QUEUE_SHUTDOWN:
        try:
            _write(client, item)
        except (BotoCoreError, ClientError) as error:
            LOG.warning("Lines for the log group %s are lost: %s", item.log_group, error)


def _write(client: Any, item: Any) -> None:
    stream = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    now = int(time.time() * 1000)
    lines = [{"timestamp": now, "message": f"{line}\n"} for line in item.logs.split("\n") if line]
    try:
        client.put_log_events(**stream, logEvents=lines)
    except client.exceptions.ResourceNotFoundException:
        _make_stream(client, stream)
        client.put_log_events(**stream, logEvents=lines)


def _make_stream(client: Any, stream: dict[str, str]) -> None:
    try:
        client.create_log_stream(**stream)
    except client.exceptions.ResourceAlreadyExistsException:
        return
    except client.exceptions.ResourceNotFoundException:
        client.create_log_group(logGroupName=stream["logGroupName"])
        client.create_log_stream(**stream)
