"""Does what the messages of a queue ask for; put your own work in `do`."""

from __future__ import annotations

import json
import logging
from typing import Any

logger = logging.getLogger(__name__)


def handle(event: dict[str, Any], _: object) -> dict[str, list[dict[str, str]]]:
    """Returns which messages of the batch failed: only these are received again."""
    failed = [record["messageId"] for record in event["Records"] if not done(record)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def done(record: dict[str, Any]) -> bool:
    """Whether the work of one message could be done."""
    try:
        do(json.loads(record["body"]))
    except Exception:
        logger.exception("message %s failed", record["messageId"])
        return False
    return True


def do(work: dict[str, Any]) -> None:
    """The work itself. Raises KeyError if the message does not say what to make smaller."""
    logger.warning("made smaller: %s", work["picture"])
