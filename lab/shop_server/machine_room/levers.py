"""The levers of the machine room. Each says what it did, and how it is undone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate import audit
from lab.shop import roles
from lab.shop_server.machine_room import processes
from lab.shop_server.machine_room.faults import FaultSwitch
from lab.shop_server.machine_room.rush import Rush
from lab.shop_server.machine_room.sources import Sources

STANDS_FOR = timedelta(minutes=10)
"""A fault or a missing permission that everybody forgot ends by itself."""

FUNCTIONS = ("cart-validator", "stock-checker", "payment-processor", "order-generator", "notifier")
STATES = (
    "ValidateCart",
    "ReserveStock",
    "ProcessPayment",
    "GenerateOrder",
    "PublishOrderConfirmed",
    "ReleaseStock",
    "RefundPayment",
    "RejectOrder",
    "FailOrder",
)
WAYS = {
    "raise": "raises an error",
    "timeout": "hangs until its time is over",
    "kill_after": "is killed after its work",
    "garbage": "answers garbage",
}
UNDOES = ("ReleaseStock", "RefundPayment", "FailOrder")
Options = dict[str, Any]


@dataclass
class Standing:
    """A lever that stays pulled: what it says, until when, and what undoes it."""

    message: str
    until: datetime
    undo: Callable[[], None]


@dataclass
class Levers:
    """All levers of an environment; one is pulled at a time."""

    target: Target
    sources: Sources
    fault: FaultSwitch
    _standing: dict[str, Standing] = field(default_factory=dict)
    _rush: Rush | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pull(self, name: str, options: Options) -> str:
        """Pulls a lever, and says what it did. Raises LabError for what cannot be done."""
        pulls: dict[str, Callable[[Options], str]] = {
            "fail": self._fail,
            "rush": self._start_rush,
            "kill": lambda _: processes.kill_functions(),
            "permission": self._take_permission,
            "sweep": lambda _: self._sweep(),
            "audit": lambda _: self._audit(),
            "undo": lambda chosen: self._undo(str(chosen.get("lever", ""))),
        }
        if name not in pulls:
            raise LabError(f"There is no lever {name[:40]!r}.", f"There are: {', '.join(pulls)}.")
        with self._lock:
            return pulls[name](options)

    def states(self) -> dict[str, Any]:
        """What stands pulled, what the rush has come to, and what there is to choose from."""
        standing = {
            name: {"message": one.message, "until": one.until.isoformat()}
            for name, one in list(self._standing.items())
        }
        return {
            "standing": standing,
            "rush": self._rush.state() if self._rush else None,
            "states": list(STATES),
            "ways": WAYS,
            "functions": list(FUNCTIONS),
        }

    def undo_all(self) -> None:
        """Undoes everything that stands."""
        with self._lock:
            if self._rush:
                self._rush.stop()
            for name in list(self._standing):
                self._undo(name)

    def undo_what_is_over(self) -> None:
        """Undoes what has stood for its time; the next call tries what could not be undone."""
        with self._lock:
            now = datetime.now(UTC)
            for name in [name for name, one in self._standing.items() if now > one.until]:
                with suppress(LabError, BotoCoreError, ClientError):
                    self._undo(name)

    def _stand(self, name: str, message: str, undo: Callable[[], None]) -> str:
        self._standing[name] = Standing(message, datetime.now(UTC) + STANDS_FOR, undo)
        return message

    def _undo(self, name: str) -> str:
        standing = self._standing.get(name)
        if standing is None:
            return "There is nothing to undo."
        standing.undo()
        del self._standing[name]
        return f"Undone. It was: {standing.message}"

    def _fail(self, options: Options) -> str:
        state = _one_of(STATES, options.get("state"), "state")
        how = _one_of(WAYS, options.get("how", "raise"), "way to fail")
        times = _number(options.get("times", 1), 1, 100, "times")
        simulate: Options = {"fail": state, "how": how, "times": times}
        if state in UNDOES:
            simulate["after"] = "GenerateOrder"
        self.fault.turn_on(simulate)
        often = "once" if times == 1 else f"{times} times"
        return self._stand(
            "fail",
            f"{state} {WAYS[how]}, {often}, in every order that is placed in the shop from now on.",
            self.fault.turn_off,
        )

    def _start_rush(self, options: Options) -> str:
        if self._rush and self._rush.runs:
            raise LabError("A rush is on already.", "Wait for its end.")
        buyers = _number(options.get("buyers", 100), 1, 500, "buyers")
        pieces = _number(options.get("pieces", 10), 1, 1000, "pieces")
        self._rush = Rush(self.target, str(options.get("sku", "")), buyers, pieces)
        return self._rush.start()

    def _take_permission(self, options: Options) -> str:
        function = _one_of(FUNCTIONS, options.get("function"), "function")
        if "permission" in self._standing:
            raise LabError("A permission is taken already.", "Give it back first.")
        role = roles.borrow(self.target, function)
        action = _first_of_tables(role.policy)
        role.take(action)
        return self._stand(
            "permission",
            f"{function} may no longer {action}. Its next call is refused.",
            lambda: roles.give_back(self.target),
        )

    def _sweep(self) -> str:
        answer = self.sources.client("lambda").invoke(
            FunctionName=self.target.named("sweeper"), Payload=b"{}"
        )
        result = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            raise LabError(f"The sweeper failed: {result}", "`lab logs sweeper` says why.")
        return f"The sweeper ran: {json.dumps(result)}"

    def _audit(self) -> str:
        report = audit.run(self.target)
        if report.clean:
            left = f" {report.in_flight} orders are on their way." if report.in_flight else ""
            return f"All {len(report.findings)} guarantees hold.{left}"
        broken = [f"{f.number} {f.title}" for f in report.findings if not f.holds]
        return f"Broken: {'; '.join(broken)}. `lab audit` names the rows."


def _one_of(known: Any, value: Any, what: str) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise LabError(f"{str(value)[:40]!r} is no {what}.", f"There are: {', '.join(known)}.")


def _number(value: Any, least: int, most: int, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise LabError(f"{what} is {str(value)[:40]!r}.", f"It is a number from {least} to {most}.")


def _first_of_tables(policy: Options) -> str:
    """The action on a table that the function cannot do without: the last it is granted."""
    actions = [
        action
        for statement in policy["Statement"]
        for action in _listed(statement.get("Action", []))
        if action.startswith("dynamodb:")
    ]
    writes = [a for a in actions if a.split(":")[1] in ("UpdateItem", "PutItem")]
    if not actions:
        raise LabError("This function's role allows nothing on a table.", "Choose another one.")
    return (writes or actions)[0]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
