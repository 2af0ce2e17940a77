"""The manifest of a backup. It is written last: without it, the backup is incomplete."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lab.core.errors import LabError

FORMAT = 1


@dataclass(frozen=True)
class Part:
    """An object of a backup: its key, its number of items, and the SHA-256 of its bytes.

    `version` is its version id in S3, so a later object under the same key does not matter.
    """

    key: str
    version: str
    items: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """A complete backup.

    The tables were read between `started_at` and `ended_at` (RFC 3339, UTC). `in_flight` counts
    the orders that had not ended then. `broken` names violated guarantees; it is empty unless
    the user requested the copy nevertheless.
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
        """The number of items by table, and of parameters."""
        items = {name: sum(p.items for p in parts) for name, parts in self.tables.items()}
        return items | {"parameters": self.parameters.items}

    @property
    def size(self) -> int:
        """The size of all parts in bytes."""
        return sum(part.bytes for part in self.parts())

    def parts(self) -> Iterator[Part]:
        """Yields every part, the parameters last."""
        for parts in self.tables.values():
            yield from parts
        yield self.parameters

    def summary(self) -> dict[str, Any]:
        """Returns the fields for users and scripts, without the parts."""
        kept = ("backup", "environment", "started_at", "ended_at", "in_flight", "broken")
        fields = {name: getattr(self, name) for name in kept}
        return fields | {"items": self.counts, "bytes": self.size}

    def as_json(self) -> bytes:
        """Returns the stored object."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()

    @classmethod
    def read(cls, body: bytes) -> Manifest:
        """Returns the manifest in an object. Raises LabError if it has another format."""
        fields = json.loads(body)
        if fields.pop("format", None) != FORMAT:
            raise LabError(
                "The backup was written by another version of the lab.",
                f"This one reads format {FORMAT}.",
            )
        tables = {name: tuple(Part(**p) for p in ps) for name, ps in fields.pop("tables").items()}
        parameters = Part(**fields.pop("parameters"))
        broken = tuple(fields.pop("broken"))
        return cls(**fields, tables=tables, parameters=parameters, broken=broken)
