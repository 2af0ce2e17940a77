"""Terraform's output, its locks, and the program that runs it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.deploy.terraform import json_log, locks
from lab.deploy.terraform.json_log import Changes, Events
from lab.deploy.terraform.runner import Place, run

LOCKED = """\
Error acquiring the state lock
Error message: operation error DynamoDB: PutItem, ConditionalCheckFailedException
Lock Info:
  ID:        5a5f7e7c-3f0f-4e39-bf0c-9a3a5a6b9d10
  Path:      ecommerce-checkout-terraform-state-local/dev/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ada@laptop
  Created:   2026-11-22 14:42:58.973516858 +0000 UTC"""


# --- what Terraform says


def handled(*lines: dict[str, object]) -> tuple[Events, list[str]]:
    reported: list[str] = []
    events = Events(reported.append)
    for line in lines:
        events.handle_line(json.dumps(line))
    return events, reported


def about(address: str, **more: object) -> dict[str, object]:
    return {"hook": {"resource": {"addr": address}, "action": "create", **more}}


def test_progress_counts_what_is_planned_and_names_what_is_made() -> None:
    queue = "module.checkout.module.compensation_queue.aws_sqs_queue.this"
    _, reported = handled(
        {"type": "planned_change", "change": {"action": "create"}},
        {"type": "planned_change", "change": {"action": "read"}},
        {"type": "apply_progress", **about(queue, elapsed_seconds=10)},
        {"type": "apply_complete", **about(queue)},
    )

    assert reported == [
        "0 of 1: still creating compensation_queue (aws_sqs_queue) (10 s)",
        "1 of 1: compensation_queue (aws_sqs_queue) is ready",
    ]


def test_the_summary_of_the_apply_counts_and_not_that_of_the_plan() -> None:
    counts = {"add": 3, "change": 2, "remove": 1}
    events, _ = handled(
        {"type": "change_summary", "changes": {**counts, "add": 9, "operation": "plan"}},
        {"type": "change_summary", "changes": {**counts, "operation": "apply"}},
    )

    assert events.changes == Changes(3, 2, 1)


def test_lines_that_are_not_events_are_passed_over() -> None:
    events, reported = handled()
    for line in ("Unable to parse file", "", "[1, 2]", "17"):
        events.handle_line(line)

    assert not reported
    assert not events.errors


def test_a_failure_says_what_the_provider_said_and_not_more() -> None:
    problem = {"severity": "error", "summary": "creating Queue: refused", "detail": "x\n" * 200}
    events, _ = handled({"type": "diagnostic", "diagnostic": problem})

    error = json_log.failed("apply", [], events.errors)

    assert "creating Queue: refused" in error.message
    assert len(error.message.splitlines()) < 12


def test_what_a_check_of_ours_remarks_is_kept_once_and_other_warnings_are_not() -> None:
    remark = {"severity": "warning", "summary": json_log.CHECK_FAILED, "detail": "No gateway."}
    other = {"severity": "warning", "summary": "Argument is deprecated", "detail": "Use another."}
    events, _ = handled(*({"type": "diagnostic", "diagnostic": d} for d in (remark, other, remark)))

    assert events.remarks == ["No gateway."]
    assert not events.errors


def test_an_error_in_text_is_found_among_the_rest() -> None:
    output = ["Initializing...", "╷", "│ Error: No such bucket", "│", "│   It is gone.", "╵"]

    assert json_log.errors_in_text(output) == ["No such bucket\n\nIt is gone."]


def test_a_run_that_ended_without_an_error_says_its_last_line_in_words() -> None:
    line = json.dumps({"@level": "info", "@message": "queue: Creating...", "type": "apply_start"})
    assert json_log.errors_in_text([line, ""]) == ["queue: Creating..."]


@pytest.mark.parametrize(
    "said",
    [
        "CreateFunction, https response error StatusCode: 409, Function already exist: a",
        "CreateTable, ResourceInUseException: Table already exists: orders-dev",
        "CreateRole, EntityAlreadyExists: Role with name a already exists.",
        "CreateBucket, BucketAlreadyOwnedByYou: ",
    ],
)
def test_what_is_in_the_way_is_said_with_a_way_out(said: str) -> None:
    assert json_log.failed("apply", [], [said]).hint == json_log.RESTART


def test_without_an_error_the_last_line_is_what_was_wrong() -> None:
    assert json_log.errors_in_text(["Traceback", "KeyError: 'bucket'", ""]) == [
        "KeyError: 'bucket'"
    ]


def test_what_is_in_the_way_leads_to_another_hint() -> None:
    error = json_log.failed("apply", [], ["creating Role: EntityAlreadyExists: Role x"])

    assert "lab down" in error.hint


# --- locks


def test_a_held_lock_is_read_from_the_error() -> None:
    lock = locks.held(["something else", LOCKED])

    assert lock
    assert (lock.id[:8], lock.who) == ("5a5f7e7c", "ada@laptop")


def test_other_errors_are_no_lock() -> None:
    assert locks.held(["creating Queue: refused"]) is None


def test_a_lock_of_somebody_else_is_not_called_dead() -> None:
    lock = locks.held([LOCKED])

    assert lock
    assert not locks.is_dead(lock, "http://localhost:9")
    assert "ada@laptop" in locks.refused(lock, "dev", "http://localhost:9").message


# --- running programs


def test_output_is_reported_and_kept_line_by_line(tmp_path: Path) -> None:
    reported: list[str] = []
    program = "print('one'); import sys; print('two', file=sys.stderr); sys.exit(3)"

    with (tmp_path / "lock").open("w") as lock:
        place = Place(tmp_path, {"PYTHONUNBUFFERED": "1"}, tmp_path / "log", (lock.fileno(),))
        ended = run([sys.executable, "-c", program], place, reported.append)

    assert (ended.code, ended.output) == (3, ["one", "two"])
    assert reported == ended.output


SAVES_IN_THE_END = """
import time
print('making', flush=True)
time.sleep(0.5)
open('state', 'w')
"""


def ctrl_c(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("on_interrupt", "saved"), [(None, False), (lambda: None, True), (ctrl_c, False)]
)
def test_ctrl_c_waits_for_work_that_may_finish_until_it_comes_again(
    tmp_path: Path, on_interrupt: Callable[[], None] | None, saved: bool
) -> None:
    with (tmp_path / "lock").open("w") as lock:
        place = Place(tmp_path, {}, tmp_path / "log", (lock.fileno(),))
        with pytest.raises(KeyboardInterrupt):
            run([sys.executable, "-c", SAVES_IN_THE_END], place, ctrl_c, on_interrupt)

    assert (tmp_path / "state").exists() is saved


def test_progress_goes_on_after_a_ctrl_c_that_waits(tmp_path: Path) -> None:
    seen: list[str] = []

    def see(line: str) -> None:
        seen.append(line)
        if line == "making":
            raise KeyboardInterrupt

    program = SAVES_IN_THE_END + "print('saved', flush=True)"
    with pytest.raises(KeyboardInterrupt):
        run([sys.executable, "-c", program], Place(tmp_path, {}, tmp_path / "log"), see, seen.clear)

    assert seen == ["saved"]
