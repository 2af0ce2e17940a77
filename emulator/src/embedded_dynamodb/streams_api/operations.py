"""ListStreams, DescribeStream, GetShardIterator and GetRecords."""

from operator import attrgetter
from typing import Any

from embedded_dynamodb.errors import (
    ResourceNotFoundException,
    TrimmedDataAccessException,
    ValidationException,
)
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.streams import Change, Shard, StreamLog, read_sequence, shown_sequence
from embedded_dynamodb.streams_api.iterators import ShardIterator, read_iterator
from embedded_dynamodb.streams_api.records import record, record_size

PAGE = 100
PAGE_OF_RECORDS = 1000
MAX_PAGE_SIZE = 1024 * 1024
_TRIMMED = "The data you are trying to access has been trimmed."
_WITH_SEQUENCE = ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
_sequence_of = attrgetter("sequence")

Answer = dict[str, Any]


def list_streams(request: Request) -> Answer:
    """Streams of a table or of all, by their ARNs; those that are closed for a day."""
    parameters = request.parameters
    name, start = parameters.get("TableName"), parameters.get("ExclusiveStartStreamArn") or ""
    limit = int(parameters.get("Limit") or PAGE)
    with request.engine.lock:
        logs = sorted(_streams(request).values(), key=attrgetter("arn"))
    logs = [log for log in logs if log.arn > start and name in (None, log.table_name)]
    answer: Answer = {
        "Streams": [
            {"StreamArn": log.arn, "TableName": log.table_name, "StreamLabel": log.label}
            for log in logs[:limit]
        ]
    }
    if len(logs) > limit:
        answer["LastEvaluatedStreamArn"] = logs[limit - 1].arn
    return answer


def describe_stream(request: Request) -> Answer:
    """A stream and a page of its shards."""
    parameters = request.parameters
    limit = int(parameters.get("Limit") or PAGE)
    with request.engine.lock:
        log = _stream(request, parameters["StreamArn"])
        shards = _shards(log, parameters)
        description: Answer = {
            "StreamArn": log.arn,
            "StreamLabel": log.label,
            "StreamStatus": "ENABLED" if log.closed is None else "DISABLED",
            "StreamViewType": log.view_type,
            "CreationRequestDateTime": log.created,
            "TableName": log.table_name,
            "KeySchema": list(log.schema),
            "Shards": [_shown(shard) for shard in shards[:limit]],
        }
    if len(shards) > limit:
        description["LastEvaluatedShardId"] = shards[limit - 1].id
    return {"StreamDescription": description}


def get_shard_iterator(request: Request) -> Answer:
    """Where to begin in a shard."""
    parameters, engine = request.parameters, request.engine
    kind, number = parameters["ShardIteratorType"], parameters.get("SequenceNumber")
    if kind in _WITH_SEQUENCE and number is None:
        raise ValidationException(f"SequenceNumber is required for the ShardIteratorType {kind}.")
    if kind not in _WITH_SEQUENCE and number is not None:
        raise ValidationException(
            f"SequenceNumber must not be specified for the ShardIteratorType {kind}."
        )
    with engine.lock:
        log = _stream(request, parameters["StreamArn"])
        shard = _shard(log, parameters["ShardId"])
        sequence = _first_wanted(log, shard, kind, number)
        made = ShardIterator(log.arn, shard.id, sequence, engine.clock())
    return {"ShardIterator": made.text()}


def get_records(request: Request) -> Answer:
    """A page of records: a thousand at most, and a megabyte."""
    parameters, engine = request.parameters, request.engine
    iterator = read_iterator(parameters["ShardIterator"])
    limit = int(parameters.get("Limit") or PAGE_OF_RECORDS)
    with engine.lock:
        now = engine.clock()
        iterator.check_age(now)
        log = _stream(request, iterator.arn)
        shard = _shard(log, iterator.shard)
        if iterator.sequence < log.horizon:
            raise TrimmedDataAccessException(_TRIMMED)
        page, more = _page(log, shard, iterator.sequence, limit)
        sequence = page[-1].sequence + 1 if page else iterator.sequence
        ended = shard.ending is not None and not more
    records = b",".join(record(log, change, request.region) for change in page)
    answer: Answer = {"Records": Encoded(b"[%b]" % records)}
    if not ended:
        answer["NextShardIterator"] = ShardIterator(log.arn, shard.id, sequence, now).text()
    return answer


def _page(log: StreamLog, shard: Shard, sequence: int, limit: int) -> tuple[list[Change], bool]:
    """The changes from a sequence on, and whether the shard has more of them now."""
    place = log.records.find(sequence, _sequence_of)
    page: list[Change] = []
    size = 0
    while place < len(log.records):
        change = log.records[place]
        if not shard.holds(change.sequence):
            break
        size += record_size(change, log.view_type)
        if page and (len(page) == limit or size > MAX_PAGE_SIZE):
            return page, True
        page.append(change)
        place += 1
    return page, False


def _streams(request: Request) -> dict[str, StreamLog]:
    """What there is: what was closed more than a day ago is removed now."""
    space = request.engine.store.space(request.account, request.region)
    space.trim_streams(request.engine.clock())
    return space.streams


def _stream(request: Request, arn: str) -> StreamLog:
    log = _streams(request).get(arn)
    if log is None:
        raise ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")
    return log


def _shards(log: StreamLog, parameters: dict[str, Any]) -> list[Shard]:
    """Those after the start; their ids are in the order of time."""
    start = parameters.get("ExclusiveStartShardId") or ""
    shards = [shard for shard in log.shards if shard.id > start]
    wanted = parameters.get("ShardFilter")
    if wanted is not None:
        shards = [shard for shard in shards if shard.parent == wanted["ShardId"]]
    return shards


def _shard(log: StreamLog, name: str) -> Shard:
    for shard in log.shards:
        if shard.id == name:
            return shard
    raise ResourceNotFoundException(
        f"Requested resource not found: Shard: {name} of stream {log.arn} not found"
    )


def _shown(shard: Shard) -> Answer:
    numbers = {"StartingSequenceNumber": shown_sequence(shard.starting)}
    if shard.ending is not None:
        numbers["EndingSequenceNumber"] = shown_sequence(shard.ending)
    answer: Answer = {"ShardId": shard.id, "SequenceNumberRange": numbers}
    if shard.parent is not None:
        answer["ParentShardId"] = shard.parent
    return answer


def _first_wanted(log: StreamLog, shard: Shard, kind: str, number: str | None) -> int:
    if kind == "TRIM_HORIZON":
        return max(log.horizon, shard.starting)
    if number is None:
        # LATEST: of a closed shard there is nothing more to come.
        return log.next_sequence if shard.ending is None else shard.ending + 1
    sequence = read_sequence(number) if number.isascii() and number.isdigit() else -1
    if not shard.holds(sequence):
        raise ValidationException(
            f"Invalid SequenceNumber: {number} is not in the range of shard {shard.id}."
        )
    if kind == "AFTER_SEQUENCE_NUMBER":
        sequence += 1
    if sequence < log.horizon:
        raise TrimmedDataAccessException(_TRIMMED)
    return sequence
