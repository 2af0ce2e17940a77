"""All tables of all accounts and regions."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from embedded_dynamodb.errors import ResourceNotFoundException
from embedded_dynamodb.streams import StreamLog
from embedded_dynamodb.tables.backup import Backup
from embedded_dynamodb.tables.ordered import SortedDict
from embedded_dynamodb.tables.pending import CREATING, settle
from embedded_dynamodb.tables.table import Table

_TABLE_ARN = re.compile(r"arn:[a-z-]+:dynamodb:([a-z0-9-]+):([0-9]+):table/([a-zA-Z0-9_.-]+)")
_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"))


@dataclass
class Space:
    """What one account has in one region."""

    tables: SortedDict[str, Table] = field(default_factory=SortedDict)
    # By ARN; those of deleted tables, and those that are switched off, stay for a day.
    streams: dict[str, StreamLog] = field(default_factory=dict)
    # By ARN, whether their tables are there or not.
    backups: dict[str, Backup] = field(default_factory=dict)

    def trim_streams(self, now: float) -> None:
        """Drops records that are older than a day, and streams that nobody can read any more."""
        for log in list(self.streams.values()):
            if log.is_gone(now):
                del self.streams[log.arn]
            else:
                log.trim(now)


class Store:
    """Spaces by account and region; nothing is made by looking, but what is pending comes true."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.spaces: dict[tuple[str, str], Space] = {}

    def tables(self) -> Iterator[Table]:
        """The tables of all spaces."""
        for space in self.spaces.values():
            yield from space.tables.values()

    def trim(self, now: float) -> None:
        """Drops what is too old of streams and of logs for recovery; nobody may write any more."""
        for space in self.spaces.values():
            space.trim_streams(now)
        for table in self.tables():
            if table.undo is not None:
                table.undo.trim(now)

    def space(self, account: str, region: str) -> Space:
        """What the account has in the region."""
        space = self.spaces.setdefault((account, region), Space())
        for table in list(space.tables.values()):
            if table.pending:
                self.settle(space, table)
        return space

    def settle(self, space: Space, table: Table) -> Table | None:
        """The table as it is by now; None if it is gone."""
        if settle(table, self.clock()):
            return table
        del space.tables[table.name]
        return None

    def find(self, account: str, region: str, name: str) -> Table | None:
        """The table of that name or ARN, if there is one that this caller can reach."""
        space = self.spaces.get((account, region))
        if space is None:
            return None
        table = space.tables.get(name)
        if table is None:
            table = self._by_arn(space, account, region, name)
        if table is None or not table.pending:
            return table
        return self.settle(space, table)

    def _by_arn(self, space: Space, account: str, region: str, name: str) -> Table | None:
        match = _TABLE_ARN.fullmatch(name)
        if match is None or match.group(1, 2) != (region, account):
            return None
        return space.tables.get(match.group(3))

    def get(self, account: str, region: str, name: str) -> Table:
        """The table of that name or ARN, for operations on items."""
        table = self.find(account, region, name)
        if table is None or (table.pending and table.status == CREATING):
            raise ResourceNotFoundException
        return table


def table_arn(account: str, region: str, name: str) -> str:
    """The ARN of a table."""
    partition = next((part for start, part in _PARTITIONS if region.startswith(start)), "aws")
    return f"arn:{partition}:dynamodb:{region}:{account}:table/{name}"
