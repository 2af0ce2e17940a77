"""What AWS does under load and across its replicas: off until somebody switches it on.

All of it can be changed while the engine runs, by `Engine.configure`.
"""

import math
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

MINUTE = 60.0
HOUR = 60 * MINUTE
# What CreateTable takes at most as a table's throughput.
MAX_UNITS = 1_000_000_000_000


def _seconds(default: float, most: float, about: str) -> Any:
    return field(default=default, metadata={"most": most, "about": about})


def _units(default: int, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are in seconds, units in capacity units a second."""

    stale_read_seconds: float = _seconds(
        0.0,
        # Everything that is replaced is kept so long.
        10 * MINUTE,
        "how old the state is that reads show which are not strongly consistent, and reads of "
        "global secondary indexes",
    )
    transaction_seconds: float = _seconds(
        0.0,
        MINUTE,
        "how long a TransactWriteItems is in progress: other requests for its items conflict",
    )
    throttling: bool = field(
        default=False,
        metadata={
            "about": "throttle what exceeds provisioned throughput, on-demand maximums, quotas "
            "or a partition's throughput"
        },
    )
    burst_seconds: float = _seconds(
        300.0, HOUR, "how much unused provisioned capacity is kept, in seconds of it"
    )
    on_demand_read_units: int = _units(
        40_000, "the account's quota for reads of an on-demand table or index"
    )
    on_demand_write_units: int = _units(
        40_000, "the account's quota for writes of an on-demand table or index"
    )
    partition_read_units: int = _units(3_000, "reads of one partition key value")
    partition_write_units: int = _units(1_000, "writes of one partition key value")
    restore_delay_seconds: float = _seconds(
        0.0, HOUR, "how long before now LatestRestorableDateTime is; on AWS about 300"
    )
    control_plane_seconds: float = _seconds(
        0.0, HOUR, "how long a table or an index is being created, updated or deleted"
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each, getattr(self, each.name))

    @property
    def is_on(self) -> bool:
        """Whether anything is switched on: else requests need not look at the rest."""
        return self.throttling or bool(self.stale_read_seconds or self.transaction_seconds)

    def changed(self, values: Mapping[str, Any]) -> "Settings":
        """These settings with some of them changed, as JSON has them."""
        names = [each.name for each in fields(self)]
        for name in values:
            if name not in names:
                raise ValueError(f"There is no setting {name!r}. Settings are: {', '.join(names)}.")
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        """The settings by name, for JSON."""
        return asdict(self)


def _check(each: "Field[Any]", value: Any) -> None:
    if isinstance(each.default, bool):
        wanted, right = "true or false", isinstance(value, bool)
    elif "most" in each.metadata:
        most = each.metadata["most"]
        wanted = f"a number of seconds from 0 to {most:g}"
        right = _is_number(value, int | float) and 0 <= value <= most
    else:
        wanted = f"a whole number of units from 1 to {MAX_UNITS}"
        right = _is_number(value, int) and 1 <= value <= MAX_UNITS
    if not right:
        raise ValueError(f"{each.name} is {value!r}: give {wanted}.")


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value)
