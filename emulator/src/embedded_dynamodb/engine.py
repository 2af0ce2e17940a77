"""The engine: a request's bytes in, an answer's bytes out."""

import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

from embedded_dynamodb import consistency
from embedded_dynamodb.conflicts import Ongoing, Transaction
from embedded_dynamodb.control_plane.settings import key_arn
from embedded_dynamodb.errors import (
    DynamoDBError,
    InternalServerError,
    SerializationException,
    UnknownOperationException,
)
from embedded_dynamodb.observers import RequestReport
from embedded_dynamodb.operations import OPERATIONS
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.saved_state import engine as saved_state
from embedded_dynamodb.settings import Settings
from embedded_dynamodb.streams import Change, Sequences
from embedded_dynamodb.tables.store import Store
from embedded_dynamodb.tables.stored import dump
from embedded_dynamodb.time_to_live import sweep
from embedded_dynamodb.transactions.tokens import Tokens
from embedded_dynamodb.validation.requests import parse
from embedded_dynamodb.writes import Write

logger = logging.getLogger(__name__)

_HEADERS = {"Content-Type": "application/x-amz-json-1.0"}
_REQUEST_ID_BITS = 208  # AWS's ids have 52 characters


class Answer(NamedTuple):
    """What goes back to the caller."""

    status: int
    headers: dict[str, str]
    body: bytes


class Engine:
    """DynamoDB in a process.

    `clock` gives seconds since 1970, `seed` makes ids repeatable, `sleep` waits while a transaction
    is in progress. Functions in `on_change` get each applied change, in order, while the lock is
    held: they must be brief. Those in `on_request` get a report of each request after it.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        seed: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
        settings: Settings | None = None,
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        # To be changed by `configure`.
        self.settings = settings or Settings()
        self.simulates = self.settings.is_on
        self.random = random.Random(seed)  # noqa: S311 - ids, no secrets
        self.lock = Lock()
        self.store = Store(clock)
        self.sequences = Sequences()
        self.tokens = Tokens()
        self.ongoing = Ongoing()
        # KMS knows better, where there is one: which key an alias leads to.
        self.key_arn: Callable[[str, str, str], str] = key_arn
        self.on_change: list[Callable[[Change], None]] = []
        self.on_request: list[Callable[[RequestReport], None]] = []

    def handle(
        self,
        operation: str,
        body: bytes,
        account: str = "000000000000",
        region: str = "us-east-1",
    ) -> Answer:
        """Answers one request."""
        return self._answer(
            Request(self, operation, account, region), lambda: self.read(operation, body)
        )

    def read(self, operation: str, body: bytes) -> dict[str, Any]:
        """Returns the parameters of a request, checked as far as no table is needed for it.

        Raises DynamoDBError. Whoever stands between, such as a check of permissions, passes them
        to `run`.
        """
        known = OPERATIONS.get(operation)
        # AWS reads what there is before it looks for the operation.
        parameters = parse(body) if body or known is not None else {}
        if known is None:
            raise UnknownOperationException
        try:
            known.shape.check(parameters)
        except (UnicodeEncodeError, RecursionError):
            raise SerializationException("") from None
        return parameters

    def run(self, operation: str, parameters: dict[str, Any], account: str, region: str) -> Answer:
        """Answers a request whose parameters `read` has returned."""
        return self._answer(Request(self, operation, account, region), lambda: parameters)

    def _answer(self, request: Request, parameters: Callable[[], dict[str, Any]]) -> Answer:
        started = time.perf_counter()
        error: DynamoDBError | None = None
        try:
            request.parameters = parameters()
            payload = _payload(OPERATIONS[request.operation].run(request))
        except DynamoDBError as refused:
            error = refused
        except (UnicodeEncodeError, RecursionError):
            error = SerializationException("")
        except Exception:
            logger.exception("%s failed", request.operation)
            error = InternalServerError("The request processing has failed: a fault of the engine")
        if error is not None:
            payload = _error_body(error)
        status = 200 if error is None else error.status
        if self.on_request:
            self._report(request, status, error, started)
        return Answer(status, self._headers(payload), payload)

    def configure(self, values: Mapping[str, Any]) -> Settings:
        """Changes some settings by name, as JSON has them, and answers all of them.

        A ValueError says what is wrong; then nothing is changed.
        """
        with self.lock:
            settings = self.settings.changed(values)
            if not settings.stale_read_seconds:
                consistency.forget(self)
            if not settings.throttling:
                for table in self.store.tables():
                    table.buckets.clear()
            self.settings, self.simulates = settings, settings.is_on
        return settings

    def apply(
        self, writes: Iterable[Write], *, user_identity: dict[str, str] | None = None
    ) -> None:
        """Applies planned writes; the caller holds the lock and has checked everything."""
        moment = self.clock()
        delay = self.settings.stale_read_seconds
        for write in writes:
            if write.old is write.new:
                continue
            table = write.table
            observed = table.stream is not None or self.on_change
            if observed and not write.changes():
                continue
            if table.undo is not None:
                table.undo.note(moment, write.position, write.old)
            if delay:
                consistency.note(write, moment, delay)
            table.replace(write.position, write.old, write.new, write.old_item, write.new_item)
            if not observed:
                continue
            change = Change(
                table,
                write.keys(),
                write.old,
                write.new,
                moment,
                self.sequences.next(),
                user_identity,
            )
            if table.stream is not None:
                table.stream.append(change)
            self._tell(self.on_change, change)

    def save(self) -> dict[str, Any]:
        """Everything that the engine holds, as plain data; the caller holds the lock.

        Parts of it are the engine's own: copy it, as by writing it, before releasing the lock.
        """
        return saved_state.save(self)

    def load(self, saved: dict[str, Any]) -> None:
        """Fills a new engine with what `save` returned; ValueError for another format."""
        with self.lock:
            saved_state.load(self, saved)

    def expire(self, now: float | None = None) -> int:
        """Deletes the items whose time to live has passed; says how many. To be called often.

        Records of streams and of logs for recovery that are too old are dropped, too.
        """
        moment = self.clock() if now is None else now
        with self.lock:
            self.store.trim(moment)
        return sweep(self, moment)

    def finish(self, transaction: Transaction) -> None:
        """Keeps a transaction in progress for the settable time; the caller has no lock."""
        try:
            self.sleep(self.settings.transaction_seconds)
        finally:
            with self.lock:
                self.ongoing.end(transaction)

    def new_id(self) -> str:
        """A UUID of version 4, as AWS's are."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def new_request_id(self) -> str:
        """The id of an answer."""
        return f"{self.random.getrandbits(_REQUEST_ID_BITS):052X}"

    def _headers(self, payload: bytes) -> dict[str, str]:
        return {
            **_HEADERS,
            "x-amzn-RequestId": self.new_request_id(),
            "x-amz-crc32": str(crc32(payload)),
        }

    def _report(
        self, request: Request, status: int, error: DynamoDBError | None, started: float
    ) -> None:
        report = RequestReport(
            request.operation,
            request.account,
            request.region,
            status,
            None if error is None else error.code,
            time.perf_counter() - started,
            tuple(request.reads.items()),
            tuple(request.writes.items()),
            request.table_names(),
            request.returned_items,
            error,
            request.throttle_events,
            Counter(request.conflicts) if request.conflicts else {},
        )
        self._tell(self.on_request, report)

    def _tell[News](self, observers: list[Callable[[News], None]], news: News) -> None:
        """Tells all observers; the fault of one of them is not the caller's."""
        for observer in observers:
            try:
                observer(news)
            except Exception:
                logger.exception("An observer of the engine failed")


def _payload(answer: dict[str, Any] | None) -> bytes:
    """An answer's JSON; what is JSON already goes in as it is."""
    if answer is None:
        return b""
    encoded = [name for name, value in answer.items() if type(value) is Encoded]
    if not encoded:
        return dump(answer)
    parts = [
        b'"%b":%b' % (name.encode(), value if type(value) is Encoded else dump(value))
        for name, value in answer.items()
    ]
    return b"{%b}" % b",".join(parts)


def _error_body(error: DynamoDBError) -> bytes:
    # The API's own exceptions write "message" with a small letter, coral's with a capital one.
    name = "Message" if error.code in _CAPITAL else "message"
    body = {"__type": error.type}
    if error.message:
        body[name] = error.message
    return json.dumps({**body, **error.extra}, separators=(",", ":")).encode()


_CAPITAL = frozenset(("SerializationException", "TransactionCanceledException"))
