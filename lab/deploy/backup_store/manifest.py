"""What a backup consists of. The manifest is written last: without it there is no backup."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lab.core.errors import LabError

FORMAT = 1


@dataclass(frozen=True)
class Part:
    """An object of a backup: where it is, how much is in it, and the SHA-256 of its bytes.

    `version` is S3's id of exactly these bytes, so a later object under the key changes nothing.
    """

    key: str
    version: str
    items: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """A whole backup.

    `started_at` and `ended_at` (RFC 3339, UTC) say between which moments the tables were read;
    `in_flight` counts orders that had not ended then; `broken` names what was wrong with the
    books, and is empty unless somebody wanted the copy all the same.
    """

    backup: str
    environment: str
    account: str
    region: str
    started_at: str
    ended_at: str
    tables: Mapping[str, tuple[Part, ...]]
    parameters: Part
    in_flight: int
    broken: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Items by table, and the parameters."""
        items = {name: sum(p.items for p in parts) for name, parts in self.tables.items()}
        return items | {"parameters": self.parameters.items}

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.bytes for part in self.parts())

    def parts(self) -> Iterator[Part]:
        """Every part, the parameters last."""
        for parts in self.tables.values():
            yield from parts
        yield self.parameters

    def summary(self) -> dict[str, Any]:
        """What people and scripts want to know, without the parts."""
        kept = ("backup", "environment", "started_at", "ended_at", "in_flight", "broken")
        said = {name: getattr(self, name) for name in kept}
        return said | {"items": self.counts, "bytes": self.size}

    def as_json(self) -> bytes:
        """The object that is stored."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()

    @classmethod
    def read(cls, body: bytes) -> Manifest:
        """The manifest in an object. Raises LabError for one of another format."""
        said = json.loads(body)
        if said.pop("format", None) != FORMAT:
            raise LabError(
                "The backup was written by another version of the lab.",
                f"This one reads format {FORMAT}.",
            )
        tables = {name: tuple(Part(**p) for p in ps) for name, ps in said.pop("tables").items()}
        parameters = Part(**said.pop("parameters"))
        broken = tuple(said.pop("broken"))
        return cls(**said, tables=tables, parameters=parameters, broken=broken)
