"""Streams and encryption of a table."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from embedded_dynamodb.control_plane.description import elements_of
from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.request import Request
from embedded_dynamodb.streams import StreamLog
from embedded_dynamodb.tables.store import Space
from embedded_dynamodb.tables.table import Table

if TYPE_CHECKING:
    from embedded_dynamodb.engine import Engine

_INVALID = "One or more parameter values were invalid: "


def check_stream(specification: dict[str, Any] | None) -> None:
    """A stream that is on has a view type, one that is off has none."""
    if specification is None:
        return
    view = specification.get("StreamViewType")
    if specification["StreamEnabled"] and view is None:
        raise ValidationException(
            f"{_INVALID}StreamEnabled is true, but no StreamViewType is specified"
        )
    if not specification["StreamEnabled"] and view is not None:
        raise ValidationException(
            f"{_INVALID}Table is being created with a stream disabled, UpdateViewType should not "
            "be specified"
        )


def switch_stream_on(engine: "Engine", space: Space, table: Table, view_type: str) -> None:
    """Starts a log; its label is the moment, and unique."""
    now = engine.clock()
    label = _label(now)
    while f"{table.arn}/stream/{label}" in space.streams:
        now += 0.001
        label = _label(now)
    log = StreamLog(
        f"{table.arn}/stream/{label}",
        label,
        view_type,
        table.name,
        now,
        tuple(elements_of(table.schema)),
        engine.sequences.next(),
    )
    table.stream = log
    space.streams[log.arn] = log
    table.settings["LatestStream"] = (label, log.arn)


def _label(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def switch_stream_off(engine: "Engine", table: Table) -> None:
    """Closes the log: what is in it can be read for another day."""
    if table.stream is not None:
        table.stream.close(engine.sequences.next(), engine.clock())
        table.stream = None


def encryption_of(request: Request, specification: dict[str, Any] | None) -> dict[str, Any] | None:
    """SSEDescription: without one of the caller's, AWS's own key is not shown."""
    if specification is None or not specification.get("Enabled"):
        return None
    key = specification.get("KMSMasterKeyId") or "alias/aws/dynamodb"
    arn = request.engine.key_arn(request.account, request.region, key)
    return {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}


def key_arn(account: str, region: str, key: str) -> str:
    """The ARN of a key that is given by its id, its alias or an ARN of either."""
    if key.startswith("arn:"):
        prefix, _, name = key.rpartition(":")
    else:
        prefix, name = f"arn:aws:kms:{region}:{account}", key if "/" in key else f"key/{key}"
    if name.startswith("alias/"):
        # AWS shows the key itself. Without KMS, an alias leads to the same key each time.
        name = f"key/{uuid5(NAMESPACE_URL, f'{prefix}:{name}')}"
    return f"{prefix}:{name}"
