"""The exceptions of the DynamoDB API, as data: what the wire needs, and nothing of HTTP."""

from typing import Any

SERVICE = "com.amazonaws.dynamodb.v20120810"
CORAL = "com.amazon.coral"


class DynamoDBError(Exception):
    """A request that DynamoDB refuses: code, message, HTTP status and further fields."""

    code = "InternalServerError"
    namespace = SERVICE
    status = 400

    def __init__(self, message: str, *, extra: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra or {}

    @property
    def type(self) -> str:
        """What `__type` says in the answer, such as com.amazonaws.…#ResourceInUseException."""
        return f"{self.namespace}#{self.code}"


class ValidationException(DynamoDBError):
    """The request is not valid: something is missing, of a wrong type, or outside a limit."""

    code = "ValidationException"
    namespace = f"{CORAL}.validate"


class SerializationException(DynamoDBError):
    """The body is not the JSON that the operation takes."""

    code = "SerializationException"
    namespace = f"{CORAL}.service"


class UnknownOperationException(DynamoDBError):
    """There is no such operation."""

    code = "UnknownOperationException"
    namespace = f"{CORAL}.service"

    def __init__(self, message: str = "") -> None:
        super().__init__(message)


class AccessDeniedException(DynamoDBError):
    """The caller may not do this."""

    code = "AccessDeniedException"
    namespace = f"{CORAL}.service"


class ConditionalCheckFailedException(DynamoDBError):
    """The condition was false; `item` is what was there, if the request asked for it."""

    code = "ConditionalCheckFailedException"

    def __init__(self, item: dict[str, Any] | None = None) -> None:
        extra = {} if item is None else {"Item": item}
        super().__init__("The conditional request failed", extra=extra)


class TransactionCanceledException(DynamoDBError):
    """A transaction was cancelled; `reasons` has one entry for each of its actions, in order."""

    code = "TransactionCanceledException"

    def __init__(self, reasons: list[dict[str, Any]]) -> None:
        codes = ", ".join(reason["Code"] for reason in reasons)
        message = (
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            f"[{codes}]"
        )
        super().__init__(message, extra={"CancellationReasons": reasons})


class TransactionConflictException(DynamoDBError):
    """Another transaction works on the item."""

    code = "TransactionConflictException"

    def __init__(self, message: str = "Transaction is ongoing for the item") -> None:
        super().__init__(message)


class TransactionInProgressException(DynamoDBError):
    """A transaction with this token has not ended yet."""

    code = "TransactionInProgressException"


class IdempotentParameterMismatchException(DynamoDBError):
    """The token was used, within ten minutes, for another request."""

    code = "IdempotentParameterMismatchException"


class ItemCollectionSizeLimitExceededException(DynamoDBError):
    """A partition of a table with local indexes would grow over 10 GB."""

    code = "ItemCollectionSizeLimitExceededException"


class ProvisionedThroughputExceededException(DynamoDBError):
    """The table or index is throttled by its provisioned capacity."""

    code = "ProvisionedThroughputExceededException"


class ThrottlingException(DynamoDBError):
    """The table or its partition is throttled."""

    code = "ThrottlingException"
    namespace = f"{CORAL}.availability"


class RequestLimitExceeded(DynamoDBError):
    """The account's throughput is used up."""

    code = "RequestLimitExceeded"


class LimitExceededException(DynamoDBError):
    """Too many of something at once."""

    code = "LimitExceededException"


class ResourceInUseException(DynamoDBError):
    """The table exists already or is being changed."""

    code = "ResourceInUseException"


class ResourceNotFoundException(DynamoDBError):
    """There is no such table, index, stream or other resource."""

    code = "ResourceNotFoundException"

    def __init__(self, message: str = "Requested resource not found") -> None:
        super().__init__(message)


class TableNotFoundException(DynamoDBError):
    """There is no such table, in the words of backups and restores."""

    code = "TableNotFoundException"


class TableInUseException(DynamoDBError):
    """The table is being changed."""

    code = "TableInUseException"


class TableAlreadyExistsException(DynamoDBError):
    """The target of a restore exists."""

    code = "TableAlreadyExistsException"


class IndexNotFoundException(DynamoDBError):
    """There is no such index."""

    code = "IndexNotFoundException"


class BackupNotFoundException(DynamoDBError):
    """There is no such backup."""

    code = "BackupNotFoundException"


class BackupInUseException(DynamoDBError):
    """The backup is being made, deleted or restored."""

    code = "BackupInUseException"


class ContinuousBackupsUnavailableException(DynamoDBError):
    """Continuous backups are not on for this table."""

    code = "ContinuousBackupsUnavailableException"


class PointInTimeRecoveryUnavailableException(DynamoDBError):
    """Point-in-time recovery is not on for this table."""

    code = "PointInTimeRecoveryUnavailableException"


class InvalidRestoreTimeException(DynamoDBError):
    """The moment to restore is outside of the recoverable window."""

    code = "InvalidRestoreTimeException"


class ExpiredIteratorException(DynamoDBError):
    """A stream's iterator is older than fifteen minutes."""

    code = "ExpiredIteratorException"


class TrimmedDataAccessException(DynamoDBError):
    """The stream's records are older than 24 hours."""

    code = "TrimmedDataAccessException"


class DuplicateItemException(DynamoDBError):
    """A PartiQL INSERT on a key that is there."""

    code = "DuplicateItemException"

    def __init__(
        self, message: str = "Duplicate primary key exists in table", **extra: Any
    ) -> None:
        super().__init__(message, extra=extra)


class PolicyNotFoundException(DynamoDBError):
    """The resource has no policy."""

    code = "PolicyNotFoundException"


class InternalServerError(DynamoDBError):
    """The engine's own fault."""

    code = "InternalServerError"
    status = 500
