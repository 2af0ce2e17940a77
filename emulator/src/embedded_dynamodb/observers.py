"""What an observer learns of a request: what CloudWatch's metrics of tables are made of."""

from dataclasses import dataclass

from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.errors import DynamoDBError


@dataclass(frozen=True, slots=True)
class RequestReport:
    """One request, after its answer was made."""

    operation: str
    account: str
    region: str
    status: int
    error_code: str | None
    seconds: float
    # Units by table name; a failed condition consumes too.
    reads: tuple[tuple[str, Consumed], ...]
    writes: tuple[tuple[str, Consumed], ...]
    table_names: tuple[str, ...]
    # By table name, of Query and Scan.
    returned_items: dict[str, int]
    error: DynamoDBError | None
