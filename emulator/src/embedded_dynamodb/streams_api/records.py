"""A change as GetRecords shows it."""

from hashlib import md5
from typing import Any

from embedded_dynamodb.streams import Change, StreamLog
from embedded_dynamodb.tables.stored import Stored, dump
from embedded_dynamodb.values import item_size

EVENT_VERSION = "1.1"


def images(change: Change, view_type: str) -> tuple[Stored | None, Stored | None]:
    """The new and the old image that a stream of this view type shows; None for none."""
    new = change.new if view_type in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES") else None
    old = change.old if view_type in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES") else None
    return new, old


def record_size(change: Change, view_type: str) -> int:
    """SizeBytes: the keys and the images that are shown."""
    shown = sum(image.size for image in images(change, view_type) if image is not None)
    return item_size(change.keys) + shown


def event_id(log: StreamLog, change: Change) -> str:
    """The same for the same record, whoever reads it."""
    text = f"{log.arn} {change.sequence}"
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def record(log: StreamLog, change: Change, region: str) -> bytes:
    """The record's JSON; the images are JSON already."""
    new, old = images(change, log.view_type)
    # AWS rounds down to the second.
    parts = [b'"ApproximateCreationDateTime":%d' % int(change.moment)]
    parts.append(b'"Keys":' + dump(change.keys))
    if new is not None:
        parts.append(b'"NewImage":' + new.data)
    if old is not None:
        parts.append(b'"OldImage":' + old.data)
    rest = {
        "SequenceNumber": change.sequence_number,
        "SizeBytes": record_size(change, log.view_type),
        "StreamViewType": log.view_type,
    }
    body = b"{%b,%b" % (b",".join(parts), dump(rest)[1:])
    return b'%b,"dynamodb":%b}' % (dump(_head(log, change, region))[:-1], body)


def _head(log: StreamLog, change: Change, region: str) -> dict[str, Any]:
    head: dict[str, Any] = {
        "eventID": event_id(log, change),
        "eventName": change.event_name,
        "eventVersion": EVENT_VERSION,
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
    }
    if change.user_identity is not None:
        # The API's members begin with capitals; Lambda's events have small letters.
        head["userIdentity"] = {
            "PrincipalId": change.user_identity["principalId"],
            "Type": change.user_identity["type"],
        }
    return head
